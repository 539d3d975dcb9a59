"""What a graph is made of.

dtypes           number types under TensorFlow's names
shapes           static shapes and their rules
nodes            operations and tensors
graph            graphs: names, scopes, collections
building         from values to nodes
variables        what keeps its value between runs
variable_lists  those of a graph, and their first values
variable_scopes  scopes of names and variables, get_variable
variable_store   the variables that get_variable made
gradients        gradients as nodes
failures         errors of building
"""
