"""The web client in a real browser: what a person sees, does and hears."""
