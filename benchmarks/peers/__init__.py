"""The parts of `fit_vs_peers.py`: cases, their data, the contenders, and the process each of them runs in.

cases      what is trained: rows, network, batch size, epochs; the ratios to reach
datasets   the rows of a case: made up from a seed, or Fashion-MNIST
contender  what every contender does: prepare a fresh network, train it, show its weights
fallline, keras, pytorch, scikit, floor    one contender a file, each written as its own users write it
worker     a contender's process: JSON lines in, JSON lines out
process    the coordinator's end of that process
measure    the schedule: cold processes first, then warm rounds in turn
results    what was measured and what follows from it
tables     the same for a person
machine    what it was measured on, and how quiet that was
"""
