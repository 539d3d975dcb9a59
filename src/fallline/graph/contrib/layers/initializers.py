"""Initialisers of `tf.contrib.layers`."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from fallline.graph.core.dtypes import DType, as_dtype, float32
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.nodes import Tensor
from fallline.graph.initializers import Initializer, RandomUniform, TruncatedNormal


@dataclasses.dataclass(frozen=True)
class _Scaled(Initializer):
    factor: float
    mode: str
    uniform: bool
    seed: int | None
    dtype: Any

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        last = float(sizes[-1]) if sizes else 1.0
        into = float(sizes[-2]) if len(sizes) > 1 else last
        field = math.prod(sizes[:-2])
        fans = {"FAN_IN": into * field, "FAN_OUT": last * field, "FAN_AVG": (into + last) * field / 2.0}
        variance = self.factor / fans[self.mode]
        if self.uniform:
            limit = math.sqrt(3.0 * variance)
            return RandomUniform(-limit, limit, self.seed)._value(sizes, dtype)
        # 1.3 makes up for what truncation takes of the variance, nearly.
        return TruncatedNormal(0.0, math.sqrt(1.3 * variance), self.seed)._value(sizes, dtype)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = float32
) -> Initializer:  # fmt: skip
    """Draws of variance `factor / n`; by default He et al. (2015).

    Args:
        factor: 2.0 of He, 1.0 of Glorot and of Caffe.
        mode: What n is: "FAN_IN" the inputs, "FAN_OUT" the outputs, "FAN_AVG" their mean.
        uniform: Evenly within `sqrt(3 factor / n)`; else truncated normal of deviation `sqrt(1.3 factor / n)`.
        seed: Of the draw.
        dtype: Of the weights.

    Raises:
        GraphTypeError: no such mode, or the type holds no floats.
    """
    if not as_dtype(dtype).is_floating:
        raise GraphTypeError("Cannot create initializer for non-floating point type.")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise GraphTypeError(f"Unknown mode {mode} [FAN_IN, FAN_OUT, FAN_AVG]")
    return _Scaled(factor, mode, uniform, seed, as_dtype(dtype))


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = float32) -> Initializer:
    """Draws of variance `2 / (inputs + outputs)`: Glorot and Bengio (2010), evenly or truncated normal."""
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer
