"""Penalties: worked examples, structure, names and configurations."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import regularizers
from fallline._tree import tree
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.registry.configuration import from_config, to_config

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
        (regularizers.L1(0.5, proximal=True), 3.0),
        (regularizers.L1L2(0.5, 0.25, proximal=True), 6.5),
        (regularizers.GroupL1(0.5), 0.5 * (np.sqrt(5) + 3)),
        (regularizers.GroupL1(0.5, proximal=True), 0.5 * (np.sqrt(5) + 3)),
        # One pair: rows (1, -2) and (0, 3), cosine -2 / sqrt 5; columns (1, 0) and (-2, 3), -2 / sqrt 13.
        (regularizers.OrthogonalRegularizer(0.5), 1 / np.sqrt(5)),
        (regularizers.OrthogonalRegularizer(0.5, "columns"), 1 / np.sqrt(13)),
        (regularizers.l1(0.5), 3.0),
        (regularizers.l2(0.5), 7.0),
        (regularizers.l1_l2(0.5, 0.25), 6.5),
    ],
)
def test_worked_example(regularizer, penalty):
    assert float(regularizer(KERNEL)) == pytest.approx(penalty)
    copy = from_config(to_config(regularizer))
    assert type(copy) is type(regularizer)
    assert copy.proximal == regularizer.proximal
    assert float(copy(KERNEL)) == pytest.approx(penalty)


def test_gradients_are_sign_and_twice_the_weight():
    np.testing.assert_allclose(jax.grad(regularizers.L1(0.5))(KERNEL), [[0.5, -0.5], [0.0, 0.5]])
    np.testing.assert_allclose(jax.grad(regularizers.L2(0.5))(KERNEL), KERNEL)


def test_a_proximal_penalty_counts_in_the_loss_but_has_no_gradient():
    np.testing.assert_array_equal(jax.grad(regularizers.L1(0.5, proximal=True))(KERNEL), np.zeros((2, 2)))
    np.testing.assert_array_equal(
        jax.grad(regularizers.GroupL1(0.5, proximal=True))(KERNEL), np.zeros((2, 2))
    )
    both = jax.grad(regularizers.L1L2(0.5, 0.25, proximal=True))(KERNEL)
    np.testing.assert_allclose(both, 0.5 * KERNEL)


def test_proximal_steps_set_small_weights_to_zero():
    # rate * factor = 0.2 * 5 = 1.
    soft = [[0.0, -1.0], [0.0, 2.0]]
    np.testing.assert_allclose(regularizers.L1(5.0, proximal=True).proximal_step(KERNEL, 0.2), soft)
    np.testing.assert_allclose(regularizers.L1L2(5.0, 9.0, proximal=True).proximal_step(KERNEL, 0.2), soft)
    # The rows' norms are sqrt 5 = 2.24 and 3.
    group = regularizers.GroupL1(5.0, proximal=True)
    expected = [[1 - 1 / np.sqrt(5), -2 + 2 / np.sqrt(5)], [0.0, 2.0]]
    np.testing.assert_allclose(group.proximal_step(KERNEL, 0.2), expected, rtol=1e-6)
    np.testing.assert_allclose(group.proximal_step(KERNEL, 0.5), [[0.0, 0.0], [0.0, 0.5]], rtol=1e-6)
    np.testing.assert_array_equal(group.proximal_step(jnp.zeros((2, 2)), 0.0), np.zeros((2, 2)))


@pytest.mark.parametrize(
    "regularizer",
    [
        regularizers.L1(5.0),
        regularizers.L2(5.0),
        regularizers.L1L2(5.0, 5.0),
        regularizers.L1L2(0.0, 5.0, proximal=True),
        regularizers.GroupL1(5.0),
        regularizers.OrthogonalRegularizer(5.0),
        regularizers.get(lambda x: x.sum()),
    ],
    ids=lambda r: type(r).__name__,
)
def test_without_a_proximal_part_the_step_is_the_identity(regularizer):
    assert regularizer.proximal_step(KERNEL, 0.2) is KERNEL


@pytest.mark.parametrize("name", ["L1", "GroupL1"])
def test_a_proximal_step_does_not_hide_what_is_not_a_number(name):
    broken = KERNEL.at[0, 0].set(jnp.nan)
    stepped = getattr(regularizers, name)(5.0, proximal=True).proximal_step(broken, 0.2)
    assert jnp.isnan(stepped[0, 0])
    assert not jnp.isnan(stepped[1]).any()


def test_members_may_have_proximal_factors_of_their_own():
    stacked = regularizers.L1(jnp.asarray([0.0, 5.0, 10.0], jnp.float32), proximal=True)
    stepped = jax.vmap(lambda r: r.proximal_step(KERNEL, jnp.float32(0.2)))(stacked)
    np.testing.assert_allclose(stepped, [KERNEL, [[0, -1], [0, 2]], [[0, 0], [0, 1]]])


def test_zero_rows_have_zero_gradient():
    kernel = KERNEL.at[0].set(0.0)
    group = jax.grad(regularizers.GroupL1(0.5))(kernel)
    np.testing.assert_allclose(group, [[0.0, 0.0], [0.0, 0.5]])
    np.testing.assert_array_equal(jax.grad(regularizers.OrthogonalRegularizer())(kernel), np.zeros((2, 2)))


def test_a_vector_is_a_column_of_features():
    bias = jnp.asarray([1.0, -2.0, 0.5], jnp.float32)
    assert float(regularizers.GroupL1(0.5)(bias)) == pytest.approx(1.75)
    stepped = regularizers.GroupL1(5.0, proximal=True).proximal_step(bias, 0.2)
    np.testing.assert_allclose(stepped, [0.0, -1.0, 0.0])


def test_one_row_is_orthogonal_to_nothing():
    assert float(regularizers.OrthogonalRegularizer()(KERNEL[:1])) == 0.0


def test_wrong_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"only the rows of a matrix have angles; the parameter is \(3,\)"):
        regularizers.OrthogonalRegularizer()(jnp.zeros(3))
    with pytest.raises(ShapeError, match="a scalar has no rows"):
        regularizers.GroupL1()(jnp.zeros(()))


def test_wrong_structure_is_refused():
    with pytest.raises(UsageError, match='mode must be "rows" or "columns", got \'diagonal\''):
        regularizers.OrthogonalRegularizer(mode="diagonal")
    with pytest.raises(UsageError, match="L1: proximal must be True or False, got 1"):
        regularizers.L1(0.1, proximal=1)


def test_older_arguments_work_with_a_warning():
    with pytest.warns(FutureWarning, match=r"write L1\(l1=0.5\)"):
        assert regularizers.l1(l=0.5).l1 == 0.5
    with pytest.warns(FutureWarning, match=r"write L2\(l2=0.5\)"):
        assert regularizers.l2(l=0.5).l2 == 0.5


def test_an_absent_factor_is_structure():
    assert jax.tree.leaves(regularizers.L1L2(l2=0.1)) == [0.1]
    assert jax.tree.leaves(regularizers.L2(0.0)) == [0.0]


def test_members_may_have_factors_of_their_own():
    penalties = jax.vmap(lambda r: r(KERNEL))(regularizers.L2(jnp.asarray([0.0, 0.5, 1.0], jnp.float32)))
    np.testing.assert_allclose(penalties, [0.0, 7.0, 14.0])


EVERY = [
    regularizers.L1(0.1),
    regularizers.L1(0.1, proximal=True),
    regularizers.L2(0.1),
    regularizers.L1L2(0.1, 0.1, proximal=True),
    regularizers.GroupL1(0.1),
    regularizers.GroupL1(0.1, proximal=True),
    regularizers.OrthogonalRegularizer(0.1),
]


@pytest.mark.parametrize("regularizer", EVERY, ids=lambda r: f"{type(r).__name__} {r.proximal}")
def test_number_types_are_kept(regularizer):
    whole = float(regularizer(KERNEL))
    half = KERNEL.astype(jnp.bfloat16)
    assert regularizer(half).dtype == jnp.bfloat16
    assert float(regularizer(half)) == pytest.approx(whole, rel=0.02)
    assert regularizer.proximal_step(half, 0.1).dtype == jnp.bfloat16
    with jax.enable_x64(True):
        double = jnp.asarray(KERNEL, jnp.float64)
        assert regularizer(double).dtype == jnp.float64
        assert float(regularizer(double)) == pytest.approx(whole, rel=1e-6)
        assert regularizer.proximal_step(double, 0.1).dtype == jnp.float64


def test_get_resolves_what_a_user_may_write():
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get("l1"), regularizers.L1)
    assert isinstance(regularizers.get("l2"), regularizers.L2)
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert isinstance(regularizers.get("group_lasso"), regularizers.GroupL1)
    assert isinstance(regularizers.get("orthogonal_regularizer"), regularizers.OrthogonalRegularizer)
    custom = regularizers.get(lambda x: jnp.max(x))
    assert float(custom(KERNEL)) == 3.0
    assert regularizers.get(custom) is custom
    with pytest.raises(ShapeError, match=r"returned shape \(2,\); return one number"):
        regularizers.get(lambda x: jnp.max(x, axis=0))(KERNEL)


def test_a_class_as_in_keras():
    class Towards(regularizers.Regularizer):
        def __init__(self, target):
            self.target = target

        def __call__(self, x):
            return jnp.sum(jnp.square(x - self.target))

    penalty = regularizers.get(Towards(1.0))
    assert float(penalty(KERNEL)) == pytest.approx(0 + 9 + 1 + 4)
    assert jax.tree.leaves(penalty) == []


def test_a_class_with_numbers_as_leaves():
    @tree
    class Towards(regularizers.Regularizer):
        target: float = 1.0

        def __call__(self, x):
            return jnp.sum(jnp.square(x - jnp.asarray(self.target, x.dtype)))

    penalty = regularizers.get(Towards(2.0))
    assert jax.tree.leaves(penalty) == [2.0]
    assert float(penalty(KERNEL)) == pytest.approx(1 + 16 + 4 + 1)


@pytest.mark.parametrize("factor", [-0.1, float("nan"), float("inf"), "0.1", True])
@pytest.mark.parametrize(
    "make",
    [
        regularizers.L1,
        regularizers.L2,
        regularizers.L1L2,
        regularizers.GroupL1,
        regularizers.OrthogonalRegularizer,
    ],
)
def test_impossible_factors_are_refused(make, factor):
    with pytest.raises(
        UsageError, match=f"{make.__name__}: (l[12]|factor) must be a (finite )?number at least 0, got"
    ):
        make(factor)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown regularizer"):
        regularizers.get("l3")
