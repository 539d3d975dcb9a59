"""Initializers whose variance follows a unit's inputs and outputs, so that signals keep their size.

All draw zero-mean values of variance scale / n, where n counts a unit's inputs (`fan_in`), its outputs
(`fan_out`) or their mean (`fan_avg`); uniform values then lie within +-sqrt(3 scale / n).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, get_args

import jax
import jax.numpy as jnp

from fallline._random import Key
from fallline._ranges import POSITIVE, choice, number
from fallline._tree import assign, static, tree
from fallline._types import Number
from fallline.errors import ShapeError, UsageError
from fallline.initializers.distribution import STDDEV_WITHIN_TWO, normal_samples, truncated_normal_samples
from fallline.initializers.initializer import RandomInitializer, Samples, initializers

Mode = Literal["fan_in", "fan_out", "fan_avg"]
Distribution = Literal["truncated_normal", "untruncated_normal", "uniform"]


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """The number of inputs and outputs that one unit of a kernel of this shape joins: (fan_in, fan_out).

    A dense kernel is (features, units); a longer shape is a convolution kernel (*window, features, units),
    whose window counts in both; of a vector both are its length, of a scalar 1.

    Args:
        shape: The kernel's shape.
        input_axes: The axes that count as inputs, where the rule above does not fit.
        output_axes: The axes that count as outputs; both are given, or the rule holds.

    Raises:
        ShapeError: the shape has no such axis.

    Source: Keras 3; Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    if input_axes is not None and output_axes is not None:
        if any(not -len(shape) <= axis < len(shape) for axis in (*input_axes, *output_axes)):
            raise ShapeError(
                f"compute_fans: shape {tuple(shape)} has not all of the input axes {tuple(input_axes)} and "
                f"output axes {tuple(output_axes)}."
            )
        return math.prod(int(shape[axis]) for axis in input_axes), math.prod(
            int(shape[axis]) for axis in output_axes
        )
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    window = math.prod(shape[:-2])
    return int(shape[-2] * window), int(shape[-1] * window)


class ScaledByFans(RandomInitializer):
    """Zero-mean values whose variance is scale / n, where n counts a unit's inputs, outputs or both."""

    scale: Number
    mode: Mode
    distribution: Distribution
    input_axes: tuple[int, ...] | None
    output_axes: tuple[int, ...] | None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.input_axes is None) != (self.output_axes is None):
            raise UsageError(
                f"{type(self).__name__}: give input_axes and output_axes together, or neither of them."
            )
        if self.input_axes is not None and self.output_axes is not None:
            assign(self, input_axes=tuple(self.input_axes), output_axes=tuple(self.output_axes))

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of variance scale / n."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        stddev = jnp.sqrt(jnp.asarray(self.scale, dtype) / max(1.0, count))
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return jax.random.uniform(key, shape, dtype, -limit, limit)
        if self.distribution == "truncated_normal":
            return truncated_normal_samples(key, shape, dtype, 0.0, stddev / STDDEV_WITHIN_TWO)
        return normal_samples(key, shape, dtype, 0.0, stddev)


def _distribution(word: str) -> str:
    return "truncated_normal" if word.casefold() == "normal" else word.casefold()


@initializers.register("variance_scaling")
@tree
class VarianceScaling(ScaledByFans):
    """Zero-mean values of variance scale / n, which keeps the size of signals through the layers.

    Args:
        scale: The factor, > 0 (TensorFlow 1's `factor`).
        mode: What n counts: `fan_in`, `fan_out`, or their mean `fan_avg`.
        distribution: `truncated_normal` (also `normal`), `untruncated_normal` or `uniform`.
        seed: Its own seed; None draws from the run's.
        input_axes: The axes that count as inputs; None takes the rule of `compute_fans`.
        output_axes: The axes that count as outputs; given together with `input_axes`.

    Raises:
        UsageError: the scale is not positive, the mode or distribution is unknown, or only one of the axes
            is given (Keras ignores it).

    Source: He et al., "Delving deep into rectifiers" (2015), sec. 2.2.
    """

    renamed: ClassVar[Mapping[str, str]] = {"factor": "scale"}

    scale: Number = number(1.0, POSITIVE)
    mode: Mode = choice("fan_in", *get_args(Mode), fold=str.casefold)
    distribution: Distribution = choice("truncated_normal", *get_args(Distribution), fold=_distribution)
    seed: int | None = static(default=None)
    input_axes: tuple[int, ...] | None = static(default=None)
    output_axes: tuple[int, ...] | None = static(default=None)


