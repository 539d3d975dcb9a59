"""Several trained networks as one: their predictions averaged, or their weights.

ensemble.py          several models as one model
checks.py            what its members must have in common
stacked.py           their predictions in one program
scales.py            on which scale predictions are averaged: as they are, or as probabilities
uncertainty.py       how much the members differ
selection.py         greedy choice of members, with replacement
soups.py             the mean of the weights of several models
snapshots.py         several networks from one training
batch_statistics.py  moving averages of batch normalisation, taken again from data
"""

from fallline.models.ensembles.batch_statistics import update_batch_statistics
from fallline.models.ensembles.ensemble import Ensemble
from fallline.models.ensembles.selection import Selection, greedy_selection
from fallline.models.ensembles.snapshots import snapshot_ensemble
from fallline.models.ensembles.soups import Soup, greedy_soup, uniform_soup
from fallline.models.ensembles.uncertainty import Uncertainty

__all__ = [
    "Ensemble",
    "Selection",
    "Soup",
    "Uncertainty",
    "greedy_selection",
    "greedy_soup",
    "snapshot_ensemble",
    "uniform_soup",
    "update_batch_statistics",
]
