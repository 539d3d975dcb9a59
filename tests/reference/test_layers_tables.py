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
