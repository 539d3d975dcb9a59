"""Layers around layers."""

from __future__ import annotations

from typing import Any

from fallline.errors import SEQUENCES, UsageError
from fallline.layers import Activation, Dense, Dropout, Layer

_ALONG_THE_LAST_AXIS = (Activation, Dense, Dropout)


def TimeDistributed(layer: Layer, **kwargs: Any) -> Layer:
    """The layer itself, where it treats the last axis of each row by itself anyway.

    Raises:
        UsageError: it is a layer for which steps of time are something else.

    Source: Keras 1.
    """
    del kwargs
    if not isinstance(layer, _ALONG_THE_LAST_AXIS):
        raise UsageError(f"TimeDistributed({type(layer).__name__}): {SEQUENCES}")
    return layer
