"""Runs of many networks: a sweep over settings, a comparison, cross-validation, an ensemble.

space.py       what may vary, as text and by default
candidates.py  settings of a candidate -> the network that `fallline train` would train
sweep.py       many candidates, of which the best becomes a run as `fallline train` leaves it
sweep_files.py what a sweep leaves beside that run
joined.py      one model of several networks: of seeds, and of the folds of a cross-validation
folding.py     the folds of a run, each with its own preprocessing
compared.py    optimizers, activations and the like over the same seeds
"""
