"""Merge layers against Keras 3: outputs, shapes, gradients by every input."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers import merging

RNG = np.random.default_rng(271828)
ELEMENTWISE = ["Add", "Multiply", "Average", "Maximum", "Minimum"]
CASES = [
    *[(name, {}, [(4,), (4,)]) for name in [*ELEMENTWISE, "Subtract"]],
    *[(name, {}, [(3, 4)] * 3) for name in ELEMENTWISE],
    *[(name, {}, [(3, 1), (1, 4)]) for name in [*ELEMENTWISE, "Subtract"]],
    *[(name, {}, [(3, 4), (4,)]) for name in [*ELEMENTWISE, "Subtract"]],
    ("Concatenate", {}, [(4,), (2,), (1,)]),
    ("Concatenate", {}, [(3, 4), (3, 2)]),
    ("Concatenate", {"axis": 1}, [(3, 4), (2, 4)]),
    ("Concatenate", {"axis": -2}, [(3, 4), (2, 4)]),
    ("Dot", {"axes": 1}, [(4,), (4,)]),
    ("Dot", {"axes": -1, "normalize": True}, [(4,), (4,)]),
    ("Dot", {"axes": 2}, [(3, 4), (5, 4)]),
    ("Dot", {"axes": (2, 1)}, [(3, 4), (4, 5)]),
    ("Dot", {"axes": (1, 2), "normalize": True}, [(4, 3), (5, 4)]),
    ("Dot", {"axes": (1, 1)}, [(4,), (4, 5)]),
]


@pytest.mark.references(*sorted({f"layers.{name}" for name, *_ in CASES}))
@pytest.mark.parametrize(("name", "settings", "shapes"), CASES)
def test_against_keras(keras, name, settings, shapes):
    inputs = [RNG.normal(size=(6, *shape)).astype(np.float32) for shape in shapes]
    layer = getattr(merging, name)(**settings)
    shape = layer.output_shape(tuple(shapes))
    slopes = RNG.normal(size=(6, *shape)).astype(np.float32)

    def gradients(layer):
        def total(arrays):
            outputs = layer(arrays)
            return jnp.sum(outputs * slopes), outputs

        return jax.value_and_grad(total, has_aux=True)([jnp.asarray(array) for array in inputs])

    (_, outputs), ours = gradients(layer)
    with jax.numpy_dtype_promotion("standard"):
        other = getattr(keras.layers, name)(**settings)
        (_, expected), theirs = gradients(other)
    assert outputs.shape == expected.shape == (6, *shape)
    for one, another in zip([outputs, *ours], [expected, *theirs], strict=True):
        np.testing.assert_allclose(one, another, rtol=2e-5, atol=2e-6)


@pytest.mark.references(*(f"layers.{name}" for name in [*ELEMENTWISE, "Subtract", "Concatenate", "Dot"]))
@pytest.mark.parametrize("name", [*ELEMENTWISE, "Subtract", "Concatenate", "Dot"])
def test_the_functions_of_keras(keras, name):
    inputs = [RNG.normal(size=(6, 4)).astype(np.float32) for _ in range(2)]
    ours = getattr(merging, name.casefold())(inputs)
    with jax.numpy_dtype_promotion("standard"):
        theirs = getattr(keras.layers, name.casefold())(inputs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
