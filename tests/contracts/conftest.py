"""Cheap compiling for these tests: they run hundreds of small functions once."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True)
def cheap_compiling() -> Iterator[None]:
    """Without optimising, also where the other tests are compiled as a user's programs are."""
    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
