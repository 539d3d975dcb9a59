"""The peers whose answers these tests compare with: Keras (on its JAX backend) and PyTorch.

A test asks for the `keras` or `torch` fixture and is skipped, visibly, where the library is missing.
"""

from __future__ import annotations

import importlib
import os
import warnings
from types import ModuleType

import pytest

# Keras reads it when it is first imported.
os.environ["KERAS_BACKEND"] = "jax"


def _peer(name: str) -> ModuleType:
    # A peer's own deprecation warnings on import are not ours to fail on.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            pytest.skip(f'{name} is not installed (pip install "fallline[reference]")')


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    """Keras, on JAX."""
    module = _peer("keras")
    if module.backend.backend() != "jax":
        pytest.skip(f"keras was imported with the {module.backend.backend()} backend before these tests")
    return module


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch."""
    return _peer("torch")
