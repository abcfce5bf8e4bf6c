"""Images of the parts, and the small programs that only images hold."""
