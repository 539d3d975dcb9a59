"""How sure a score is: against the normal interval, Student's t, and how often it holds the truth."""

import numpy as np
import pytest
from scipy import stats

from fallline.experiment.judgement.bootstrap import Estimate, estimates
from fallline.experiment.judgement.drawing import Drawing


class Mean:
    """A score that is a mean over rows."""

    def __init__(self, values):
        self.values = np.asarray(values, float)

    def __call__(self, weights):
        return {"mean": float(self.values @ weights / weights.sum())}


def mean_of(values, groups=None, seed=0):
    return estimates({"one": Mean(values)}, Drawing(len(values), groups), seed)["one"]["mean"]


def test_the_paired_interval_is_as_wide_as_the_normal_one():
    generator = np.random.default_rng(1)
    hard = generator.normal(size=4000)  # for both models
    one, two = hard + generator.normal(0, 0.3, 4000), hard + generator.normal(0.04, 0.3, 4000)
    both = estimates({"one": Mean(one), "two": Mean(two)}, Drawing(4000))
    gain = both["two"]["mean"].minus(both["one"]["mean"])
    half = 1.96 * (two - one).std() / np.sqrt(4000)
    low, high = gain.interval()
    assert gain.value == pytest.approx((two - one).mean())
    assert (gain.value - low, high - gain.value) == pytest.approx((half, half), rel=0.12)
    assert gain.side() == 1
    assert both["one"]["mean"].side() == 0


def test_of_few_rows_the_interval_is_that_of_student():
    values = np.random.default_rng(0).normal(size=8)
    estimate = mean_of(values)
    low, high = estimate.interval()
    half = stats.t.ppf(0.975, 7) * values.std(ddof=1) / np.sqrt(8)
    assert high - low == pytest.approx(2 * half, rel=0.15)
    assert high - low > 1.2 * np.ptp(np.quantile(estimate.drawn, [0.025, 0.975]))


def test_models_that_are_alike_differ_by_chance_only():
    # Of 60 pairs of equally good models, a 95 % interval leaves out 0 in about 3.
    generator = np.random.default_rng(2)
    sides = [mean_of(generator.normal(size=80), seed=k).side() for k in range(60)]
    assert sum(map(abs, sides)) <= 8


def test_rows_that_belong_together_are_drawn_together():
    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 10)
    values = generator.normal(size=40)[groups]  # all rows of a group alike: 40 values, not 400
    apart, together = (mean_of(values, groups=of) for of in (None, groups))
    width = [np.ptp(estimate.interval()) for estimate in (apart, together)]
    assert width[1] / width[0] == pytest.approx(np.sqrt(10), rel=0.2)
    assert (apart.units, together.units) == (400, 40)


def test_what_is_seldom_defined_has_no_interval():
    drawn = np.where(np.arange(100) < 20, np.nan, 1.0)
    assert Estimate(1.0, drawn, 50).interval() is None
    assert Estimate(1.0, drawn, 50).side() == 0
    assert Estimate(np.nan, np.ones(100), 50).interval() is None
    assert Estimate(1.0, np.ones(100), 1).interval() is None
    assert Estimate(1.0, np.ones(100), 2).interval() == (1.0, 1.0)
