"""What the network has to beat: always the same answer, a linear model, and boosted trees, each as a person would run it.

from fallline.experiment.baselines import fit_baselines

baselines = fit_baselines(prepared, seed=0)
shares = baselines["linear"].answers(prepared.test, prepared.target)

plain.py      the columns of a table as scikit-learn takes them
linear.py     ridge and logistic regression
boosting.py   boosted trees
fitting.py    both on the rows that the network has seen, and the answer that is always the same
baseline.py   one of them, fitted
kept.py       their files in the run folder
"""

from fallline.experiment.baselines.baseline import Baseline as Baseline
from fallline.experiment.baselines.fitting import (
    fit_baselines as fit_baselines,
    trivial_answers as trivial_answers,
)
