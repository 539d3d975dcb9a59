"""Populations: many networks as one run, searched, compared and joined.

population.py  the noun: axes and seeds in, members out
member.py      one network of it
spaces/        what an axis may be
search/        who is trained how far
sweep.py       a search driven to its end
builder.py     the person's function, checked
drafting.py    from members to groups that share a program
group.py       members of one program, on places
board.py       who sits where, and what they hold between two stretches
results/       tables, rankings, effects and figures of what was found
endings.py     what is said where there is nothing to show
"""

from fallline.population.member import Member
from fallline.population.population import Population
from fallline.population.search import Grid, Random, Search, Sobol
from fallline.population.spaces import choice, integer, log_uniform, uniform, when

__all__ = [
    "Grid",
    "Member",
    "Population",
    "Random",
    "Search",
    "Sobol",
    "choice",
    "integer",
    "log_uniform",
    "uniform",
    "when",
]
