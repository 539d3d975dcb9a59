"""The shape of what comes in."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.layers import Input, InputLayer, Tensor
from fallline.registry.configuration import from_config, to_config


@pytest.mark.parametrize("shape", [20, (20,), [28, 28], (np.int64(3),), np.ones((5, 2, 3)).shape[1:], ()])
def test_shapes(shape):
    layer = InputLayer(shape)
    assert layer.shape == tuple(map(int, (shape,) if shape == 20 else shape))
    assert {type(size) for size in layer.shape} <= {int}
    assert from_config(to_config(layer)).shape == layer.shape


@pytest.mark.parametrize("shape", [0, True, "20", (0,), (-1,), (None, 3), (2.0,), (True,)])
def test_what_is_no_shape(shape):
    message = (
        f"Input: shape must be a tuple of positive whole numbers without the batch axis, got {shape!r}. "
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        Input(shape)


def test_an_input_is_a_tensor():
    tensor = Input((4, 3), dtype="int32", name="words")
    assert isinstance(tensor, Tensor)
    assert (tensor.shape, tensor.row_shape, tensor.ndim) == ((None, 4, 3), (4, 3), 3)
    assert (tensor.dtype, tensor.name) == ("int32", "words")
    assert Input((4,)).dtype == "float32"
    assert Input(batch_shape=(32, 4)).shape == (None, 4)


def test_messages():
    with pytest.raises(UsageError, match=r"Input: the shape of one row is needed, e.g. Input\(\(20,\)\)"):
        Input()
    with pytest.raises(UsageError, match="Input: give shape or batch_shape, not both"):
        Input((3,), batch_shape=(None, 3))
    with pytest.raises(UsageError, match='Input: dtype must be one of float32, .*, got "complex64"'):
        Input((3,), dtype="complex64")


def test_arithmetic_of_tensors():
    one, other = Input((3,)), Input((3,))
    kinds = {
        "Add": one + other, "Subtract": one - other, "Multiply": one * other, "Rescaling": 2 * one - 1,
    }  # fmt: skip
    for kind, tensor in kinds.items():
        assert type(tensor.call.layer).__name__ == kind
        assert tensor.shape == (None, 3)
    assert (-one).call.layer.scale == -1
    assert (1 - one).call.layer.offset == 1
    assert (one / 4).call.layer.scale == 0.25
    with pytest.raises(UsageError, match="can be combined with numbers and tensors, got str"):
        one + "x"


def test_a_tensor_has_no_values():
    with pytest.raises(UsageError, match=r"has no values yet: it describes a network"):
        np.asarray(Input((3,)))
    with pytest.raises(UsageError, match="neither true nor false"):
        bool(Input((3,)))


def test_the_layer_of_an_input_gives_its_tensor():
    inputs = Input((3,))
    hidden = fl.layers.Dense(2)(inputs)
    model = fl.Model(inputs, fl.layers.Dense(1)(hidden), seed=0)
    first = model.layers[0]
    assert first.output is inputs
    assert first.input is inputs
    features = fl.Model(model.input, [layer.output for layer in model.layers])
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = features.predict(x)
    np.testing.assert_array_equal(found[0], x)
    np.testing.assert_allclose(found[2], model.predict(x), rtol=1e-6)
