"""Rows that belong together: a batch, or a whole data set, on the host or on the device."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array

from fallline._tree import PyTree, tree


@tree
class Batch:
    """Rows of data: one batch, or a whole data set.

    Where a network has several inputs or outputs, each of these is a tuple in their order.

    Attributes:
        x: Inputs; an array or a tree of arrays whose first axis is the row.
        y: Targets of the same rows, or None.
        weight: One weight per row (batch,), a tuple of such for several outputs, or None for equal weights.
    """

    x: PyTree
    y: PyTree = None
    weight: Any = None

    @property
    def rows(self) -> int:
        """How many rows there are: the length of the first axis."""
        return int(jax.tree.leaves(self.x)[0].shape[0])

    def take(self, rows: Array) -> Batch:
        """The given rows, in that order. The indices must be valid: they are not checked."""
        # "promise_in_bounds" saves the comparisons that clamp every index: 5 us of a 26 us step.
        return jax.tree.map(lambda array: array.at[rows].get(mode="promise_in_bounds"), self)

    def cut(self, first: int, last: int) -> Batch:
        """The rows from `first` to before `last`."""
        return jax.tree.map(lambda array: array[first:last], self)
