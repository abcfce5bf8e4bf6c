"""Domain events: handlers, the outbox, the subscriber, and reconciliation."""
