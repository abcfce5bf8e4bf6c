"""The gateway's own database: sessions, log-ins under way, idempotency keys."""
