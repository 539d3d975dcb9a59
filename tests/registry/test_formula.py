"""Classes that stand for a function of arrays."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._tree import static, tree
from fallline.errors import UsageError
from fallline.registry.described import Described
from fallline.registry.formula import computed


def scaled(x, y, factor=2.0, shift=0.0):
    return factor * x + y + shift


@tree
class Scaled(Described):
    factor: float = 3.0
    name: str = static(default="scaled")


def test_fields_are_the_further_arguments():
    assert computed(Scaled(), scaled, 1.0, 10.0) == 13.0  # the shift, which is no field, keeps its default
    assert computed(Scaled(5.0), scaled, 1.0, 10.0) == 15.0


def test_a_function_becomes_the_class_that_stands_for_it():
    assert type(fl.losses.get(fl.losses.huber)) is fl.losses.Huber
    assert type(fl.activations.get(fl.activations.elu)) is fl.activations.ELU


@pytest.mark.parametrize(
    ("mean", "expected"),
    # The weighted mean of the rows; the weighted sum over the number of rows.
    [(fl.metrics.MeanAbsoluteError(), 4.0), (fl.losses.MeanAbsoluteError(), 2.0)],
)
def test_vectors_are_columns(mean, expected):
    # Two rows of one output, and no row of two, which one weight could not tell apart.
    y_true, y_pred, weight = jnp.asarray([0.0, 0.0]), jnp.asarray([4.0, 2.0]), jnp.asarray([1.0, 0.0])
    assert float(mean(y_true, y_pred, weight)) == expected


def test_a_class_of_ones_own_may_name_its_function():
    def cubed(y_true, y_pred, power=3):
        return jnp.mean(jnp.abs(y_true - y_pred) ** power, axis=-1)

    @tree
    class Cubed(fl.losses.Loss):
        power: int = static(default=3)
        reduction: fl.losses.Reduction = static(default="sum")
        name: str = static(default="cubed")

        formula = cubed

    y_true, y_pred = jnp.zeros((2, 1)), jnp.asarray([[1.0], [2.0]])
    np.testing.assert_allclose(Cubed()(y_true, y_pred), 9.0)
    np.testing.assert_allclose(Cubed(power=2)(y_true, y_pred), 5.0)
    assert type(fl.losses.get(cubed)) is Cubed


@pytest.mark.parametrize("base", [fl.losses.Loss, fl.metrics.MeanMetric])
def test_a_class_that_says_nowhere_what_it_computes(base):
    @tree
    class Silent(base):
        name: str = static(default="silent")
        reduction: str = static(default="sum")

    with pytest.raises(UsageError, match="Silent: write what it computes"):
        Silent().values(jnp.zeros((1, 1)), jnp.zeros((1, 1)))
