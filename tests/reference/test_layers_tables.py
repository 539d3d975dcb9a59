"""Layers for tables against PyTorch, from the equations of their papers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import layers

torch = pytest.importorskip("torch")

RNG = np.random.default_rng(2022)
X = RNG.normal(size=(7, 5)).astype(np.float32)


def in_torch(params, columns, passed, x, slopes, activation):
    """Outputs and the gradients of sum(slopes * outputs), column by column."""
    held = {name: torch.tensor(np.asarray(value), requires_grad=True) for name, value in params.items()}
    x = torch.tensor(x, requires_grad=True)
    parts = [x[:, [place]] for place in passed]
    for c, place in enumerate(columns):
        waves = torch.cos(2 * torch.pi * torch.outer(x[:, place], held["frequencies"][c]) + held["phases"][c])
        parts.append(activation(waves @ held["kernel"][c] + held["bias"][c]))
    outputs = torch.cat(parts, dim=1)
    (outputs * torch.tensor(slopes)).sum().backward()
    return (
        outputs.detach().numpy(),
        {name: value.grad.numpy() for name, value in held.items()},
        x.grad.numpy(),
    )


@pytest.mark.references("layers.PeriodicEmbedding")
@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize(
    ("columns", "passed"), [(None, None), ((3, 1), (0, 4)), ((2,), ())], ids=["all", "some", "none passes"]
)
def test_periodic_embeddings_and_their_gradients(columns, passed, activation):
    layer = layers.PeriodicEmbedding(6, 3, stddev=0.7, activation=activation, columns=columns, passed=passed)
    params, state = layer.init(jax.random.key(3), (5,))
    assert {name: value.shape[0] for name, value in params.items()} == dict.fromkeys(
        ("frequencies", "phases", "kernel", "bias"), 5 if columns is None else len(columns)
    )
    width = layer.output_shape((5,))[0]
    slopes = RNG.normal(size=(7, width)).astype(np.float32)

    def total(params, x):
        outputs, _ = layer.apply(params, state, x, key=None, training=True)
        return jnp.sum(outputs * slopes), outputs

    gradients, outputs = jax.grad(total, argnums=(0, 1), has_aux=True)(params, jnp.asarray(X))
    expected, of_params, of_x = in_torch(
        params,
        range(5) if columns is None else columns,
        range(5) if passed is None else passed,
        X,
        slopes,
        torch.relu if activation else lambda values: values,
    )
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(gradients[1], of_x, rtol=1e-4, atol=1e-4)
    for name, value in of_params.items():
        np.testing.assert_allclose(gradients[0][name], value, rtol=1e-4, atol=1e-4)


@pytest.mark.references("layers.PeriodicEmbedding")
def test_periodic_embeddings_begin_as_the_papers_say():
    params, _ = layers.PeriodicEmbedding(64, 8).init(jax.random.key(0), (40,))
    assert np.std(params["frequencies"]) == pytest.approx(0.1, rel=0.05)
    assert np.std(params["phases"]) == pytest.approx(2 * np.pi / np.sqrt(12), rel=0.05)
    for name in ("kernel", "bias"):
        assert np.max(np.abs(params[name])) == pytest.approx(1 / 8, rel=0.05)
        assert np.std(params[name]) == pytest.approx(1 / 4 / np.sqrt(12), rel=0.1)


@pytest.mark.references("layers.PeriodicEmbedding")
def test_embeddings_without_phases_are_those_of_the_first_paper():
    """The modules of PyTorch that the paper's package builds, column by column: cosines, then sines, linear, ReLU."""
    layer = layers.PeriodicEmbedding(6, 4, 0.7, "relu", passed=(), use_phases=False)
    params, _ = layer.init(jax.random.key(5), (5,))
    assert {name: value.shape for name, value in params.items()} == {
        "frequencies": (5, 6),
        "kernel": (5, 12, 4),
        "bias": (5, 4),
    }
    outputs, backward = jax.vjp(
        lambda params, x: layer.apply(params, {}, x, key=None, training=True)[0], params, jnp.asarray(X)
    )
    slopes = RNG.normal(size=outputs.shape).astype(np.float32)
    x, parts = torch.tensor(X, requires_grad=True), []
    frequencies = torch.tensor(np.asarray(params["frequencies"]), requires_grad=True)
    maps = [torch.nn.Linear(12, 4) for _ in range(5)]
    for column, linear in enumerate(maps):
        linear.weight.data = torch.tensor(np.asarray(params["kernel"][column]).T)
        linear.bias.data = torch.tensor(np.asarray(params["bias"][column]))
        angles = 2 * torch.pi * frequencies[column] * x[:, [column]]
        parts.append(torch.relu(linear(torch.cat([torch.cos(angles), torch.sin(angles)], -1))))
    theirs = torch.cat(parts, -1)
    (theirs * torch.tensor(slopes)).sum().backward()
    of_params, of_x = backward(jnp.asarray(slopes))
    np.testing.assert_allclose(outputs, theirs.detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(of_x, x.grad.numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(of_params["frequencies"], frequencies.grad.numpy(), rtol=1e-4, atol=1e-4)
    for column, linear in enumerate(maps):
        np.testing.assert_allclose(
            of_params["kernel"][column], linear.weight.grad.numpy().T, rtol=1e-4, atol=1e-4
        )
        np.testing.assert_allclose(of_params["bias"][column], linear.bias.grad.numpy(), rtol=1e-4, atol=1e-4)


def test_frequencies_without_phases_begin_within_three_deviations():
    params, _ = layers.PeriodicEmbedding(500, 1, 0.01, use_phases=False).init(jax.random.key(0), (40,))
    frequencies = np.asarray(params["frequencies"])
    assert 0.029 < np.abs(frequencies).max() <= 0.03
    # The deviation of a normal variable cut at 3 is 0.9866.
    assert np.std(frequencies) == pytest.approx(0.009866, rel=0.02)
