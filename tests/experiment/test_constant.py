"""A network that is worth less than the constant answer gives that."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fallline.experiment import network
from fallline.experiment.answers import answers
from fallline.experiment.constant import kept_to_constant
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings

TARGETS = {
    "binary": ["u", "v", "v"] * 40,
    "multiclass": ["u", "v", "w", "w"] * 30,
    "regression": [float(k) for k in np.random.default_rng(1).lognormal(3, 2, size=120)],
}


@pytest.mark.parametrize("task", TARGETS)
def test_a_network_that_is_worse_than_the_constant_answer_gives_it(task):
    x = np.random.default_rng(0).normal(size=120)
    prepared = prepare(Settings("frame", target="y"), pl.DataFrame({"a": x, "y": TARGETS[task]}))
    settings = network.with_defaults(Settings("frame", layers=(8,)), network.facts(prepared), watched=True)
    model = network.build(settings, prepared)
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([100 * kernel, bias + 30 * np.arange(1, 1 + len(bias))])
    kept = kept_to_constant(model, prepared)
    assert "worse than the" in kept.notes[0]
    said = answers(model, kept.target, prepared.validation.x)
    if task == "regression":
        expected = np.mean(prepared.target.decode(prepared.train.y))
    else:
        expected = np.bincount(prepared.train.y) / len(prepared.train)
    np.testing.assert_allclose(said, np.broadcast_to(expected, said.shape), rtol=1e-5)
    # Once it gives that, it is no worse, and nothing is done again.
    assert kept_to_constant(model, prepared) is prepared
