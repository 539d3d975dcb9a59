"""Constraints: worked examples, structure, number types, names and configurations."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import constraints
from fallline._tree import tree
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.registry.configuration import from_config, to_config

# The columns' norms are 5 and 0.5, the rows' sqrt(9.09) and sqrt(16.16).
KERNEL = jnp.asarray([[3.0, -0.3], [-4.0, 0.4]], jnp.float32)

EXAMPLES = {
    "non_neg": (constraints.NonNeg(), [[3, 0], [0, 0.4]]),
    "unit_norm": (constraints.UnitNorm(), [[0.6, -0.6], [-0.8, 0.8]]),
    "unit_norm of all": (constraints.UnitNorm([0, 1]), KERNEL / np.sqrt(25.25)),
    "max_norm": (constraints.MaxNorm(), [[1.2, -0.3], [-1.6, 0.4]]),
    "max_norm 1": (constraints.MaxNorm(1), [[0.6, -0.3], [-0.8, 0.4]]),
    "max_norm 0": (constraints.MaxNorm(0), [[0, 0], [0, 0]]),
    "max_norm rows": (
        constraints.MaxNorm(1, axis=-1),
        KERNEL / np.sqrt([[9.09], [16.16]]),
    ),
    "min_max_norm": (constraints.MinMaxNorm(1, 4), [[2.4, -0.6], [-3.2, 0.8]]),
    # Half of the way: 5 -> 4.5, 0.5 -> 0.75.
    "min_max_norm half": (constraints.MinMaxNorm(1, 4, rate=0.5), [[2.7, -0.45], [-3.6, 0.6]]),
    "min_max_norm none": (constraints.MinMaxNorm(1, 4, rate=0), KERNEL),
}


@pytest.mark.parametrize("case", EXAMPLES)
def test_worked_example(case):
    constraint, expected = EXAMPLES[case]
    np.testing.assert_allclose(constraint(KERNEL), expected, rtol=1e-6)
    copy = from_config(to_config(constraint))
    assert type(copy) is type(constraint)
    assert jax.tree.structure(copy) == jax.tree.structure(constraint)
    np.testing.assert_array_equal(copy(KERNEL), constraint(KERNEL))


@pytest.mark.parametrize("case", EXAMPLES)
def test_number_types_are_kept(case):
    constraint, expected = EXAMPLES[case]
    half = constraint(KERNEL.astype(jnp.bfloat16))
    assert half.dtype == jnp.bfloat16
    np.testing.assert_allclose(np.asarray(half, np.float32), np.asarray(expected), rtol=0.02)
    with jax.enable_x64(True):
        double = constraint(jnp.asarray(KERNEL, jnp.float64))
        assert double.dtype == jnp.float64
        np.testing.assert_allclose(double, np.asarray(expected), rtol=1e-6)


@pytest.mark.parametrize("case", EXAMPLES)
def test_zero_weights_stay_zero(case):
    np.testing.assert_array_equal(EXAMPLES[case][0](jnp.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize(
    "constraint", [constraints.UnitNorm(), constraints.MaxNorm(), constraints.MinMaxNorm()]
)
def test_what_is_not_a_number_is_not_hidden(constraint):
    assert jnp.isnan(constraint(KERNEL.at[0, 0].set(jnp.nan))[0, 0])


def test_numbers_are_leaves_and_the_axis_is_structure():
    assert jax.tree.leaves(constraints.MaxNorm(3, axis=1)) == [3.0]
    assert jax.tree.leaves(constraints.MinMaxNorm(0.5, 2, 0.25)) == [0.5, 2.0, 0.25]
    assert jax.tree.structure(constraints.MaxNorm(3)) == jax.tree.structure(constraints.MaxNorm(4))
    assert jax.tree.structure(constraints.MaxNorm(3)) != jax.tree.structure(constraints.MaxNorm(3, axis=1))


def test_members_may_have_limits_of_their_own():
    members = constraints.MaxNorm(jnp.asarray([1.0, 2.0, 9.0], jnp.float32))
    limited = jax.vmap(lambda constraint: constraint(KERNEL))(members)
    for solo, limit in zip(limited, [1, 2, 9], strict=True):
        np.testing.assert_allclose(solo, constraints.MaxNorm(limit)(KERNEL), rtol=1e-6)


def test_get_resolves_what_a_user_may_write():
    assert constraints.get(None) is None
    for name in ("non_neg", "NonNeg", "nonneg"):
        assert isinstance(constraints.get(name), constraints.NonNeg)
    for name in ("max_norm", "maxnorm", "MaxNorm"):
        assert isinstance(constraints.get(name), constraints.MaxNorm)
    assert isinstance(constraints.get("unit_norm"), constraints.UnitNorm)
    assert isinstance(constraints.get("min_max_norm"), constraints.MinMaxNorm)
    assert constraints.maxnorm is constraints.max_norm is constraints.MaxNorm
    limit = constraints.MaxNorm(3)
    assert constraints.get(limit) is limit


def test_a_function_of_the_users_own():
    centred = constraints.get(lambda w: w - w.mean(axis=0, keepdims=True))
    np.testing.assert_allclose(centred(KERNEL), [[3.5, -0.35], [-3.5, 0.35]], rtol=1e-6)
    assert constraints.get(centred) is centred
    with pytest.raises(
        ShapeError, match=r'constraint "<lambda>" got a parameter of shape \(2, 2\), returned \(2,\)'
    ):
        constraints.get(lambda w: w[0])(KERNEL)
    with pytest.raises(UsageError, match="cannot save"):
        to_config(centred)


def test_a_class_as_in_keras():
    class Below(constraints.Constraint):
        def __init__(self, limit):
            self.limit = limit

        def __call__(self, w):
            return jnp.minimum(w, self.limit)

    below = constraints.get(Below(0.1))
    np.testing.assert_allclose(below(KERNEL), [[0.1, -0.3], [-4.0, 0.1]], rtol=1e-6)
    assert jax.tree.leaves(below) == []


def test_a_class_with_numbers_as_leaves():
    @tree
    class Below(constraints.Constraint):
        limit: float = 0.1

        def __call__(self, w):
            return jnp.minimum(w, jnp.asarray(self.limit, w.dtype))

    below = constraints.get(Below(0.2))
    assert jax.tree.leaves(below) == [0.2]
    np.testing.assert_allclose(below(KERNEL), [[0.2, -0.3], [-4.0, 0.2]], rtol=1e-6)


def test_older_arguments_work_with_a_warning():
    with pytest.warns(FutureWarning, match=r"write MaxNorm\(max_value=3\)"):
        assert constraints.maxnorm(m=3).max_value == 3.0


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="MaxNorm: max_value must be a finite number at least 0, got -1"):
        constraints.MaxNorm(-1)
    with pytest.raises(UsageError, match="MinMaxNorm: rate must be a finite number between 0 and 1, got 2"):
        constraints.MinMaxNorm(rate=2)
    with pytest.raises(UsageError, match="MinMaxNorm: min_value 3 is above max_value 1"):
        constraints.MinMaxNorm(3)
    with pytest.raises(UsageError, match=r"UnitNorm: axis must be a whole number, got 0\.5"):
        constraints.UnitNorm(0.5)
    with pytest.raises(UnknownNameError, match='Did you mean "max_norm"'):
        constraints.get("max_nrom")
    with pytest.raises(UsageError, match=r"write MaxNorm\(\) to make one"):
        constraints.get(constraints.MaxNorm)


@pytest.mark.parametrize("axis", [1, -2, (0, 1)])
def test_an_axis_that_the_parameter_has_not_is_refused(axis):
    with pytest.raises(ShapeError, match=r"MaxNorm: axis .* is none of a parameter of shape \(3,\)"):
        constraints.MaxNorm(axis=axis)(jnp.ones(3))
