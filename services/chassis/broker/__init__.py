"""Connections to RabbitMQ, publishing and consuming, and the topology of domain events."""
