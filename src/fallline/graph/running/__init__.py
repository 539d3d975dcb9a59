"""How a graph runs: from the nodes that a run needs to a program, and the sessions that call it.

form        programs as data
plan        from a graph to a program
bodies      gradients and conditions, which hold programs of their own
session     where values lie between runs
"""
