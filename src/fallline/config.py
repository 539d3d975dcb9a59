"""Settings of the whole package: number types, and the seed of what has no seed of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fallline import _precision
from fallline._ranges import as_whole, whole
from fallline.errors import UsageError
from fallline.own.settings import SETTINGS

clear_session_calls: list[Callable[[], None]] = []
"""What `clear_session` calls: modules above this one that hold memory put themselves in."""


def set_dtype_policy(name: str) -> None:
    """Sets the number types of models built from now on.

    Args:
        name: "float32"; "mixed_bfloat16" (computes in bfloat16, keeps float32 weights); or "float64" (JAX
            must compute in 64 bits: `jax.config.update("jax_enable_x64", True)`).

    Raises:
        UnknownNameError: no such policy.
        UsageError: float64 while JAX computes in 32 bits.

    Source: Keras 3.
    """
    SETTINGS.policy = _precision.get(name).name


def dtype_policy() -> str:
    """The name of the current number types.

    Source: Keras 3.
    """
    return SETTINGS.policy


def set_random_seed(seed: int) -> None:
    """Makes everything that follows repeatable: models and fits without a seed of their own draw theirs from it.

    Raises:
        UsageError: the seed is not a whole number of at least 0.

    Source: Keras 3.
    """
    SETTINGS.seeds = np.random.default_rng(whole("set_random_seed: the seed", seed, 0))


def checked_seed(seed: object, where: str) -> int:
    """A seed as the program takes it.

    Raises:
        UsageError: it is not a whole number from 0 to 2^31 - 1.
    """
    number = as_whole(seed)
    if number is None or not 0 <= number < 2**31:
        raise UsageError(f"{where}: the seed must be a whole number from 0 to {2**31 - 1}, got {seed!r}.")
    return number


def next_seed() -> int:
    """A fresh seed: from the sequence that `set_random_seed` began, or from the system's entropy."""
    if SETTINGS.seeds is None:
        SETTINGS.seeds = np.random.default_rng()
    return int(SETTINGS.seeds.integers(2**31))
