"""Domain events: handlers and the outbox."""
