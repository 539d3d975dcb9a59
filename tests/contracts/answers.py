"""What an object answers: its noun's pure functions on small data, as one tree of arrays.

`answer(line, made, data)` is pure in `made` and `data`, so that it may be compiled, and mapped over members.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._schedule import at_step
from fallline.engine import Program
from fallline.optimizers import FirstOrderOptimizer, Problem

from .entry import Entry

ROWS, COLUMNS = 5, 3
KEY_SEED = 2026
SIGNS = (1, 1, -1, 1, -1, -1)
"""Of the targets of an optimizer's steps: gradients that keep their sign, and that change it."""


def answer(line: Entry, made: Any, data: Any) -> Any:
    """What an object made from a line of the table gives for the data of `data_for`."""
    return _ANSWERS[line.module](line, made, data)


def compiled(line: Entry, *, members: bool = False) -> Program:
    """The same as a program of (object, data); over stacked objects, one answer each."""

    def one(made: Any, data: Any) -> Any:
        return answer(line, made, data)

    function = jax.vmap(one, in_axes=(0, None)) if members else one
    kind = "members of" if members else "contract"
    return Program(function, f"{kind} {line.name} {line.number}", runs_once=True)


def same(got: Any, wanted: Any, message: str = "", rtol: float = 1e-5) -> None:
    """Asserts two trees of arrays equal but for rounding, relative to the largest element of each array."""
    assert jax.tree.structure(got) == jax.tree.structure(wanted)
    for one, other in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
        one, other = np.asarray(one), np.asarray(other)
        size = np.abs(other).max(initial=0) if other.dtype.kind == "f" else 0
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * size, err_msg=message)


def data_for(line: Entry, dtype: Any = np.float32) -> Any:
    """The data that an object is tried on; floats in the given type."""
    rng = np.random.default_rng(zlib.crc32(line.name.encode()))
    kind = line.given
    match line.module:
        case "activations":
            data: Any = _real(rng, (4, 6))
        case "regularizers" | "constraints":
            data = _real(rng, (6, COLUMNS))
        case "optimizers":
            data = {"kernel": _real(rng, (2, COLUMNS)), "bias": _real(rng, (COLUMNS,))}
        case "initializers":
            data = np.zeros((8, 6), np.float32)
        case "schedules":
            data = np.arange(12, dtype=np.int32)
        case "losses" | "metrics":
            # Two units for each target where the variance is predicted too.
            data = _targets(rng, kind, 2 * COLUMNS if kind == "normal" else COLUMNS)
        case _:
            data = _rows(rng, kind)
    return jax.tree.map(lambda a: jnp.asarray(a, dtype if a.dtype == np.float32 else a.dtype), data)


