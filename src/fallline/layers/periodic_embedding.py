"""Numbers as sums of waves of themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._ranges import NOT_NEGATIVE, checked, count, number, whole
from fallline._tree import assign, tree
from fallline._types import ModelState, Number, Params
from fallline.activations import Activation as ActivationFunction
from fallline.errors import ShapeError, UsageError
from fallline.initializers import Initializer, RandomNormal, RandomUniform
from fallline.layers.activation import activation_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


def _checked_places(where: str, given: Any) -> tuple[int, ...] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray | range):
        raise UsageError(f"{where} must be positions of inputs, counted from 0, got {given!r:.60}.")
    places = tuple(whole(where, place, least=0) for place in given)
    if len(set(places)) < len(places):
        raise UsageError(f"{where} names an input twice; each position once, got {given!r:.60}.")
    return places


@layers.register()
@tree
class PeriodicEmbedding(Formula):
    """Gives each number several waves of itself, which are learned, so that the next layer can bend along it at will.

    e_cd = activation(sum over n of kernel_cnd cos(2 pi frequencies_cn x_c + phases_cn) + bias_cd)

    A rectifier after a `Dense` layer has one kink along an input; a few waves make any smooth curve of it, as steep as
    their frequencies. The inputs pass on unchanged, then come the `units` numbers of each embedded input. Give inputs of
    deviation about 1.

    Shapes: x (batch, features), frequencies and phases (columns, frequencies), kernel (columns, frequencies, units), bias
    (columns, units), output (batch, passed + columns * units).

    Args:
        frequencies: Waves for each input.
        units: Numbers that become of them.
        stddev: Frequencies begin as N(0, stddev^2), in waves for each unit of the input. Small ones begin nearly linear.
        activation: Of those numbers: a name, an activation or a function; None is linear.
        columns: Positions of the inputs that are embedded, counted from 0; None for all.
        passed: Positions of the inputs that pass on beside the embeddings; None for all, () for none.

    Phases begin as U(-pi, pi), kernel and bias as U(-1 / sqrt(frequencies), 1 / sqrt(frequencies)).

    Raises:
        UsageError: a number is out of its range, or a position is named twice.
        ShapeError: the inputs are no rows of numbers, or there is no such position.

    Source: Gorishniy, Rubachev and Babenko, "On embeddings for numerical features in tabular deep learning" (2022),
    section 3.3; with phases and the input beside it ("PBLD") as Holzmüller, Grinsztajn and Steinwart, "Better by default"
    (2024), whose `stddev` of 0.1 and 16 waves are the defaults here.
    """

    frequencies: int = count(16, 1)
    units: int = count(4, 1)
    stddev: Number = number(0.1, NOT_NEGATIVE)
    activation: Any = None
    columns: tuple[int, ...] | None = checked(_checked_places, None, is_static=True)
    passed: tuple[int, ...] | None = checked(_checked_places, None, is_static=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.columns == ():
            raise UsageError(
                "PeriodicEmbedding: columns is empty; leave the layer out, or name what to embed."
            )
        assign(self, activation=activation_of(self.activation, "PeriodicEmbedding"))

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Frequencies and phases (columns, frequencies), a kernel (columns, frequencies, units), a bias (columns, units)."""
        width = len(self._embedded(input_shape[-1]))
        edge = 1 / math.sqrt(self.frequencies)
        waves, even = (width, self.frequencies), RandomUniform(-edge, edge)
        made: dict[str, tuple[Initializer, tuple[int, ...]]] = {
            "frequencies": (RandomNormal(0.0, self.stddev), waves),
            "phases": (RandomUniform(-math.pi, math.pi), waves),
            "kernel": (even, (*waves, self.units)),
            "bias": (even, (width, self.units)),
        }
        return {
            name: initializer.sample(named_key(key, name), shape, jnp.float32)
            for name, (initializer, shape) in made.items()
        }, {}

    def formula(
        self, x: Float[Array, "batch features"], frequencies: Array, phases: Array, kernel: Array, bias: Array
    ) -> Float[Array, "batch outputs"]:
        """The inputs that pass on, and the embeddings, column by column."""
        features = x.shape[-1]
        chosen = _taken(x, self._embedded(features))
        waves = jnp.cos(2 * math.pi * chosen[:, :, None] * frequencies + phases)
        # Many tiny matrix products: on a CPU a sum is faster than XLA's batched product, and as fast elsewhere.
        sums = jnp.sum(waves[..., None] * kernel, axis=2) + bias
        activation: ActivationFunction = self.activation
        embedded = activation(sums).reshape(x.shape[0], -1)
        passed = range(features) if self.passed is None else self.passed
        return jnp.concatenate([_taken(x, tuple(passed)), embedded], axis=1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(passed + columns * units,).

        Raises:
            ShapeError: the inputs are no rows of numbers, or there is no such position.
        """
        who = f'layer "{self.name or "periodic_embedding"}" (PeriodicEmbedding)'
        if len(input_shape) != 1:
            raise ShapeError(
                f"{who} takes rows of numbers, (batch, features), got {(None, *input_shape)}. Flatten them first."
            )
        features = input_shape[0]
        for name in ("columns", "passed"):
            if beyond := [place for place in getattr(self, name) or () if place >= features]:
                raise ShapeError(f"{who}: {name} names the input {beyond[0]}; there are 0..{features - 1}.")
        passed = features if self.passed is None else len(self.passed)
        return (passed + len(self._embedded(features)) * self.units,)

    def _embedded(self, features: int) -> tuple[int, ...]:
        return tuple(range(features)) if self.columns is None else self.columns


def _taken(x: Float[Array, "batch features"], places: tuple[int, ...]) -> Float[Array, "batch taken"]:
    """Some of the inputs; all of them as they are."""
    return x if places == tuple(range(x.shape[-1])) else x[:, np.array(places, np.int32)]
