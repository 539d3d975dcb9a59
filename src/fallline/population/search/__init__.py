"""How a population looks for good settings: which candidates, how long each, and which go on from another.

base.py                    the protocol: ask and tell
points.py                  grid, random, Sobol: which settings
rungs.py                   when candidates are compared and how many are left, in whole numbers
halving.py                 successive halving, Hyperband
asynchronous_halving.py    the same without waiting
population_based.py        the worst go on from the best
optuna_bridge.py           batches that Optuna suggests; optuna_space.py axes as its distributions
schedules.py               settings that change during a training, and their replay
"""

from fallline.population.search.asynchronous_halving import ASHA as ASHA
from fallline.population.search.base import Facts as Facts, Job as Job, Search as Search
from fallline.population.search.halving import Hyperband as Hyperband, SuccessiveHalving as SuccessiveHalving
from fallline.population.search.optuna_bridge import Optuna as Optuna
from fallline.population.search.points import Grid as Grid, Points as Points, Random as Random, Sobol as Sobol
from fallline.population.search.population_based import (
    Exploit as Exploit,
    PopulationBasedTraining as PopulationBasedTraining,
)
from fallline.population.search.schedules import Replay as Replay, settings_by_epoch as settings_by_epoch
