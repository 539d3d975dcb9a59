"""Populations: many networks as one run.

folds/    which rows each member trains and is judged on
spaces/   what an axis may be
search/   which settings are tried, and how long
"""

from fallline.population.search import (
    Grid as Grid,
    Random as Random,
    Sobol as Sobol,
)
from fallline.population.spaces import (
    choice as choice,
    integer as integer,
    log_uniform as log_uniform,
    uniform as uniform,
    when as when,
)
