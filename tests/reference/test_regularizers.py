"""Penalties against Keras and PyTorch: values and gradients; proximal steps against scikit-learn's optima."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import regularizers

KERNEL = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
WITH_ZEROS = np.where(np.arange(20).reshape(4, 5) % 3, KERNEL, 0).astype(np.float32)

CASES = {
    "l1": ("L1", {}),
    "l1 factor": ("L1", {"l1": 0.3}),
    "l2": ("L2", {}),
    "l2 factor": ("L2", {"l2": 0.3}),
    "none": ("L1L2", {}),
    "l1 of both": ("L1L2", {"l1": 0.3}),
    "l2 of both": ("L1L2", {"l2": 0.2}),
    "both": ("L1L2", {"l1": 0.3, "l2": 0.2}),
    "orthogonal": ("OrthogonalRegularizer", {}),
    "orthogonal rows": ("OrthogonalRegularizer", {"factor": 0.7, "mode": "rows"}),
    "orthogonal columns": ("OrthogonalRegularizer", {"factor": 0.7, "mode": "columns"}),
}


@pytest.mark.references(
    "regularizers.L1", "regularizers.L2", "regularizers.L1L2", "regularizers.OrthogonalRegularizer"
)
@pytest.mark.parametrize("case", CASES)
def test_penalty_and_gradient_are_those_of_keras(keras, case):
    name, factors = CASES[case]
    kernel = jnp.asarray(KERNEL)
    value, gradient = jax.value_and_grad(getattr(regularizers, name)(**factors))(kernel)
    expected, slope = jax.value_and_grad(getattr(keras.regularizers, name)(**factors))(kernel)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    # Where the gradient of a cosine nearly cancels, its last bits depend on the order of the sums.
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)


def test_where_the_orthogonal_penalty_differs_from_keras(keras):
    ours, theirs = regularizers.OrthogonalRegularizer(), keras.regularizers.OrthogonalRegularizer()
    row = jnp.asarray(KERNEL[:1])
    assert float(ours(row)) == 0.0
    assert np.isnan(theirs(row))
    dead = jnp.asarray(KERNEL).at[1].set(0.0)
    np.testing.assert_allclose(ours(dead), theirs(dead), rtol=1e-6)
    assert np.isfinite(jax.grad(ours)(dead)).all()
    assert np.isnan(jax.grad(theirs)(dead)).any()


@pytest.mark.parametrize("case", CASES)
def test_a_configuration_of_keras_is_understood(keras, case):
    name, options = CASES[case]
    described = keras.regularizers.serialize(getattr(keras.regularizers, name)(**options))
    ours = regularizers.get(described)
    assert type(ours).__name__ == name
    expected = getattr(keras.regularizers, name)(**options)(jnp.asarray(KERNEL))
    np.testing.assert_allclose(ours(jnp.asarray(KERNEL)), expected, rtol=1e-6)


def test_every_name_of_keras_is_here(keras):
    names = {name for name in dir(keras.regularizers) if not name.startswith("_")}
    for name in names - {"get", "serialize", "deserialize"}:
        assert getattr(regularizers, name).__name__ == getattr(keras.regularizers, name).__name__
        if name != "Regularizer":
            assert type(regularizers.get(name)).__name__ == getattr(keras.regularizers, name).__name__


def test_penalties_do_not_move_a_zero_weight(torch):
    # Keras on JAX does: JAX takes the derivative of |x| at 0 as 1.
    kernel = torch.tensor(WITH_ZEROS, requires_grad=True)
    (0.3 * kernel.abs().sum() + 0.2 * kernel.square().sum()).backward()
    gradient = jax.grad(regularizers.L1L2(l1=0.3, l2=0.2))(jnp.asarray(WITH_ZEROS))
    np.testing.assert_allclose(gradient, kernel.grad.numpy(), rtol=1e-6)


@pytest.mark.references("regularizers.GroupL1")
def test_the_group_penalty_and_its_gradient_are_pytorch_s(torch):
    for values in (KERNEL, WITH_ZEROS, np.where(np.arange(4)[:, None] == 2, 0, KERNEL).astype(np.float32)):
        kernel = torch.tensor(values, requires_grad=True)
        penalty = 0.3 * kernel.norm(dim=1).sum()
        penalty.backward()
        value, gradient = jax.value_and_grad(regularizers.GroupL1(0.3))(jnp.asarray(values))
        np.testing.assert_allclose(value, penalty.item(), rtol=1e-6)
        np.testing.assert_allclose(gradient, kernel.grad.numpy(), rtol=1e-5)


def test_the_proximal_step_of_l1_is_pytorch_s_soft_threshold(torch):
    expected = torch.nn.functional.softshrink(torch.tensor(WITH_ZEROS), 0.3 * 0.7).numpy()
    ours = regularizers.L1(0.3, proximal=True).proximal_step(jnp.asarray(WITH_ZEROS), 0.7)
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-7)
    assert 0 < np.count_nonzero(expected) < np.count_nonzero(WITH_ZEROS)


def _proximal_gradient(x, y, regularizer):
    """The minimum of ||y - x w||^2 / (2 n) + penalty, by gradient steps of length 1 / L and proximal steps."""
    rate = len(x) / np.linalg.norm(x, 2) ** 2

    def loss(w):
        return jnp.sum(jnp.square(y - x @ w)) / (2 * len(x)) + regularizer(w)

    def step(_, w):
        return regularizer.proximal_step(w - rate * jax.grad(loss)(w), rate)

    return np.asarray(jax.lax.fori_loop(0, 2000, step, jnp.zeros((x.shape[1], y.shape[1]))))


def _regression(outputs):
    random = np.random.default_rng(5)
    x = random.normal(size=(60, 12))
    w = np.where(np.arange(12)[:, None] < 4, random.normal(size=(12, outputs)), 0)
    return x, x @ w + 0.1 * random.normal(size=(60, outputs))


def _same_zeros(ours, theirs):
    np.testing.assert_allclose(ours, theirs, atol=1e-7)
    np.testing.assert_array_equal(ours == 0, theirs == 0)
    assert 0 < np.count_nonzero(ours) < ours.size


def test_proximal_l1_finds_scikit_learn_s_lasso():
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = _regression(1)
    lasso = linear_model.Lasso(alpha=0.1, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x, y)
    with jax.enable_x64(True):
        ours = _proximal_gradient(x, y, regularizers.L1(0.1, proximal=True))
    _same_zeros(ours[:, 0], lasso.coef_)


def test_proximal_l1_l2_finds_scikit_learn_s_elastic_net():
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = _regression(1)
    net = linear_model.ElasticNet(
        alpha=0.2, l1_ratio=0.5, fit_intercept=False, tol=1e-12, max_iter=100_000
    ).fit(x, y)
    # scikit-learn's penalty is alpha (l1_ratio |w| + (1 - l1_ratio) w^2 / 2).
    with jax.enable_x64(True):
        ours = _proximal_gradient(x, y, regularizers.L1L2(0.1, 0.05, proximal=True))
    _same_zeros(ours[:, 0], net.coef_)


@pytest.mark.references("regularizers.GroupL1")
def test_proximal_groups_find_scikit_learn_s_multi_task_lasso():
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = _regression(3)
    lasso = linear_model.MultiTaskLasso(alpha=0.2, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x, y)
    with jax.enable_x64(True):
        ours = _proximal_gradient(x, y, regularizers.GroupL1(0.2, proximal=True))
    _same_zeros(ours, lasso.coef_.T)
    rows = np.count_nonzero(ours, axis=1)
    assert set(rows) == {0, 3}


def test_the_gradient_alone_reaches_no_zeros():
    x, y = _regression(1)
    with jax.enable_x64(True):
        assert np.count_nonzero(_proximal_gradient(x, y, regularizers.L1(0.1))) == 12
