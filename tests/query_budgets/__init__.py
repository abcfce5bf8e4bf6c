"""What a request costs in operations and calls, which must not grow with the data.

counting     processes that write down what they ask of database and broker
asked        what was asked during a request
plans        how the database serves it
data         people with much or little
"""
