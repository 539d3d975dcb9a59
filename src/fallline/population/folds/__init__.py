"""Which rows each network of a population is trained on, and which judge it.

fold.py         one division of the rows
drawing.py      divisions by scikit-learn's splitters, drawn once for a whole population
checks.py       what a division must keep to
bootstrap.py    samples with replacement, as a splitter
sizes.py        training sets of growing size, each part of the next
preparing.py    preprocessing that has seen the training rows of its fold alone
out_of_fold.py  predictions for every row by networks that have not seen it
"""

from fallline.population.folds.bootstrap import Bootstrap
from fallline.population.folds.drawing import draw_folds
from fallline.population.folds.fold import Fold, class_codes
from fallline.population.folds.out_of_fold import assembled, out_of_fold
from fallline.population.folds.preparing import FoldedRows, folded, several_inputs
from fallline.population.folds.sizes import sized_folds

__all__ = [
    "Bootstrap",
    "Fold",
    "FoldedRows",
    "assembled",
    "class_codes",
    "draw_folds",
    "folded",
    "out_of_fold",
    "several_inputs",
    "sized_folds",
]
