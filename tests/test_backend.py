"""Keras's `backend`: what is there, what older programs ask of it."""

from __future__ import annotations

import numpy as np
import pytest

from fallline import backend, config
from fallline.errors import UsageError


def test_settings():
    assert (backend.backend(), backend.image_data_format(), backend.epsilon()) == (
        "jax",
        "channels_last",
        1e-7,
    )
    assert backend.floatx() == "float32"
    config.set_dtype_policy("mixed_bfloat16")
    try:
        assert backend.floatx() == "float32", "weights are kept in 32 bits"
        backend.set_floatx("float32")
        assert config.dtype_policy() == "float32"
    finally:
        config.set_dtype_policy("float32")
    with pytest.raises(UsageError, match='"float32" or "float64", got \'float16\''):
        backend.set_floatx("float16")


def test_mathematics_of_older_programs():
    with pytest.warns(FutureWarning, match="backend.mean is an older spelling; write ops.mean"):
        assert float(backend.mean(np.array([1.0, 3.0], np.float32))) == 2
    with pytest.raises(UsageError, match="there is no session"):
        backend.get_session()
    with pytest.raises(AttributeError, match='Did you mean "epsilon"'):
        _ = backend.epsilo


def test_a_library_that_looks_through_all_modules_is_told_nothing(recwarn):
    from skops.io._utils import whichmodule

    whichmodule(np.cbrt, "cbrt")
    assert not [warning for warning in recwarn if issubclass(warning.category, FutureWarning)]
