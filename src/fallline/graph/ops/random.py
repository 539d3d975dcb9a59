"""Random operations: the numbers that TensorFlow draws on a processor, from the same seeds.

Each operation has a generator of its own, whose state a session keeps: the second run goes on where the first stopped, a
new session starts again. The state holds the seeds, so another seed is no other program.
"""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, scope
from fallline.graph.core.dtypes import DType, as_dtype, float32, int32, int64
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.shaping import fixed
from fallline.graph.ops.static import known_sizes, shape_argument, static_value
from fallline.graph.random import choices, distributions
from fallline.graph.random.seeds import op_seed, start

__all__ = [
    "multinomial", "random_normal", "random_shuffle", "random_uniform", "set_random_seed", "truncated_normal",
]  # fmt: skip


def set_random_seed(seed: int) -> None:
    """The seed of all random operations of the default graph that are made from now on and have none of their own.

    An operation of its own seed s draws from (graph seed, s); others from (graph seed, how many such there were before).
    """
    get_default_graph().seed = int(seed)


def _generator(seed: int | None) -> Any:
    """The first state of a generator; a function of it where nothing says what it is, so that each session draws anew."""
    graph = get_default_graph()
    seeds = op_seed(graph.seed, None if seed is None else int(seed), graph.random_operations)
    if graph.seed is not None and seed is None:
        graph.random_operations += 1
    return functools.partial(start, None) if seeds is None else start(seeds)


def _sizes(given: tuple[Any, ...], sizes: Any) -> Any:
    return known_sizes(given[-1], "the shape of random numbers") if sizes is None else sizes


def _normal(mean: Any, stddev: Any, *given: Any, state: Any, sizes: Any, kind: str) -> Any:
    return distributions.normal(state, _sizes(given, sizes), kind, jnp.asarray(mean), jnp.asarray(stddev))


def _truncated(mean: Any, stddev: Any, *given: Any, state: Any, sizes: Any, kind: str) -> Any:
    return distributions.truncated_normal(
        state, _sizes(given, sizes), kind, jnp.asarray(mean), jnp.asarray(stddev)
    )


def _unit(*given: Any, state: Any, sizes: Any, kind: str) -> Any:
    return distributions.uniform(state, _sizes(given, sizes), kind)


def _uniform(low: Any, high: Any, *given: Any, state: Any, sizes: Any, kind: str) -> Any:
    return distributions.uniform(state, _sizes(given, sizes), kind, jnp.asarray(low), jnp.asarray(high))


def _integers(low: Any, high: Any, *given: Any, state: Any, sizes: Any, kind: str) -> Any:
    return distributions.integers(state, _sizes(given, sizes), jnp.asarray(low), jnp.asarray(high), kind)


_NORMAL, _TRUNCATED = Formula(_normal, (0, 1)), Formula(_truncated, (0, 1))
_UNIT, _UNIFORM = Formula(_unit, differentiable=False), Formula(_uniform, (0, 1))
_INTEGERS = Formula(_integers, differentiable=False)


def _drawn(
    type: str, formula: Formula, shape: Any, numbers: list[Tensor], kind: DType, seed: Any, name: str
) -> Tensor:
    sizes, inputs, plain = shape_argument(shape)
    if plain is not None and any(each < 0 for each in plain):
        raise GraphShapeError(
            f"'{name.rstrip('/')}' (op: '{type}'): sizes must not be negative, got {plain}."
        )
    for each in numbers:
        sizes = _fitting(sizes, each, type, name)
    return (
        get_default_graph()
        .add(
            type, [*numbers, *inputs], formula, [(kind, sizes)], name,
            attributes={"sizes": plain, "kind": kind.name}, state=_generator(seed),
        )
        .outputs[0]
    )  # fmt: skip


def _fitting(sizes: Sizes, number: Tensor, type: str, name: str) -> Sizes:
    try:
        if sizes is not None and shapes.broadcast(sizes, number.sizes) not in (None, sizes):
            raise GraphShapeError(f"Shapes {shapes.shown(sizes)} and {number.shape} do not fit")
    except GraphShapeError as error:
        raise misfit(type, name, [number], error) from None
    return sizes


def _of_floats(what: str, dtype: Any) -> DType:
    kind = as_dtype(dtype).base_dtype
    if not kind.is_floating:
        raise GraphTypeError(f"{what}: random numbers of this kind are floats, not {kind.name}.")
    return kind


