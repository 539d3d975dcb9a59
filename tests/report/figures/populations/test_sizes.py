"""Learning curves over the number of training rows, and axes that a few bad scores must not stretch."""

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from fallline.report.figures.populations import SizeCurve, size_curves
from fallline.report.figures.populations.view import look_at_scores, norm_of, score_view
from fallline.report.figures.style import folded


def test_sizes_are_marked_and_runs_make_a_band():
    sizes = [100, 110, 200, 400, 800]
    scores = np.linspace(0.5, 0.2, 5)[:, None] + np.array([-0.02, 0.0, 0.05])
    scores[1, 0] = np.nan
    curves = [SizeCurve("validation rows", scores), SizeCurve("training rows", scores - 0.1)]
    figure = size_curves(sizes, curves, "More rows help", "log loss", minimise=True, runs="folds")
    [axis] = figure.axes
    figure.draw_without_rendering()
    assert axis.lines[0].get_ydata() == pytest.approx(np.nanmean(scores, axis=1))
    assert [label.get_text() for label in axis.get_xticklabels()] == ["110", "200", "400", "800"]
    assert len(axis.collections) == 2


def test_one_size_and_nothing_finite():
    size_curves(
        [50], [SizeCurve("validation rows", np.array([[0.3]]))], "t", "s", minimise=True, runs="seeds"
    )
    size_curves([5, 50], [SizeCurve("a", np.full((2, 2), np.nan))], "t", "s", minimise=True, runs="seeds")


@pytest.mark.parametrize(
    ("values", "minimise", "ends"),
    [
        ([0.1, 0.2, 0.3, 0.4], True, (0.1, 0.4)),
        ([0.1, 0.2, 0.3, 0.4, 99.0], True, (0.1, 1.3)),
        ([0.9, 0.8, 0.7, 0.6, -99.0], False, (-0.3, 0.9)),
        ([0.5, np.nan, np.inf], True, (0.5, 0.5)),
        ([0.1, 99.0], None, (0.1, 99.0)),
    ],
)
def test_a_few_bad_scores_do_not_stretch_an_axis(values, minimise, ends):
    assert score_view(np.array(values), minimise) == pytest.approx(ends)


def test_no_score_has_no_view():
    assert score_view(np.array([np.nan]), True) is None


def test_intervals_of_two_runs_do_not_stretch_it_either():
    axis = Figure().subplots()
    outside = look_at_scores(
        axis.xaxis, np.array([1.0, 2.0]), True, ends=np.array([-50.0, 1.5, 60.0, np.nan])
    )
    assert axis.get_xlim() == pytest.approx((0.75 - 0.06, 2.25 + 0.06))
    assert outside == 0


def test_scores_over_a_decade_are_shown_by_their_logarithms():
    axis = Figure().subplots()
    outside = look_at_scores(axis.yaxis, np.array([0.01, 0.1, 1.0, np.inf]), True, ends=np.array([-1.0, 1.0]))
    assert (axis.get_yscale(), outside) == ("log", 1)
    assert axis.get_ylim()[0] < 0.01
    assert axis.get_ylim()[1] > 1.0
    assert isinstance(norm_of(np.array([0.01, 1.0]), 0.01, 1.0), LogNorm)
    assert not isinstance(norm_of(np.array([-0.01, 1.0]), -0.01, 1.0), LogNorm)


def test_headings_take_two_lines():
    assert folded("a, b", 20) == "a, b"
    assert folded("one, two, three, four", 11) == "one, two,\nthree, four"
    assert folded("one, two, three, four, five, $", 11).count("\n") == 1
