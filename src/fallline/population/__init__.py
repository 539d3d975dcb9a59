"""Populations: many networks as one run, searched, compared and joined.

population.py  the noun: axes and seeds in, members out
member.py      one network of it
spaces/        what an axis may be
search/        who is trained how far
sweep.py       a search driven to its end
budget.py, watching.py   what it may spend, and who looks at it
builder.py     the person's function, checked
drafting.py    from members to groups that share a program
group.py       members of one program, on places
board.py       who sits where, and what they hold between two stretches
rows.py        the rows of all members, divided into folds
stored.py      a population on the disk
workers/      groups trained in other processes
checks.py      what cannot be meant
results/       tables, rankings, effects and figures of what was found
folds/         which rows each network is trained on
joined.py      the members as one model
comparison.py, compared.py   several ways to train, each tuned, over the same seeds
cross_validation.py, learning_curves.py   how good a network is on rows that it has not seen
display.py     how far it is, while it trains
standing.py    how that is said
endings.py     what is said where there is nothing to show
"""

from fallline.population.compared import Comparison
from fallline.population.comparison import compare
from fallline.population.cross_validation import CrossValidation, Estimate, cross_validate
from fallline.population.folds import Bootstrap
from fallline.population.learning_curves import LearningCurve, learning_curve
from fallline.population.member import Member
from fallline.population.population import Population
from fallline.population.search import (
    ASHA,
    Grid,
    Hyperband,
    Optuna,
    PopulationBasedTraining,
    Random,
    Replay,
    Search,
    Sobol,
    SuccessiveHalving,
)
from fallline.population.spaces import choice, integer, log_uniform, uniform, when

__all__ = [
    "ASHA",
    "Bootstrap",
    "Comparison",
    "CrossValidation",
    "Estimate",
    "Grid",
    "Hyperband",
    "LearningCurve",
    "Member",
    "Optuna",
    "Population",
    "PopulationBasedTraining",
    "Random",
    "Replay",
    "Search",
    "Sobol",
    "SuccessiveHalving",
    "choice",
    "compare",
    "cross_validate",
    "integer",
    "learning_curve",
    "log_uniform",
    "uniform",
    "when",
]
