"""What requests cost, measured: `make bench`. Not part of the tests.

floors       the least that the same work can cost, and a careless way to do it
echo         a call that does nothing, in three ways
scaling      one service in several processes
processes    the processes under test
measuring    load, and the CPU time spent on it
data         people with data of given sizes
scenarios    what is asked
report       the table, the JSON file, the plots
"""
