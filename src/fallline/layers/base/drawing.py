"""Layers that change their inputs at random in training, and only there."""

from __future__ import annotations

from abc import abstractmethod

import jax
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._types import ModelState, Params
from fallline.errors import UsageError
from fallline.layers.base.layer import Layer


class Drawing(Layer):
    """A layer that draws in training, and is a fixed function, the identity mostly, at inference.

    Attributes:
        seed: Makes a layer's draws differ from those of a layer of the same name; they depend on the run's seed all
            the same.

    Raises:
        UsageError: the seed is not a whole number from 0 to 2^32 - 1.
    """

    seed: int | None = None

    draws = True

    def __post_init__(self) -> None:
        super().__post_init__()
        seed = self.seed
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32
        ):
            raise UsageError(
                f"{type(self).__name__}: seed must be a whole number from 0 to 2**32 - 1, or None, "
                f"got {seed!r:.60}."
            )

    @abstractmethod
    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows of a training batch, changed at random."""

    def unchanged(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows at inference."""
        return x

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The changed rows in training, the rows at inference else."""
        del params
        if not training:
            return self.unchanged(x), state
        assert key is not None
        return self.changed(key if self.seed is None else jax.random.fold_in(key, self.seed), x), state
