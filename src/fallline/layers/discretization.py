"""Numbers as numbers of bins."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from fallline._random import Key
from fallline._ranges import checked, count, named
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params
from fallline.errors import NotReadyError, ShapeError, UsageError
from fallline.layers.base.adapting import rows_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.tensor import Shape
from fallline.layers.category_encoding import encoded, encoded_shape

Mode = Literal["int", "one_hot", "multi_hot", "count"]


def _checked_boundaries(where: str, given: Any) -> Any:
    # Traced or stacked numbers of a population pass as they are.
    if (
        given is None
        or isinstance(given, jax.core.Tracer)
        or (isinstance(given, jax.Array) and given.ndim > 1)
    ):
        return given
    try:
        boundaries = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        boundaries = np.empty(0)
    finite = boundaries.ndim == 1 and boundaries.size and np.isfinite(boundaries).all()
    if not finite or (np.diff(boundaries) < 0).any():
        raise UsageError(f"{where} must be numbers in rising order, got {given!r:.60}.")
    return boundaries


@layers.register()
@tree
class Discretization(Formula):
    """Replaces each number by the number of the bin it lies in, or by a row of zeros and ones that tells the bin.

    y = how many of the boundaries are <= x: bin i holds boundaries[i - 1] <= x < boundaries[i]

    `adapt` puts the boundaries at quantiles of data, so that each bin holds about as many of them.

    Shapes: x (batch, ..., k). "int" gives the same shape; the other modes encode the bins as `CategoryEncoding`
    does, with one more bin than boundaries.

    Args:
        bin_boundaries: The boundaries, in rising order; or give num_bins and call `adapt`.
        num_bins: Number of bins that `adapt` makes.
        epsilon: Share of the data that a quantile may be off, above 0: less is more exact and slower.
        output_mode: "int", "one_hot", "multi_hot" or "count".

    Raises:
        UsageError: neither or both of bin_boundaries and num_bins are given, or a value is none of the above.

    Source: Keras 3 for names, defaults and the quantiles.

    Differs from Keras: the boundaries are among the weights. `adapt` refuses missing values. No `sparse` outputs;
    inputs of more than two axes are gathered along the last axis (see `CategoryEncoding`).
    """

    bin_boundaries: Any = checked(_checked_boundaries, None)
    num_bins: int | None = count(None, 1)
    epsilon: float = static(default=0.01)
    output_mode: Mode = named("int", get_args(Mode), binary="multi_hot")

    def __post_init__(self) -> None:
        super().__post_init__()
        boundaries, bins = self.bin_boundaries, self.num_bins
        if boundaries is None and bins is None:
            raise UsageError("Discretization: give bin_boundaries, or num_bins and call adapt.")
        # Both come from the configuration of a layer that was adapted.
        if boundaries is not None and bins is not None and len(boundaries) >= bins:
            raise UsageError(
                f"Discretization: {len(boundaries)} bin_boundaries make more than num_bins={bins} bins. "
                "Give one of the two."
            )
        if not isinstance(self.epsilon, float) or not 0 < self.epsilon < 1:
            raise UsageError(
                f"Discretization: epsilon must be above 0 and below 1, got {self.epsilon!r:.60}."
            )

    def adapt(self, data: Any) -> None:
        """Puts the boundaries at quantiles of all the numbers in data; models that have the layer see them at once.

        Args:
            data: An array or table of numbers, or batches of them.

        Raises:
            UsageError: the layer was made with boundaries.
            DataError: there are no rows, no numbers, or numbers that are missing or infinite.
            ShapeError: the layer was built with another number of boundaries.
        """
        if self.num_bins is None:
            raise UsageError(
                "Discretization: made with bin_boundaries, so there is nothing to adapt. Give num_bins instead."
            )
        boundaries = _quantiles(rows_of(self.title, data), self.num_bins, self.epsilon)
        held = self.held()
        if held is not None and held[1]["bin_boundaries"].shape != boundaries.shape:
            raise ShapeError(
                f"{self.title}: built with {held[1]['bin_boundaries'].size} boundaries, but {len(boundaries)} come "
                "of these data. Make a new layer for them, or adapt it to more data."
            )
        assign(self, bin_boundaries=boundaries)
        self.hold({}, {"bin_boundaries": jnp.asarray(boundaries, jnp.float32)})

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """The boundaries, as given or adapted.

        Raises:
            NotReadyError: there are none yet.
        """
        del key, input_shape
        if self.bin_boundaries is None:
            raise NotReadyError(
                f"{self.title}: has no bins yet. Call adapt(data) before the layer or its model is used."
            )
        return {}, {"bin_boundaries": jnp.asarray(self.bin_boundaries, jnp.float32)}

    def formula(self, x: Float[Array, "batch ..."], bin_boundaries: Array) -> Array:
        """The numbers of the bins, or their encoding."""
        wide = at_least_float32(x)
        bins = jnp.searchsorted(bin_boundaries.astype(wide.dtype), wide, side="right").astype(jnp.int32)
        mode = self.output_mode
        return bins if mode == "int" else encoded(bins, mode, bin_boundaries.shape[0] + 1, x.dtype)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged for "int"; else the bins as a further axis, or in the place of the last."""
        if self.output_mode == "int":
            return input_shape
        known = self.bin_boundaries is not None
        depth = np.shape(self.bin_boundaries)[-1] + 1 if known else self.num_bins
        assert depth is not None
        return encoded_shape(input_shape, self.output_mode, depth)


def _quantiles(data: NDArray[Any], bins: int, epsilon: float) -> NDArray[Any]:
    """About the quantiles 1 / bins, 2 / bins, ... of the data: never off by more than a share epsilon of them."""
    values = np.sort(data, axis=None)
    step = max(len(values) * epsilon, 1)
    points = values[int(step - 1) :: int(step)]
    counts = np.arange(1, len(points) + 1) * step
    for parts in (math.ceil(1 / epsilon), bins):
        if len(points) >= parts:
            shares = np.arange(1, parts + 1) / parts
            points, counts = (np.interp(shares, counts / counts[-1], each) for each in (points, counts))
    return points[:-1]
