"""Inputs of mean 0 and variance 1, by statistics of the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._ranges import checked
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.adapting import rows_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import AlongAxes, Axis, along, checked_axis, sizes
from fallline.layers.base.tensor import Shape


def _checked_axis(where: str, given: Any) -> Axis | None:
    # Not compared, which an array of NumPy answers with an array.
    none = given is None or (isinstance(given, Sequence) and not given)
    return None if none else checked_axis(where, given)


# Keras's least standard deviation.
_LEAST = 1e-7


@layers.register()
@tree
class Normalization(AlongAxes, Formula):
    """Shifts and scales inputs to mean 0 and variance 1, by statistics that `adapt` takes from data.

    y = (x - mean) / max(sqrt(variance), 1e-7);  inverted: y = mean + x * max(sqrt(variance), 1e-7)

        scaled = Normalization()
        scaled.adapt(x_train)
        model = fl.Sequential([fl.Input((20,)), scaled, Dense(1)])

    Mean and variance are state: training leaves them alone, and files carry them. They are the same in training and
    at inference. A layer that was neither adapted nor given numbers passes its inputs on.

    Args:
        axis: The axis, or axes, along which each place has its own mean and variance: -1, the features. None: one
            mean and one variance for everything. The batch is axis 0.
        mean: The mean, instead of `adapt`: a number, or one for each place.
        variance: The variance likewise; both or none.
        invert: Whether the layer turns normalised values back.

    Raises:
        UsageError: the axis is none, or only one of mean and variance is given, or they are no finite numbers or do
            not fit.

    Source: Keras 3 for names and defaults.

    Differs from Keras: `adapt` refuses missing values, where Keras's mean becomes NaN. `mean` and `variance` are
    among the weights also where they were given; Keras's count of rows is not. Sums are in float64.
    """

    axis: Axis | None = checked(_checked_axis, -1, is_static=True)
    mean: Any = None
    variance: Any = None
    invert: bool = static(default=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        axis = self.axis
        if (self.mean is None) != (self.variance is None):
            raise UsageError("Normalization: give mean and variance, or neither and call adapt.")
        if self.mean is not None:
            mean, variance = (_statistic(name, getattr(self, name)) for name in ("mean", "variance"))
            rank = len(axis) if isinstance(axis, tuple) else int(axis is not None)
            if np.shape(mean) != np.shape(variance) or np.ndim(mean) > rank:
                raise UsageError(
                    f"Normalization: mean and variance must have one shape, of at most {rank} axes for axis={axis}; "
                    f"got {np.shape(mean)} and {np.shape(variance)}."
                )
            if isinstance(variance, np.ndarray) and (variance < 0).any():
                raise UsageError("Normalization: a variance is negative.")
            assign(self, mean=mean, variance=variance)

    def adapt(self, data: Any) -> None:
        """Takes mean and variance from data; models that have the layer see them at once.

        Args:
            data: An array or table of numbers, rows first, or batches of them.

        Raises:
            DataError: there are no rows, no numbers, or numbers that are missing or infinite.
            ShapeError: the layer was built for other rows.
        """
        rows = rows_of(self.title, data)
        axes = self.axes(rows.shape[1:])
        held = self.held()
        shape = sizes(rows.shape[1:], axes)
        if held is not None and held[1]["mean"].shape != shape:
            raise ShapeError(
                f"{self.title}: built for means of shape {held[1]['mean'].shape}, but data of shape {rows.shape} "
                f"have means of {shape}. Make a new layer for them."
            )
        over = tuple(axis for axis in range(rows.ndim) if axis not in axes)
        # In the description, so that a configuration carries them and a fresh model begins with them; and in the
        # arrays, for the models that exist.
        assign(self, mean=rows.mean(over), variance=rows.var(over))
        self.hold({}, {"mean": _as_state(self.mean, shape), "variance": _as_state(self.variance, shape)})

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Mean and variance as given or adapted; 0 and 1 else."""
        del key
        shape = sizes(input_shape, self.axes(input_shape))
        given = {"mean": (self.mean, 0.0), "variance": (self.variance, 1.0)}
        return {}, {
            name: _as_state(default if value is None else value, shape)
            for name, (value, default) in given.items()
        }

    def formula(
        self, x: Float[Array, "batch ..."], mean: Array, variance: Array
    ) -> Float[Array, "batch ..."]:
        """The shifted and scaled inputs."""
        wide = at_least_float32(x)
        axes = self.axes(x.shape[1:])
        mean = along(mean, axes, wide)
        deviation = jnp.maximum(jnp.sqrt(along(variance, axes, wide)), as_dtype_of(_LEAST, wide))
        outputs = mean + wide * deviation if self.invert else (wide - mean) / deviation
        return outputs.astype(x.dtype)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs have no such axis, or a mean was given for others.
        """
        shape = sizes(input_shape, self.axes(input_shape))
        given = np.shape(self.mean) if isinstance(self.mean, np.ndarray) else ()
        if any(size not in (1, place) for size, place in zip(given[::-1], shape[::-1], strict=False)):
            raise ShapeError(
                f"{self.title}: has a mean of shape {given}, but inputs of rows {input_shape} need {shape}."
            )
        return input_shape


def _statistic(name: str, given: Any) -> Any:
    # Traced numbers of a compiled program pass as they are.
    if isinstance(given, jax.core.Tracer):
        return given
    try:
        array = np.asarray(given)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    # Asked of the type first: the conversion would read texts and truth values as numbers.
    number = jnp.issubdtype(array.dtype, np.integer) or jnp.issubdtype(array.dtype, np.floating)
    if not number or not np.isfinite(array.astype(np.float64)).all():
        raise UsageError(f"Normalization: {name} must be finite numbers, got {given!r:.60}.")
    return array.astype(np.float64)


def _as_state(value: Any, shape: Shape) -> Array:
    # In float64 where JAX computes in it: the network casts to its own type.
    return jnp.broadcast_to(jnp.asarray(value, jax.dtypes.canonicalize_dtype(np.float64)), shape)
