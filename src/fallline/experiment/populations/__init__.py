"""Runs of many networks: a sweep over settings, a comparison, cross-validation, an ensemble.

space.py       what may vary, as text and by default
candidates.py  settings of a candidate -> the network that `fallline train` would train
sweep.py       many candidates, of which the best becomes a run as `fallline train` leaves it
swept.py       what a sweep is told and remembers
swept_seen.py  what is said of it
members.py     the networks of a run as tables and figures
joined.py      one model of several networks: of seeds, and of the folds of a cross-validation
joined_seen.py what is said of it
folding.py     the folds of a run, each with its own preprocessing
contrast.py    optimizers, activations and the like over the same seeds
"""
