"""Figures of a run, one kind a file. Each title says the finding; axes carry units.

style.py         colours, margins, names and numbers on axes
curves.py        the numbers of ranking and calibration: curves, areas, intervals, bins
learning.py      loss over the epochs
confusion.py     which class is taken for which
ranking.py       ROC and precision-recall
calibration.py   whether probabilities come true
residuals.py     the errors of a regression
importance.py    what the network leans on
fonts.py         signs that matplotlib's own font lacks
"""

from fallline.report.figures.calibration import reliability_diagram as reliability_diagram
from fallline.report.figures.confusion import confusion_matrix as confusion_matrix
from fallline.report.figures.errors import residuals as residuals
from fallline.report.figures.fonts import give_fonts as give_fonts
from fallline.report.figures.importance import column_importance as column_importance
from fallline.report.figures.learning import learning_curves as learning_curves
from fallline.report.figures.ranking import ranking_curves as ranking_curves
from fallline.report.figures.style import save_figure as save_figure
