"""Residuals: the typical error, errors that grow, tails; and what a figure of few or odd rows shows."""

import numpy as np
import pytest
from matplotlib.image import imread

from fallline.report.figures import residuals, save_figure
from fallline.report.figures.errors import errors_finding, growth, share_of_worst, stretches, view


def test_residuals_say_the_typical_error_in_the_targets_unit(tmp_path):
    true = np.arange(100.0)
    figure = residuals(true, true + np.where(true < 50, 2.0, -4.0), "price in $")
    assert figure.get_suptitle().startswith("Half of 100 predictions are within 3 of the true price")
    assert "price" in figure.axes[0].get_xlabel()
    assert "price" in figure.axes[1].get_xlabel()
    save_figure(figure, tmp_path / "f.png")
    assert imread(tmp_path / "f.png").shape[0] > 100


def test_stretches_hold_the_medians_of_as_many_rows_each():
    predicted = np.arange(100.0)[::-1]
    parts = stretches(predicted, np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 20))
    assert [part.median for part in parts] == [5, 4, 3, 2, 1]
    assert [part.predicted for part in parts] == [9.5, 29.5, 49.5, 69.5, 89.5]


def test_the_spread_of_a_stretch_holds_two_thirds_of_normal_errors():
    error = np.random.default_rng(0).normal(size=40_000)
    for part in stretches(np.arange(40_000.0), error):
        assert part.low == pytest.approx(-1, abs=0.08)
        assert part.high == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("rows", [1, 2, 39])
def test_few_rows_have_no_stretches(rows):
    assert stretches(np.arange(float(rows)), np.ones(rows)) == ()


def test_errors_that_grow_with_the_value_are_said():
    predicted = np.linspace(1, 90, 300)
    error = predicted * np.where(np.arange(300) % 2, 0.1, -0.1)
    # Median of the last third over that of the first: about 75 / 16.
    assert growth(predicted, error) == pytest.approx(75.3 / 15.7, rel=0.02)
    assert "errors grow with the value, 4.8-fold" in errors_finding(predicted - error, predicted, "y")
    assert "larger among low predictions" in errors_finding(100 - predicted - error, 100 - predicted, "y")
    assert (
        "mean error 0.00;"
        in errors_finding(0 * predicted, 0 * predicted - np.where(np.arange(300) % 2, 2.0, -1.998), "y") + ";"
    )
    assert "grow" not in errors_finding(predicted, predicted + np.where(np.arange(300) % 2, 1, -1), "y")


@pytest.mark.parametrize(
    ("predicted", "error"),
    [(np.arange(59.0), np.ones(59)), (np.zeros(90), np.arange(90.0)), (np.arange(90.0), np.zeros(90))],
)
def test_growth_is_not_known_of_few_or_equal_rows(predicted, error):
    assert growth(predicted, error) is None


def test_rows_that_carry_most_of_the_squared_error_are_said():
    error = np.where(np.arange(400) < 4, 30.0, 1.0)
    assert share_of_worst(error) == pytest.approx(3600 / 3996)
    assert "the worst 1 % of rows carry 90 % of the squared error" in errors_finding(0 * error, error, "y")
    assert "worst" not in errors_finding(0 * error, np.ones(400), "y")
    assert share_of_worst(np.zeros(5)) == 0


def test_an_axis_leaves_out_what_would_press_all_else_into_a_line():
    values = np.append(np.arange(1000.0), 1e9)
    low, high, beyond = view(values)
    assert low == 0
    assert 999 < high < 2000
    assert np.flatnonzero(beyond).tolist() == [1000]
    assert view(np.arange(1000.0))[2].sum() == 0
    figure = residuals(np.arange(1001.0), values, "y")
    assert [text.get_text() for text in figure.axes[1].texts] == ["1 row is outside"]


@pytest.mark.parametrize("rows", [1, 2, 20, 6000])
def test_any_number_of_rows_draws(tmp_path, rows):
    true = np.exp(np.random.default_rng(0).normal(size=rows))
    figure = residuals(true, 1.1 * true, "a rather long name of a target in $ and more $")
    assert "…" in figure.axes[0].get_xlabel()
    save_figure(figure, tmp_path / "f.png")


def test_constant_predictions_draw(tmp_path):
    save_figure(residuals(np.arange(90.0), np.full(90, 3.0), "y"), tmp_path / "f.png")
