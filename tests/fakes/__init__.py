"""Stores that keep everything in memory, and a world of four services made of them.

They pass the same conformance suite as the stores on MongoDB (`tests/conformance`), so what rules and use cases do
with them is what they do in earnest, in microseconds.
"""
