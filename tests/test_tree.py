"""Frozen dataclasses as trees: what is a leaf, what is structure."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import (
    all_finite,
    assign,
    canonical,
    is_static,
    named_leaves,
    replace,
    select,
    stack,
    static,
    tree,
)


@tree
class Rate:
    value: float = 0.1
    momentum: float | None = None
    kind: str = static(default="plain")

    def __post_init__(self) -> None:
        if isinstance(self.value, str):
            assign(self, value=float(self.value))
        if np.ndim(self.value) == 0 and self.value < 0:
            raise ValueError("value must not be negative")


@tree
class Pair:
    first: Rate
    others: tuple[Rate, ...] = ()


def structure(node):
    return jax.tree.structure(canonical(node))


def test_numbers_are_leaves_and_the_rest_is_structure():
    assert jax.tree.leaves(Rate(0.5, 0.9)) == [0.5, 0.9]
    assert structure(Rate(0.1)) == structure(Rate(7))
    assert structure(Rate(0.1, 0.8)) == structure(Rate(0.1, 0.9))
    assert structure(Rate(0.1)) != structure(Rate(0.1, 0.0)), "None is structure"
    assert structure(Rate(0.1)) != structure(Rate(0.1, kind="other"))
    assert [is_static(field) for field in dataclasses.fields(Rate)] == [False, False, True]


def test_objects_are_frozen_and_equal_only_to_themselves():
    rate = Rate()
    with pytest.raises(dataclasses.FrozenInstanceError):
        rate.value = 0.2
    assert rate != Rate()
    assert len({rate, Rate()}) == 2


def test_transformations_do_not_check_again():
    """Inside a transformation the values are tracers, on which a comparison would fail."""
    doubled = jax.tree.map(lambda leaf: -leaf, Rate(0.5))
    assert doubled.value == -0.5
    assert doubled.kind == "plain"
    assert jax.eval_shape(lambda rate: rate.value * 2, Rate(0.5)).shape == ()
    assert jax.tree.map(lambda leaf: None, Rate(0.5)).value is None


def test_replace():
    rate = Rate("0.5", kind="other")
    assert (rate.value, replace(rate, momentum=0.9).momentum, replace(rate, momentum=0.9).kind) == (
        0.5,
        0.9,
        "other",
    )
    assert rate.momentum is None
    with pytest.raises(TypeError, match="Rate has no field moment"):
        replace(rate, moment=1)


@pytest.mark.parametrize(
    ("number", "dtype"),
    [
        (0.1, "float32"),
        (np.float64(0.1), "float32"),
        (np.float32(0.1), "float32"),
        (3, "float32"),
        (np.int32(3), "int32"),
        (True, "bool"),
    ],
)
def test_canonical_numbers_have_one_type(number, dtype):
    leaf = canonical(Rate(number)).value
    assert (leaf.dtype, leaf.shape) == (dtype, ())
    assert leaf == np.asarray(number, dtype)


def test_arrays_of_jax_stay():
    array = jnp.ones(3)
    assert canonical(Rate(array)).value is array


def test_stack():
    stacked = stack([Pair(Rate(0.1), (Rate(1, 2),)), Pair(Rate(0.2), (Rate(3, 4),))])
    np.testing.assert_array_equal(stacked.first.value, np.float32([0.1, 0.2]))
    np.testing.assert_array_equal(stacked.others[0].momentum, [2, 4])
    with pytest.raises(ValueError, match="None"):
        stack([Rate(0.1), Rate(0.1, 0.9)])


@pytest.mark.parametrize(
    ("leaves", "finite"),
    [([1.0, 2.0], True), ([1.0, np.nan], False), ([np.inf], False), ([-np.inf, 1.0], False), ([], True)],
)
def test_all_finite(leaves, finite):
    arrays = [jnp.asarray([0.0, leaf], jnp.float32) for leaf in leaves]
    assert bool(all_finite({"a": arrays, "n": jnp.asarray(2**31 - 1, jnp.int32)})) is finite


def test_select():
    one, two = Rate(jnp.ones(2), jnp.zeros(())), Rate(jnp.zeros(2), jnp.ones(()))
    np.testing.assert_array_equal(select(jnp.asarray(True), one, two).value, [1, 1])
    np.testing.assert_array_equal(select(jnp.asarray(False), one, two).momentum, 1)


def test_leaves_have_the_names_a_person_writes():
    node = {"dense": {"kernel": 1, "bias": 2}, "rest": Pair(Rate(3), (Rate(4, 5),))}
    assert named_leaves(node) == {
        "dense/bias": 2,
        "dense/kernel": 1,
        "rest/first/value": 3,
        "rest/others/0/value": 4,
        "rest/others/0/momentum": 5,
    }