def _placed(
    type: str, formula: Formula, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: Any, name: str
) -> Tensor:
    kind = _of_floats(type, dtype)
    with scope(name, name) as at:
        numbers = [convert(mean, kind, "mean"), convert(stddev, kind, "stddev")]
        return _drawn(type, formula, shape, numbers, kind, seed, at)


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of the normal distribution, drawn anew in each run.

    Args:
        shape: Their shape: numbers, a tensor, or a list of both.
        mean: Their mean.
        stddev: Their standard deviation.
        dtype: Their type, of floats.
        seed: The operation's own seed.
        name: Of the node.

    Raises:
        GraphTypeError: a type that is not of floats.
        GraphShapeError: mean or stddev does not fit the shape.
    """
    return _placed("RandomStandardNormal", _NORMAL, shape, mean, stddev, dtype, seed, name or "random_normal")


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of the normal distribution, those beyond two standard deviations drawn again.

    Raises:
        GraphTypeError: a type that is not of floats.
        GraphShapeError: mean or stddev does not fit the shape.
    """
    return _placed(
        "TruncatedNormal", _TRUNCATED, shape, mean, stddev, dtype, seed, name or "truncated_normal"
    )


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from minval up to and without maxval, all equally likely; drawn anew in each run.

    Args:
        shape: Their shape: numbers, a tensor, or a list of both.
        minval: The lower bound.
        maxval: The upper bound; of floats by default 1.
        dtype: Their type: floats, int32 or int64.
        seed: The operation's own seed.
        name: Of the node.

    Raises:
        GraphError: whole numbers without maxval, or bounds that hold none.
        GraphTypeError: another type.
    """
    kind = as_dtype(dtype).base_dtype
    if kind not in (int32, int64):
        kind = _of_floats("random_uniform", kind)
    elif maxval is None:
        raise GraphError(f"Must specify maxval for integer dtype {kind!r}")
    maxval = 1 if maxval is None else maxval
    with scope(name, "random_uniform") as at:
        plain = all(isinstance(each, int | float) for each in (minval, maxval)) and (minval, maxval) == (0, 1)
        if kind.is_floating and plain:
            return _drawn("RandomUniform", _UNIT, shape, [], kind, seed, "RandomUniform")
        low, high = convert(minval, kind, "min"), convert(maxval, kind, "max")
        if kind.is_floating:
            return _drawn("RandomUniform", _UNIFORM, shape, [low, high], kind, seed, at)
        bounds = static_value(low), static_value(high)
        if bounds[0] is not None and bounds[1] is not None and not np.all(bounds[0] < bounds[1]):
            raise GraphError(f"'{at[:-1]}': need minval < maxval, got {bounds[0]} >= {bounds[1]}.")
        return _drawn("RandomUniformInt", _INTEGERS, shape, [low, high], kind, seed, at)


def _shuffled(x: Any, *, state: Any) -> Any:
    return choices.shuffled(state, jnp.asarray(x))


_SHUFFLE = Formula(_shuffled, differentiable=False)


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The rows of a tensor in an order drawn anew in each run; no gradient passes."""
    x = convert(value)
    if x.sizes == ():
        return x
    return (
        get_default_graph()
        .add("RandomShuffle", [x], _SHUFFLE, [(x.dtype.base_dtype, x.sizes)], name, state=_generator(seed))
        .outputs[0]
    )


def _chosen(logits: Any, *, state: Any, count: int, kind: str) -> Any:
    return choices.multinomial(state, jnp.asarray(logits), count, kind)


_CHOICE = Formula(_chosen, differentiable=False)


def multinomial(
    logits: Any,
    num_samples: Any,
    seed: int | None = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Tensor:
    """Classes drawn with probabilities `softmax(logits)`, anew in each run.

    Args:
        logits: (rows, classes).
        num_samples: How many for each row.
        seed: The operation's own seed.
        name: Of the node.
        output_dtype: int64 (by default) or int32.

    Returns:
        (rows, num_samples).

    Raises:
        GraphShapeError: logits is no matrix.
    """
    with scope(name, "multinomial"):
        x, count = convert(logits, name="logits"), fixed(num_samples, "multinomial: num_samples")
        kind = as_dtype(output_dtype or int64)
        if x.sizes is not None and len(x.sizes) != 2:
            wrong = GraphShapeError(f"Shape must be rank 2 but is rank {len(x.sizes)}")
            raise misfit("Multinomial", name, [x], wrong)
        rows = None if x.sizes is None else x.sizes[0]
        return (
            get_default_graph()
            .add(
                "Multinomial", [x], _CHOICE, [(kind, (rows, count))], "Multinomial",
                attributes={"count": count, "kind": kind.name}, state=_generator(seed),
            )
            .outputs[0]
        )  # fmt: skip
