"""Calls between services: client, server, their form as bytes, deadlines."""
