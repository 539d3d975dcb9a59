"""Layers that are one formula: the same in training and at inference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import tree
from fallline._types import ModelState, Params
from fallline.layers.base.layer import Layer


@tree
class Formula(Layer):
    """A layer that is a formula of its inputs and arrays, draws nothing and leaves its state as it is."""

    formula: ClassVar[Callable[..., Any]]
    """`formula(self, x, **arrays)`: the outputs of the inputs (a tuple of several) and of what it holds, by name."""

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """What the formula gives, and the state as it was."""
        del key, training
        return self.formula(x, **params, **state), state
