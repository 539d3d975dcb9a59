"""Figures of many networks at once. They take plain numbers and names: who calls them says what was found.

view.py       where an axis of scores ends, so that a few bad ones do not press all others into a line
bands.py      values over the epochs, a band a candidate
intervals.py  candidates with their intervals, and against the best
effects.py    what the values of each axis change
parallel.py   settings and scores as lines through parallel axes
heat.py       the scores over two axes
timeline.py   how far each candidate was trained, and how it ended
lineage.py    who went on from whose weights, and with which settings
sizes.py      scores over the number of training rows
"""

from fallline.report.figures.populations.bands import Band as Band, epoch_bands as epoch_bands
from fallline.report.figures.populations.effects import (
    AxisPanel as AxisPanel,
    LevelRow as LevelRow,
    axis_effects as axis_effects,
)
from fallline.report.figures.populations.heat import score_map as score_map
from fallline.report.figures.populations.intervals import Row as Row, score_intervals as score_intervals
from fallline.report.figures.populations.lineage import Course as Course, weight_lineage as weight_lineage
from fallline.report.figures.populations.parallel import Scale as Scale, parallel_axes as parallel_axes
from fallline.report.figures.populations.sizes import SizeCurve as SizeCurve, size_curves as size_curves
from fallline.report.figures.populations.timeline import Bar as Bar, epochs_spent as epochs_spent
