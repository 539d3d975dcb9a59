"""What `tables.py` compares on real tables.

sets      the tables, and their division into training and test rows
fits      one contender fitted in a process of its own: training rows in, answers for the test rows out
measured  runs a contender, scores its answers, counts its processor time
kept      the measurements in a file, so that none is made twice
report    the table of all of them, and what it says
"""
