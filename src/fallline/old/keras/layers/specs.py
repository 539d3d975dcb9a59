"""What a layer says of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class InputSpec:
    """What a layer written for Keras says of its inputs; shapes show themselves here when it is called.

    Source: Keras 2.
    """

    dtype: Any = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: Mapping[int, int] | None = None
    allow_last_axis_squeeze: bool = False
    name: str | None = None
