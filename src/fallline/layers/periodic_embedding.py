"""Numbers as sums of waves of themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._ranges import NOT_NEGATIVE, checked, count, flag, number, whole
from fallline._tree import assign, tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.activations import Activation as ActivationFunction
from fallline.errors import ShapeError, UsageError
from fallline.initializers import Initializer, RandomNormal, RandomUniform
from fallline.layers.activation import activation_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.tensor import Shape

CUT = 3.0
"""Deviations beyond which no frequency without a phase begins."""
SINE = tuple((-1) ** k * math.pi ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(7))
"""The series of sin(pi r) by r: within 1e-9 for |r| <= 1/2."""


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

    Without `use_phases` each frequency is a cosine and a sine instead of one cosine with a phase. The "PLR" of the first paper
    is `PeriodicEmbedding(48, 24, 0.01, "relu", passed=(), use_phases=False)`.

    Shapes: x (batch, features), frequencies and phases (columns, frequencies), kernel (columns, waves, units), bias (columns,
    units), output (batch, passed + columns * units); there are as many waves as frequencies, without phases twice as many.

    Args:
        frequencies: Waves for each input.
        units: Numbers that become of them.
        stddev: Frequencies begin as N(0, stddev^2), in waves for each unit of the input. Small ones begin nearly linear.
        activation: Of those numbers: a name, an activation or a function; None is linear.
        columns: Positions of the inputs that are embedded, counted from 0; None for all.
        passed: Positions of the inputs that pass on beside the embeddings; None for all, () for none.
        use_phases: Whether each frequency is one cosine with a learned phase, or a cosine and a sine.

    Phases begin as U(-pi, pi), kernel and bias as U(-1 / sqrt(waves), 1 / sqrt(waves)); without phases no frequency begins
    beyond 3 deviations.

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
    use_phases: bool = flag(True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.columns == ():
            raise UsageError(
                "PeriodicEmbedding: columns is empty; leave the layer out, or name what to embed."
            )
        assign(self, activation=activation_of(self.activation, "PeriodicEmbedding"))

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Frequencies and phases (columns, frequencies), a kernel (columns, waves, units), a bias (columns, units)."""
        width = len(self._embedded(input_shape[-1]))
        waves = self.frequencies if self.use_phases else 2 * self.frequencies
        edge = 1 / math.sqrt(waves)
        each, even = (width, self.frequencies), RandomUniform(-edge, edge)
        made: dict[str, tuple[Initializer, tuple[int, ...]]] = {
            "phases": (RandomUniform(-math.pi, math.pi), each),
            "kernel": (even, (width, waves, self.units)),
            "bias": (even, (width, self.units)),
        }
        if not self.use_phases:
            del made["phases"]
        params = {"frequencies": self._first_frequencies(named_key(key, "frequencies"), each)}
        return params | {
            name: initializer.sample(named_key(key, name), shape, jnp.float32)
            for name, (initializer, shape) in made.items()
        }, {}

    def _first_frequencies(self, key: Key, shape: tuple[int, ...]) -> Array:
        if self.use_phases:
            return RandomNormal(0.0, self.stddev).sample(key, shape, jnp.float32)
        unit = jax.random.truncated_normal(key, -CUT, CUT, shape, jnp.float32)
        return unit * as_dtype_of(self.stddev, unit)

    def formula(
        self,
        x: Float[Array, "batch features"],
        frequencies: Array,
        kernel: Array,
        bias: Array,
        phases: Array | None = None,
    ) -> Float[Array, "batch outputs"]:
        """The inputs that pass on, and the embeddings, column by column."""
        features = x.shape[-1]
        turns = self._turns(at_least_float32(_taken(x, self._embedded(features))), frequencies, phases)
        # Columns first, as the products go column by column: a step of 128 rows with 50 columns takes a third of the time
        # that a sum over the waves and XLA's cosine take.
        sums = jnp.einsum("cbn,cnu->bcu", cosine_of_turns(turns), kernel.astype(turns.dtype))
        activation: ActivationFunction = self.activation
        embedded = activation(sums + bias.astype(turns.dtype)).reshape(x.shape[0], -1).astype(x.dtype)
        passed = range(features) if self.passed is None else self.passed
        return jnp.concatenate([_taken(x, tuple(passed)), embedded], axis=1)

    def _turns(
        self, chosen: Float[Array, "batch columns"], frequencies: Array, phases: Array | None
    ) -> Float[Array, "columns batch waves"]:
        """The angles of the waves, in turns of 2 pi."""
        kind = chosen.dtype
        turns = chosen.T[:, :, None] * frequencies.astype(kind)[:, None]
        if phases is not None:
            return turns + (phases.astype(kind) * as_dtype_of(0.5 / math.pi, turns))[:, None]
        # A sine is a cosine a quarter of a turn later.
        return jnp.concatenate([turns, turns - as_dtype_of(0.25, turns)], axis=2)

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
        after = self.activation.output_shape((len(self._embedded(features)), self.units))
        return (passed + math.prod(after),)

    def _embedded(self, features: int) -> tuple[int, ...]:
        return tuple(range(features)) if self.columns is None else self.columns


def _taken(x: Float[Array, "batch features"], places: tuple[int, ...]) -> Float[Array, "batch taken"]:
    """Some of the inputs; all of them as they are."""
    return x if places == tuple(range(x.shape[-1])) else x[:, np.array(places, np.int32)]


@jax.custom_jvp
def cosine_of_turns(turns: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The cosine of 2 pi t, exact to the rounding of float32 as long as t is.

    cos(2 pi t) = 1 - 2 sin(pi r)^2, r = t - round(t)

    XLA's cosine takes three times as long on a processor: it must be ready for angles of any size, which lie in
    [-pi / 2, pi / 2] here. Types wider than float32 use it.
    """
    if turns.dtype.itemsize > 4:
        return jnp.cos(turns * as_dtype_of(2 * math.pi, turns))
    r = turns - jnp.round(turns)
    square = r * r
    series = jnp.full_like(r, SINE[-1])
    for coefficient in SINE[-2::-1]:
        series = series * square + as_dtype_of(coefficient, r)
    sine = r * series
    return 1 - 2 * sine * sine


@cosine_of_turns.defjvp
def _slope(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    """By the cosine itself, a quarter of a turn on, so that it has every further derivative."""
    [turns], [change] = primals, tangents
    slope = as_dtype_of(2 * math.pi, turns) * cosine_of_turns(turns + as_dtype_of(0.25, turns))
    return cosine_of_turns(turns), slope * change
