"""Who comes: what members have answered, and what follows from all of it together.

Pure: no I/O, no clock.
"""
