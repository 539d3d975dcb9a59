"""Cheap compiling for these tests: they run hundreds of small functions once."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True)
def cheap_compiling() -> Iterator[None]:
    """Without optimising, and without writing every single operation to the cache on disk."""
    settings = ("jax_disable_most_optimizations", "jax_enable_compilation_cache")
    before = [jax.config.values[name] for name in settings]
    for name, value in zip(settings, (True, False), strict=True):
        jax.config.update(name, value)
    yield
    for name, value in zip(settings, before, strict=True):
        jax.config.update(name, value)