def _real(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.normal(size=shape).astype(np.float32)


def _rows(rng: np.random.Generator, kind: Any) -> Any:
    if isinstance(kind, list):
        return tuple(_real(rng, (ROWS, *shape)) for shape in kind)
    if kind[0] == "whole":
        return rng.integers(0, 5, (ROWS, *kind[1:])).astype(np.int32)
    return _real(rng, (ROWS, *kind))


def _targets(rng: np.random.Generator, kind: str, features: int) -> tuple[Any, Any]:
    rows = 16
    classes = np.arange(rows, dtype=np.int32) % COLUMNS
    outputs = _real(rng, (rows, features))
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    match kind:
        case "classes":
            return classes, shares
        case "one_hot":
            return np.eye(COLUMNS, dtype=np.float32)[classes], shares
        case "binary":
            # Outputs of all sizes, most of them on the side of their target.
            true = (classes[:, None] == 1).astype(np.float32)
            return true, 1 / (1 + np.exp(1 - 2 * true - 2 * outputs[:, :1]))
        case "signs":
            return np.where(classes[:, None] == 1, 1, -1).astype(np.float32), outputs[:, :1]
        case "positive":
            return np.exp(_real(rng, (rows, features))), np.exp(outputs)
        case "equal":
            return classes.astype(np.float32), np.zeros(rows, np.float32)
        case _:
            return _real(rng, (rows, COLUMNS)), outputs


def _of_activation(line: Entry, made: Any, data: Any) -> Any:
    return made(data)


def _of_initializer(line: Entry, made: Any, data: Any) -> Any:
    return made.sample(jax.random.key(KEY_SEED), data.shape, data.dtype)


def _of_regularizer(line: Entry, made: Any, data: Any) -> Any:
    value, gradient = jax.value_and_grad(made)(data)
    return value, gradient, made.proximal_step(data, 0.1)


def _of_constraint(line: Entry, made: Any, data: Any) -> Any:
    return made(data)


def _of_loss(line: Entry, made: Any, data: Any) -> Any:
    y_true, y_pred = data
    weight = jnp.linspace(0.5, 1, y_pred.shape[0], dtype=jnp.float32)
    return made(y_true, y_pred, weight)


def _of_metric(line: Entry, made: Any, data: Any) -> Any:
    return made.statistic(*data).result()


def _of_schedule(line: Entry, made: Any, data: Any) -> Any:
    return jnp.stack([made(step) for step in data])


def _of_optimizer(line: Entry, made: Any, data: Any) -> Any:
    """The parameters after each step on a regression, and those that a run would end with."""
    # A quadratic of small condition: where curvature is nearly singular, rounding alone moves a Newton step.
    inputs = jnp.asarray([[1, 1], [1, -1], [-1, 1], [0, 1], [2, 0], [0, -1]], data["kernel"].dtype)
    targets = (inputs[:, :1] + 2 * inputs[:, 1:]) * jnp.asarray([1, 2, -1], inputs.dtype) + 1

    def outputs(params: Any) -> Any:
        return inputs @ params["kernel"] + params["bias"]

    def step(carry: Any, sign: Any) -> Any:
        def of_outputs(given: Any, params: Any) -> Any:
            # A loss of 1 at the minimum: what is left of 0 there is rounding alone.
            return 1 + jnp.mean(jnp.square(given - sign * targets))

        problem = Problem(lambda params: (of_outputs(outputs(params), params), ()), outputs, of_outputs)
        params, state = carry
        params, state, value, _ = at_step(made, state.step).step(problem, state, params)
        return (params, state), (params, value)

    # One step as it is, the others in a loop, which compiles one step once.
    signs = jnp.asarray(SIGNS if isinstance(made, FirstOrderOptimizer) else SIGNS[:2], inputs.dtype)
    start = (data, at_step(made, 0).init(data))
    carry, first = step(start, signs[0])
    (params, state), others = jax.lax.scan(step, carry, signs[1:])
    walked = [first, *(jax.tree.map(lambda leaf, k=k: leaf[k], others) for k in range(len(signs) - 1))]
    return walked, made.finish(params, state)


def _of_layer(line: Entry, made: Any, data: Any) -> Any:
    """Outputs in training and at inference, the new state, the penalties."""
    key = jax.random.key(KEY_SEED)
    shapes = tuple(array.shape[1:] for array in jax.tree.leaves(data))
    params, state = made.init(key, shapes if made.several_inputs else shapes[0])
    if jnp.issubdtype(jax.tree.leaves(data)[0].dtype, jnp.floating):
        params = jax.tree.map(lambda array: array.astype(jax.tree.leaves(data)[0].dtype), params)
    trained, moved = made.apply(params, state, data, key=key, training=True)
    penalties = list(made.penalties(params))
    if made.activity_regularizer is not None:
        penalties.append(made.activity_regularizer(trained))
    return trained, made.apply(params, state, data, key=None, training=False)[0], moved, penalties


def _of_mixing(line: Entry, made: Any, data: Any) -> Any:
    mixed, _, share = made.mix(jax.random.key(KEY_SEED), data)
    return mixed, share


_ANSWERS: dict[str, Callable[[Entry, Any, Any], Any]] = {
    "activations": _of_activation,
    "initializers": _of_initializer,
    "regularizers": _of_regularizer,
    "constraints": _of_constraint,
    "losses": _of_loss,
    "metrics": _of_metric,
    "schedules": _of_schedule,
    "optimizers": _of_optimizer,
    "layers": _of_layer,
    "mixing": _of_mixing,
}
