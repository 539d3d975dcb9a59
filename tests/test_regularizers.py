"""Penalties: worked examples, structure, names and configurations."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import regularizers
from fallline._registry import from_config, to_config
from fallline.errors import UnknownNameError, UsageError

KERNEL = jnp.asarray([[1.0, -2.0], [0.0, 3.0]], jnp.float32)  # sum |x| = 6, sum x^2 = 14


@pytest.mark.parametrize(
    ("regularizer", "penalty"),
    [
        (regularizers.L1(), 0.06),
        (regularizers.L1(0.5), 3.0),
        (regularizers.L2(), 0.14),
        (regularizers.L2(0.5), 7.0),
        (regularizers.L1L2(), 0.0),
        (regularizers.L1L2(l1=0.5), 3.0),
        (regularizers.L1L2(l2=0.5), 7.0),
        (regularizers.L1L2(0.5, 0.25), 6.5),
        (regularizers.l1(0.5), 3.0),
        (regularizers.l2(0.5), 7.0),
        (regularizers.l1_l2(0.5, 0.25), 6.5),
    ],
)
def test_worked_example(regularizer, penalty):
    assert float(regularizer(KERNEL)) == pytest.approx(penalty)
    copy = from_config(to_config(regularizer))
    assert type(copy) is type(regularizer)
    assert float(copy(KERNEL)) == pytest.approx(penalty)


def test_gradients_are_sign_and_twice_the_weight():
    np.testing.assert_allclose(jax.grad(regularizers.L1(0.5))(KERNEL), [[0.5, -0.5], [0.0, 0.5]])
    np.testing.assert_allclose(jax.grad(regularizers.L2(0.5))(KERNEL), KERNEL)


def test_an_absent_factor_is_structure():
    assert jax.tree.leaves(regularizers.L1L2(l2=0.1)) == [0.1]
    assert jax.tree.leaves(regularizers.L2(0.0)) == [0.0]


def test_members_may_have_factors_of_their_own():
    penalties = jax.vmap(lambda r: r(KERNEL))(regularizers.L2(jnp.asarray([0.0, 0.5, 1.0], jnp.float32)))
    np.testing.assert_allclose(penalties, [0.0, 7.0, 14.0])


def test_half_precision_stays_half():
    assert regularizers.L1L2(0.1, 0.1)(KERNEL.astype(jnp.bfloat16)).dtype == jnp.bfloat16


def test_get_resolves_what_a_user_may_write():
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get("l1"), regularizers.L1)
    assert isinstance(regularizers.get("l2"), regularizers.L2)
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    custom = regularizers.get(lambda x: jnp.max(x))
    assert float(custom(KERNEL)) == 3.0
    assert regularizers.get(custom) is custom


@pytest.mark.parametrize("factor", [-0.1, float("nan"), float("inf"), "0.1", True])
@pytest.mark.parametrize("make", [regularizers.L1, regularizers.L2, regularizers.L1L2])
def test_impossible_factors_are_refused(make, factor):
    with pytest.raises(
        UsageError, match=f"{make.__name__}: l[12] must be a (finite )?number at least 0, got"
    ):
        make(factor)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown regularizer"):
        regularizers.get("l3")
