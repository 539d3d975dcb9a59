"""What a population found: its members as a table, who is best and how surely, what each axis does, and figures of it.

record.py      one member, one axis
labels.py      what candidates and values are called
frame.py       the members, and their epochs, as a table of any data-frame library
paired.py      two candidates over the same seeds or folds
ranking.py     all candidates against the best
effects.py     what the values of an axis change
divergence.py  what the members that diverged have in common
findings.py    all of it in sentences
table.py       all of it in 80 columns
pictures.py    figures of it: landscape.py (over the settings), lineage.py (weights taken over), sizes.py (rows)
questions.py   what figures and tables ask of results
results.py     the noun that has these as methods
"""

from fallline.population.results.ranking import Ranking as Ranking
from fallline.population.results.results import Results as Results
