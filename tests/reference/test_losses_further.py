"""Losses that Keras lacks or computes otherwise, against PyTorch, scikit-learn, NumPy and hand-worked numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import losses

RNG = np.random.default_rng(1958)
ROWS = 17
REALS = RNG.normal(size=(ROWS, 3)).astype(np.float32)
GUESSES = (2 * RNG.normal(size=(ROWS, 3))).astype(np.float32)
LABELS = RNG.integers(0, 4, size=ROWS).astype(np.int32)
LOGITS = (2 * RNG.normal(size=(ROWS, 4))).astype(np.float32)


def gradient_of(loss, y_true, y_pred):
    return jax.grad(lambda p: jnp.sum(loss.rows(y_true, p)))(jnp.asarray(y_pred))


def compare_with_torch(torch, loss, y_true, y_pred, function):
    prediction = torch.tensor(y_pred, requires_grad=True)
    rows = function(prediction)
    rows.sum().backward()
    np.testing.assert_allclose(loss.rows(y_true, jnp.asarray(y_pred)), rows.detach(), rtol=5e-6, atol=1e-6)
    np.testing.assert_allclose(gradient_of(loss, y_true, y_pred), prediction.grad, rtol=2e-5, atol=1e-6)


@pytest.mark.references("losses.GaussianNLL")
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shift", [0.0, -20.0], ids=["free", "at the bound"])
def test_gaussian_likelihood_and_its_gradient_are_those_of_pytorch(torch, full, shift):
    outputs = np.concatenate([GUESSES, REALS[::-1] + np.float32(shift)], axis=1)

    def function(p):
        mean, variance = p[:, :3], torch.nn.functional.softplus(p[:, 3:])
        target = torch.tensor(REALS)
        values = torch.nn.functional.gaussian_nll_loss(mean, target, variance, full=full, reduction="none")
        return values.mean(1)

    compare_with_torch(torch, losses.GaussianNLL(full=full), REALS, outputs, function)


@pytest.mark.references("losses.Huber")
@pytest.mark.parametrize("delta", [0.5, 1.0, 2.5])
def test_huber_is_that_of_pytorch(torch, delta):
    compare_with_torch(
        torch,
        losses.Huber(delta=delta),
        REALS,
        GUESSES,
        lambda p: torch.nn.functional.huber_loss(p, torch.tensor(REALS), delta=delta, reduction="none").mean(
            1
        ),
    )


@pytest.mark.references("losses.HalfSquaredError")
def test_half_squared_error_is_half_of_pytorch_sum(torch):
    compare_with_torch(
        torch,
        losses.HalfSquaredError(),
        REALS,
        GUESSES,
        lambda p: 0.5 * torch.nn.functional.mse_loss(p, torch.tensor(REALS), reduction="none").sum(1),
    )
    # The worked example of the lectures: outputs .75137 .77293, targets .01 .99, E = .29837.
    error = losses.HalfSquaredError()(np.asarray([[0.01, 0.99]]), jnp.asarray([[0.75136507, 0.772928465]]))
    np.testing.assert_allclose(error, 0.298371109, rtol=1e-6)


@pytest.mark.references("losses.KLDivergence")
def test_divergence_on_logits_is_that_of_pytorch(torch):
    shares = np.asarray(jax.nn.softmax(jnp.asarray(LOGITS[::-1])))
    for scale in (1.0, 60.0):
        compare_with_torch(
            torch,
            losses.KLDivergence().on_logits(),
            shares,
            np.float32(scale) * LOGITS,
            lambda p: torch.nn.functional.kl_div(
                torch.log_softmax(p, 1), torch.tensor(shares), reduction="none"
            ).sum(1),
        )


@pytest.mark.references("losses.Quantile")
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_pinball_loss_is_that_of_scikit_learn(quantile):
    mean_pinball_loss = pytest.importorskip("sklearn.metrics").mean_pinball_loss
    ours = losses.Quantile(quantile)(REALS, jnp.asarray(GUESSES))
    np.testing.assert_allclose(ours, mean_pinball_loss(REALS, GUESSES, alpha=quantile), rtol=2e-6)
    slope = np.where(REALS > GUESSES, -quantile, 1 - quantile) / 3
    np.testing.assert_allclose(gradient_of(losses.Quantile(quantile), REALS, GUESSES), slope, rtol=1e-5)


@pytest.mark.references("losses.Quantile")
def test_several_quantiles_are_the_mean_of_each_alone():
    mean_pinball_loss = pytest.importorskip("sklearn.metrics").mean_pinball_loss
    several = (0.1, 0.5, 0.9)
    y = REALS[:, :1]
    expected = np.mean([mean_pinball_loss(y[:, 0], GUESSES[:, i], alpha=q) for i, q in enumerate(several)])
    for targets in (y, y[:, 0]):
        np.testing.assert_allclose(
            losses.Quantile(several)(targets, jnp.asarray(GUESSES)), expected, rtol=2e-6
        )
    two = np.concatenate([REALS[:, :1], REALS[:, 1:2]], axis=1)
    outputs = np.concatenate([GUESSES, GUESSES[::-1]], axis=1)
    expected = np.mean(
        [
            mean_pinball_loss(two[:, target], outputs[:, 3 * target + i], alpha=q)
            for target in (0, 1)
            for i, q in enumerate(several)
        ]
    )
    np.testing.assert_allclose(losses.Quantile(several)(two, jnp.asarray(outputs)), expected, rtol=2e-6)


@pytest.mark.references("losses.Tukey")
def test_biweight_is_its_closed_form():
    c, error = 1.5, (GUESSES - REALS).astype(np.float64)
    inside = np.abs(error) <= c
    assert inside.any()
    assert not inside.all()
    values = np.where(inside, c**2 / 6 * (1 - (1 - (error / c) ** 2) ** 3), c**2 / 6)
    slopes = np.where(inside, error * (1 - (error / c) ** 2) ** 2, 0) / 3
    np.testing.assert_allclose(losses.Tukey(c).rows(REALS, jnp.asarray(GUESSES)), values.mean(1), rtol=1e-5)
    np.testing.assert_allclose(gradient_of(losses.Tukey(c), REALS, GUESSES), slopes, rtol=1e-4, atol=1e-6)


@pytest.mark.references("losses.LogCosh")
@pytest.mark.parametrize("size", [0.0, 1e-6, 1e-3, 0.5, 0.999, 1.001, 3.0, 50.0, 1e4])
def test_log_cosh_is_exact_near_zero_and_far_from_it(size):
    # log(cosh x) = log1p(expm1(x)^2 / (2 exp(x))), exact in float64 for small x; |x| - log 2 for large.
    x = np.float32(size).astype(np.float64)
    expected = np.log1p(np.expm1(x) ** 2 / (2 * np.exp(x))) if size < 20 else x - np.log(2)
    for sign in (1, -1):
        z = jnp.asarray([[sign * size]], jnp.float32)
        np.testing.assert_allclose(losses.LogCosh().rows(np.zeros((1, 1)), z), [expected], rtol=5e-6)
        slope = gradient_of(losses.LogCosh(), np.zeros((1, 1)), z)
        np.testing.assert_allclose(slope, [[sign * np.tanh(x)]], rtol=5e-6)


@pytest.mark.references("losses.CategoricalGeneralizedCrossEntropy")
@pytest.mark.parametrize("q", [0.2, 0.7])
def test_generalized_cross_entropy_is_that_of_keras(keras, q):
    p = jax.nn.softmax(jnp.asarray(LOGITS))
    ours, theirs = (
        module.CategoricalGeneralizedCrossEntropy(q=q, reduction="none") for module in (losses, keras.losses)
    )

    # Keras's class adds an axis to its targets, so its function is asked.
    def function(p):
        return keras.losses.categorical_generalized_cross_entropy(LABELS, p, q)

    np.testing.assert_allclose(ours(LABELS, p), function(p), rtol=5e-6, atol=1e-7)
    slope = jax.grad(lambda p: jnp.sum(function(p)))(p)
    np.testing.assert_allclose(gradient_of(ours, LABELS, p), slope, rtol=2e-5, atol=1e-6)
    on_logits = ours.on_logits()
    np.testing.assert_allclose(on_logits(LABELS, jnp.asarray(LOGITS)), function(p), rtol=1e-5, atol=1e-6)
    assert theirs.name == ours.name


@pytest.mark.references("losses.Dice", "losses.Tversky")
@pytest.mark.parametrize(("name", "options"), [("Dice", {}), ("Tversky", {"alpha": 0.3, "beta": 0.8})])
def test_overlap_of_the_whole_batch_is_that_of_keras(keras, name, options):
    y, p = (LOGITS > 0).astype(np.float32), jax.nn.sigmoid(jnp.asarray(LOGITS[::-1]))
    ours, theirs = getattr(losses, name)(**options), getattr(keras.losses, name)(**options)
    np.testing.assert_allclose(ours(y, p), theirs(y, p), rtol=2e-6)
    slope = jax.grad(lambda p: theirs(y, p))(p)
    np.testing.assert_allclose(jax.grad(lambda p: ours(y, p))(p), slope, rtol=1e-5, atol=1e-7)


@pytest.mark.references("losses.Perceptron")
@pytest.mark.parametrize("signs", [False, True])
def test_a_step_of_rate_one_is_the_perceptron_rule(signs):
    x = RNG.normal(size=(40, 3)).astype(np.float32)
    truth = (x @ np.asarray([1.0, -2.0, 0.5]) + 0.3 > 0).astype(np.float32)
    loss = losses.Perceptron()
    weights, by_hand = jnp.zeros(4), np.zeros(4, np.float32)
    rows = np.concatenate([x, np.ones((40, 1), np.float32)], axis=1)
    for row, t in zip(rows, truth, strict=True):
        target = np.asarray([[2 * t - 1 if signs else t]], np.float32)
        weights = weights - jax.grad(lambda w, row=row, target=target: loss(target, (row @ w)[None, None]))(
            weights
        )
        by_hand = by_hand + (t - float(row @ by_hand >= 0)) * row
        np.testing.assert_allclose(weights, by_hand, rtol=1e-5, atol=1e-6)
    assert np.abs(by_hand).max() > 0.5


@pytest.mark.references("losses.Perceptron")
def test_a_pass_from_zero_is_the_pass_of_scikit_learn():
    # Its rule also counts z = 0 with t = 1 as a mistake, which happens with the first row alone: begin it with t = -1.
    perceptron = pytest.importorskip("sklearn.linear_model").Perceptron
    x = RNG.normal(size=(60, 4))
    y = np.where(x @ np.asarray([1.0, -1.0, 0.5, 2.0]) > 0.1, 1.0, -1.0)
    y[0] = -1.0
    theirs = perceptron(max_iter=1, tol=None, shuffle=False, eta0=1.0).fit(x, y)
    weights = jnp.zeros(5)
    rows = np.concatenate([x, np.ones((60, 1))], axis=1).astype(np.float32)
    loss = losses.Perceptron()
    for row, t in zip(rows, y, strict=True):
        slope = jax.grad(lambda w, row=row, t=t: loss(np.asarray([[t]]), (row @ w)[None, None]))(weights)
        weights = weights - slope
    np.testing.assert_allclose(weights[:4], theirs.coef_[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights[4:], theirs.intercept_, atol=1e-6)


@pytest.mark.references("losses.BinaryFocalCrossentropy", "losses.CategoricalFocalCrossentropy")
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("size", [0.0, 3.0, 40.0, 500.0])
def test_focal_losses_on_logits_are_exact_and_finite(size, gamma):
    # (1 - p)^gamma * -log p for p = 1 / (1 + exp(-z)), in float64 by NumPy.
    z = np.asarray([size, -size])
    exact = np.exp(-gamma * np.logaddexp(0, z)) * np.logaddexp(0, -z)
    logits = jnp.asarray(z, jnp.float32)[:, None]
    binary = losses.BinaryFocalCrossentropy(gamma=gamma, from_logits=True)
    classes = losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=gamma, from_logits=True)
    pair = jnp.concatenate([logits, jnp.zeros_like(logits)], axis=1)
    for loss, y, outputs in ((binary, np.ones((2, 1)), logits), (classes, np.eye(2)[[0, 0]], pair)):
        np.testing.assert_allclose(loss.rows(y, outputs), exact, rtol=1e-5, atol=2e-7)
        assert np.isfinite(gradient_of(loss, y, outputs)).all()
