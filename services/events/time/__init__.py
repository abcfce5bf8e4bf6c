"""When events are: wall clocks and instants, rules by which events repeat, and series with their changes.

Pure: no I/O, no clock. Nothing else in the system does arithmetic with dates.
"""
