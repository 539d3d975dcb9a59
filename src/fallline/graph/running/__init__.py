"""How a graph runs: from the nodes that a run needs to a program, and the sessions that call it.

form        programs as data
plan        from a graph to a program
bodies      gradients and conditions, which hold programs of their own
references  what a tensor stands for: a variable, text
calls       one way of calling `run`, and its programs
fetching    values in the form that they were asked in
feeding     values that are fed, and what a run lacks
session     where values lie between runs
"""
