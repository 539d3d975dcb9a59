"""What lasts as long as a process: the number types of new models, and the seeds of what has none of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@dataclasses.dataclass
class Settings:
    """The settings of `fallline.config`.

    Attributes:
        policy: The name of the number types.
        seeds: What draws seeds, once one was asked for.
    """

    policy: str = "float32"
    seeds: np.random.Generator | None = None


SETTINGS = Settings()


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Within, the settings are those that a process begins with; after, those that were before."""
    before = dict(vars(SETTINGS))
    begin_anew()
    try:
        yield
    finally:
        vars(SETTINGS).update(before)


@contextmanager
def seeds_from(seed: int) -> Iterator[None]:
    """Within, whatever has no seed of its own draws it from this one; after, from what was before."""
    before, SETTINGS.seeds = SETTINGS.seeds, np.random.default_rng(seed)
    try:
        yield
    finally:
        SETTINGS.seeds = before


def begin_anew() -> None:
    """The settings that a process begins with."""
    vars(SETTINGS).update(vars(Settings()))
