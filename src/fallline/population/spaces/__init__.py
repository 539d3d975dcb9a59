"""What an axis of a population may be: spaces of numbers, options, conditions, and their text."""

from fallline.population.spaces.axes import Axes as Axes, Conditional as Conditional, Settings as Settings
from fallline.population.spaces.functions import (
    choice as choice,
    integer as integer,
    log_uniform as log_uniform,
    uniform as uniform,
    when as when,
)
from fallline.population.spaces.options import Choice as Choice
from fallline.population.spaces.ranges import Integer as Integer, LogUniform as LogUniform, Uniform as Uniform
from fallline.population.spaces.space import Space as Space
