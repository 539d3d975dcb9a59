"""A penalty on outputs, as a layer of its own."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.layers.activity_regularization import ActivityRegularization
from fallline.registry.configuration import from_config, to_config

X = np.asarray([[1.0, -2.0], [3.0, 0.0]], np.float32)  # sum |x| = 6, sum x^2 = 14


def test_it_passes_its_inputs_on_and_penalises_them():
    layer = ActivityRegularization(0.1, 0.5)
    np.testing.assert_array_equal(layer(X), X)
    assert float(layer.activity_regularizer(layer(X))) == pytest.approx(0.6 + 7.0)
    assert float(ActivityRegularization().activity_regularizer(X)) == 0


def test_numbers():
    assert jax.tree.structure(ActivityRegularization(0.1, 0.2)) == jax.tree.structure(
        ActivityRegularization(0.3, 0.4)
    )
    copy = from_config(to_config(ActivityRegularization(l2=0.5)))
    assert (copy.l1, copy.l2, copy.activity_regularizer.l2) == (0.0, 0.5, 0.5)


def test_messages():
    with pytest.raises(
        UsageError, match="ActivityRegularization: l1 must be a finite number at least 0, got -1"
    ):
        ActivityRegularization(-1)
    with pytest.raises(UsageError, match='ActivityRegularization: no argument "activity_regularizer"'):
        ActivityRegularization(activity_regularizer="l2")
