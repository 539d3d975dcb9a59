"""TensorFlow-1 graph programs of the common shape as models of today: placeholders, layers, one loss, one optimizer, a loop.

values    what names stand for: nodes, plain values, functions
reading   expressions and assignments, followed
initial   how variables begin
network   the layers between a placeholder and a tensor
losses    the loss
steps     the optimizer, and the runs of a session
loops     a loop around a step
sorted    the statements by what they do
answers   what a session is asked beside training
writing   the program of today
"""

from fallline.old.modernise.graphs.writing import modern_graph as modern_graph
