"""The live stream, from the broker to Server-Sent Events."""
