"""After which epochs there is a validation."""

from __future__ import annotations

from typing import Any, TypeAlias

ValidationFreq: TypeAlias = int | tuple[int, ...]
"""Epochs between validations; or the epochs after which there is one, counted from 1 over the whole training."""


def is_validated(epoch: Any, validation_freq: Any) -> Any:
    """Whether an epoch is one after which there is a validation: a truth value, or an array of one within a program.

    Args:
        epoch: Its number, counted from 0 over the whole training.
        validation_freq: As `fit` takes it.
    """
    if isinstance(validation_freq, tuple | list):
        found: Any = False
        for number in validation_freq:  # one by one: the number may be the program's
            found = found | (epoch + 1 == number)
        return found
    return (epoch + 1) % validation_freq == 0
