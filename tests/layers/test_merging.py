"""Layers of several inputs: values, shapes, gradients, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers import Input, merging
from fallline.registry.configuration import from_config, to_config

RNG = np.random.default_rng(8)
A, B, C = (RNG.normal(size=(5, 4)).astype(np.float32) for _ in range(3))
OPERATIONS = {
    "Add": lambda *x: sum(x),
    "Multiply": lambda *x: np.prod(x, 0),
    "Average": lambda *x: sum(x) / len(x),
    "Maximum": lambda *x: np.maximum.reduce(x),
    "Minimum": lambda *x: np.minimum.reduce(x),
}
ALL = [*OPERATIONS, "Subtract", "Concatenate"]


def make(name):
    return getattr(merging, name)()


@pytest.mark.parametrize("name", OPERATIONS)
def test_elementwise(name):
    for inputs in ([A, B], [A, B, C], [A]):
        np.testing.assert_allclose(make(name)(inputs), OPERATIONS[name](*inputs), rtol=1e-5)
    assert make(name).output_shape(((4,), (4,))) == (4,)


def test_subtract_concatenate_dot():
    np.testing.assert_array_equal(merging.Subtract()([A, B]), A - B)
    np.testing.assert_array_equal(
        merging.Concatenate()([A, B[:, :1], C]), np.concatenate([A, B[:, :1], C], 1)
    )
    np.testing.assert_allclose(merging.Dot(1)([A, B]), (A * B).sum(1, keepdims=True), rtol=1e-5)
    cosine = (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)
    np.testing.assert_allclose(merging.Dot(-1, normalize=True)([A, B])[:, 0], cosine, rtol=1e-5)


def test_axes_of_length_1_are_repeated():
    x, y = RNG.normal(size=(5, 3, 1)).astype(np.float32), RNG.normal(size=(5, 1, 4)).astype(np.float32)
    np.testing.assert_array_equal(merging.add([x, y]), x + y)
    # Fewer axes: new ones go behind the batch, where NumPy would put them before it.
    np.testing.assert_array_equal(merging.add([x, A]), x + A[:, None])
    np.testing.assert_array_equal(merging.multiply([A, x]), x * A[:, None])
    assert merging.Add().output_shape(((3, 1), (4,))) == (3, 4)


def test_dot_along_several_shapes():
    x, y = RNG.normal(size=(5, 2, 3)).astype(np.float32), RNG.normal(size=(5, 4, 3, 6)).astype(np.float32)
    layer = merging.Dot((2, 2))
    np.testing.assert_allclose(layer([x, y]), np.einsum("bik,bjkl->bijl", x, y), rtol=1e-4, atol=1e-5)
    assert layer.output_shape(((2, 3), (4, 3, 6))) == (2, 4, 6)


def test_functions():
    for name in ALL:
        function = getattr(merging, name.casefold())
        np.testing.assert_array_equal(function([A, B]), make(name)([A, B]))
    np.testing.assert_array_equal(
        merging.dot([A, B], normalize=True), merging.Dot(-1, normalize=True)([A, B])
    )
    tensor = merging.concatenate([Input((2,)), Input((3,))], axis=1, name="both")
    assert (tensor.shape, tensor.name) == ((None, 5), "both")
    x = np.ones((2, 3, 4), np.float32)
    assert merging.concatenate([x, x], 1).shape == (2, 6, 4)


def test_gradients_of_equal_inputs_are_shared():
    for name in ("Maximum", "Minimum"):
        gradient = jax.grad(lambda x, y, name=name: jnp.sum(make(name)([x, y])), argnums=(0, 1))
        np.testing.assert_array_equal(gradient(jnp.ones((1, 2)), jnp.ones((1, 2))), np.full((2, 1, 2), 0.5))


@pytest.mark.parametrize("name", ALL)
def test_types(name):
    assert make(name)([A.astype(np.float16), A.astype(np.float16)]).dtype == np.float16
    assert make(name)([jnp.asarray(A, jnp.bfloat16), A]).dtype == jnp.float32
    assert make(name).several_inputs


@pytest.mark.parametrize(
    "layer", [merging.Add(name="sum"), merging.Concatenate(1), merging.Dot((1, 2), True), merging.Dot(-1)]
)
def test_configuration_round_trip(layer):
    copy = from_config(to_config(layer))
    assert to_config(copy) == to_config(layer)
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


def test_shapes_that_do_not_fit():
    with pytest.raises(
        ShapeError, match=r'layer "sum" \(Add\): rows of shape \(4,\) and \(3,\) do not fit together'
    ):
        merging.add([A, B[:, :3]], name="sum")
    with pytest.raises(ShapeError, match=r"Add: the inputs have 5, 3 rows"):
        merging.add([A, B[:3]])
    with pytest.raises(ShapeError, match=r"Subtract: takes 2 inputs, got 3"):
        merging.subtract([A, B, C])
    with pytest.raises(ShapeError, match=r"Dot: takes 2 inputs, got 1"):
        merging.dot([A])
    with pytest.raises(ShapeError, match=r"Add: takes a list of inputs, got one of shape \(\)"):
        merging.add([])
    with pytest.raises(
        ShapeError, match=r"Concatenate: rows of shape \(4,\), \(2, 2\) cannot be joined along"
    ):
        merging.concatenate([A, np.ones((5, 2, 2), np.float32)])
    with pytest.raises(ShapeError, match=r"Concatenate: axis 2 does not fit inputs of shape \(None, 4\)"):
        merging.concatenate([A, B], axis=2)
    with pytest.raises(
        ShapeError, match=r"Dot: rows of shape \(4,\) and \(3,\) have 4 and 3 elements along axes 1"
    ):
        merging.dot([A, B[:, :3]], 1)
    with pytest.raises(ShapeError, match=r"do not fit together"):
        merging.add([Input((2,)), Input((3,))])


def test_axes_that_are_none():
    for make_layer, argument in ((merging.Concatenate, "axis"), (merging.Dot, "axes")):
        with pytest.raises(UsageError, match="axis 0 is the batch"):
            make_layer(0)
        with pytest.raises(UsageError, match=f"{argument} must be a whole number"):
            make_layer("last")
    with pytest.raises(UsageError, match="Dot: axes must be one axis, or one of each input"):
        merging.Dot((1, 1, 1))
