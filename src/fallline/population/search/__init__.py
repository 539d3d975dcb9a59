"""How a population looks for good settings: which candidates, how long each, and which go on from another."""

from fallline.population.search.base import Facts as Facts, Job as Job, Search as Search
from fallline.population.search.points import Grid as Grid, Points as Points, Random as Random, Sobol as Sobol
