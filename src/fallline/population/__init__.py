"""Populations: many networks as one run.

folds/    which rows each member trains and is judged on
spaces/   what an axis may be
search/   which settings are tried, and how long
"""

from fallline.population.search import (
    ASHA as ASHA,
    Grid as Grid,
    Hyperband as Hyperband,
    PopulationBasedTraining as PopulationBasedTraining,
    Random as Random,
    Replay as Replay,
    Sobol as Sobol,
    SuccessiveHalving as SuccessiveHalving,
)
from fallline.population.spaces import (
    choice as choice,
    integer as integer,
    log_uniform as log_uniform,
    uniform as uniform,
    when as when,
)
