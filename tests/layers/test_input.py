"""The shape of what comes in."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fallline._registry import from_config, to_config
from fallline.errors import UsageError
from fallline.layers import Input


@pytest.mark.parametrize("shape", [(20,), [28, 28], (np.int64(3),), np.ones((5, 2, 3)).shape[1:], ()])
def test_shapes(shape):
    layer = Input(shape)
    assert layer.shape == tuple(int(size) for size in shape)
    assert {type(size) for size in layer.shape} <= {int}
    assert from_config(to_config(layer)).shape == layer.shape


@pytest.mark.parametrize("shape", [20, None, "20", (0,), (-1,), (None, 3), (2.0,), (True,)])
def test_what_is_no_shape(shape):
    message = (
        f"Input: shape must be a tuple of positive whole numbers without the batch axis, got {shape!r}. "
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        Input(shape)