@tree
class NamedScaling(ScaledByFans):
    """A rule whose scale, mode and distribution carry a name.

    Args:
        seed: Its own seed; None draws from the run's.
        input_axes: The axes that count as inputs; None takes the rule of `compute_fans`.
        output_axes: The axes that count as outputs; given together with `input_axes`.
    """

    seed: int | None = static(default=None)
    input_axes: tuple[int, ...] | None = static(default=None)
    output_axes: tuple[int, ...] | None = static(default=None)


@initializers.register("glorot_uniform", "glorot", "xavier", "xavier_uniform", "TanhUniform")
@tree
class GlorotUniform(NamedScaling):
    """Uniform values for tanh units: also called Xavier's rule, and `tanh_uniform`.

    U(-r, r) with r = sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks"
    (2010), eq. 16.
    """

    scale, mode, distribution = 1.0, "fan_avg", "uniform"


@initializers.register("glorot_normal", "xavier_normal")
@tree
class GlorotNormal(NamedScaling):
    """Truncated normal values of variance 2 / (fan_in + fan_out); also called Xavier's.

    Source: Glorot and Bengio (2010), eq. 12.
    """

    scale, mode, distribution = 1.0, "fan_avg", "truncated_normal"


@initializers.register("he_uniform")
@tree
class HeUniform(NamedScaling):
    """Uniform values for ReLU units.

    U(-r, r) with r = sqrt(6 / fan_in).

    Source: He et al., "Delving deep into rectifiers" (2015), eq. 10.
    """

    scale, mode, distribution = 2.0, "fan_in", "uniform"


@initializers.register("he_normal", "he_init")
@tree
class HeNormal(NamedScaling):
    """Truncated normal values of variance 2 / fan_in, for ReLU units.

    `he_init` is the name that programs for TensorFlow 1 give its `variance_scaling_initializer()` (factor 2,
    fan_in); that one widens the distribution before the cut by sqrt(1.3), this one by the exact 1 / 0.8796.

    Source: He et al., "Delving deep into rectifiers" (2015), eq. 10.
    """

    scale, mode, distribution = 2.0, "fan_in", "truncated_normal"


@initializers.register("lecun_uniform")
@tree
class LecunUniform(NamedScaling):
    """Uniform values of variance 1 / fan_in.

    U(-r, r) with r = sqrt(3 / fan_in).

    Source: LeCun et al., "Efficient backprop" (1998), sec. 4.6.
    """

    scale, mode, distribution = 1.0, "fan_in", "uniform"


@initializers.register("lecun_normal")
@tree
class LecunNormal(NamedScaling):
    """Truncated normal values of variance 1 / fan_in, which selu needs.

    Source: LeCun et al., "Efficient backprop" (1998), sec. 4.6; Klambauer et al., "Self-normalizing neural
    networks" (2017).
    """

    scale, mode, distribution = 1.0, "fan_in", "truncated_normal"


@initializers.register("sigmoid_uniform")
@tree
class SigmoidUniform(NamedScaling):
    """Uniform values for sigmoid units: four times as wide as `GlorotUniform`, the rule for tanh.

    U(-r, r) with r = 4 sqrt(6 / (fan_in + fan_out)): the sigmoid's slope at 0 is 1/4 where tanh's is 1. (Some
    books print the factor 4 in the line of tanh.)

    Source: Bengio, "Practical recommendations for gradient-based training of deep architectures" (2012), after
    Glorot and Bengio (2010).
    """

    scale, mode, distribution = 16.0, "fan_avg", "uniform"


@initializers.register("relu_normal")
@tree
class ReluNormal(NamedScaling):
    """Normal values for ReLU units that count inputs and outputs, as textbooks give He's rule.

    N(0, s^2) with s = sqrt(2) sqrt(2 / (fan_in + fan_out)); not truncated. Equal to He's variance
    where fan_in = fan_out.

    Source: Géron, "Hands-on machine learning with Scikit-Learn and TensorFlow" (2017), table 11-1, after He et
    al. (2015).
    """

    scale, mode, distribution = 2.0, "fan_avg", "untruncated_normal"


@initializers.register("relu_uniform")
@tree
class ReluUniform(NamedScaling):
    """Uniform values for ReLU units that count inputs and outputs, as textbooks give He's rule.

    U(-r, r) with r = sqrt(2) sqrt(6 / (fan_in + fan_out)).

    Source: Géron, "Hands-on machine learning with Scikit-Learn and TensorFlow" (2017), table 11-1, after He et
    al. (2015).
    """

    scale, mode, distribution = 2.0, "fan_avg", "uniform"
