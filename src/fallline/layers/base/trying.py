"""Functions of a user's own tried on rows without values, so that their mistakes are told where they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from fallline._types import ModelState, Params
from fallline.errors import FalllineError, ShapeError, UsageError
from fallline.layers.base.tensor import Shape

# A number of rows that is hardly the length of another axis.
_ROWS = 1009


def is_several(shape: Any) -> bool:
    """Whether shapes of several inputs are given, not that of one."""
    return isinstance(shape, list | tuple) and any(isinstance(one, list | tuple) for one in shape)


def shapes_of(x: Any) -> Any:
    """The shape of one row of an array; a tuple of shapes for a tuple of arrays."""
    return tuple(map(shapes_of, x)) if isinstance(x, tuple) else tuple(x.shape[1:])


def with_batch(shape: Any) -> Any:
    """The shape of a batch, with None for its first axis; a list of shapes for a tuple of them."""
    return list(map(with_batch, shape)) if is_several(shape) else (None, *shape)


def shape_of(function: Callable[[Any], Any], input_shape: Any, title: str) -> Shape:
    """The shape of one row of what a function of an array, or of a tuple of arrays, gives, found by trying.

    Args:
        function: The function.
        input_shape: The shape of one row, or a tuple of shapes.
        title: Begins the messages.

    Raises:
        ShapeError: the function does not keep the batch axis.
        UsageError: the function fails on such inputs.
    """
    try:
        outputs = jax.eval_shape(function, rows_like(input_shape, _ROWS))
    except FalllineError as error:  # says it already; JAX adds a remark about its frames
        raise type(error)(str(error)) from None
    except Exception as error:  # whatever a function of the user's own raises
        rows = input_shape[0] if is_several(input_shape) and len(input_shape) == 1 else input_shape
        raise UsageError(f"{title} fails on rows of shape {rows}: {error!s:.300}") from error
    if outputs.shape[:1] != (_ROWS,):
        raise ShapeError(
            f"{title} must keep the batch axis; for ({_ROWS}, ...) it gives {outputs.shape}. Axis 0 is the batch: "
            "reduce over the others."
        )
    return tuple(outputs.shape[1:])


def rows_like(input_shape: Any, rows: int) -> Any:
    """So many rows without values; a tuple of arrays where there are several shapes."""
    if is_several(input_shape):
        return tuple(rows_like(shape, rows) for shape in input_shape)
    return jax.ShapeDtypeStruct((rows, *input_shape), jnp.float32)


def abstract(layer: Any, input_shape: Any) -> tuple[Params, ModelState]:
    """The arrays that a layer has for rows of a shape, without their values."""
    made: tuple[Params, ModelState] = jax.eval_shape(lambda: layer.init(jax.random.key(0), input_shape))
    return made


def try_layer(layer: Any, input_shape: Any) -> None:
    """Tries a layer of the user's own on two rows, without computing, so that its mistakes are told here.

    A layer of this package is known to be right.

    Raises:
        ShapeError, UsageError: say which of its functions is wrong, and how.
    """
    if type(layer).__module__.partition(".")[0] == __package__.partition(".")[0]:
        return
    x, key = rows_like(input_shape, 2), jax.random.key(0)
    for training in (False, True):
        try:
            made = abstract(layer, input_shape)
            params, state = _as_pair(layer.title, "init", made, "(params, state)")
            result = jax.eval_shape(
                lambda params, state, x, training=training: layer.apply(
                    params, state, x, key=key, training=training
                ),
                params, state, x,
            )  # fmt: skip
        except (ShapeError, UsageError):
            raise
        except Exception as error:  # whatever the user's own functions raise
            raise UsageError(f"{layer.title} fails on rows of shape {input_shape}: {error!s:.300}") from error
        _check(layer, result, x, state)


def _check(layer: Any, result: Any, x: Any, state: ModelState) -> None:
    """Refuses what `apply` gave where it is not what a network needs.

    Raises:
        ShapeError, UsageError: it is not.
    """
    outputs, new = _as_pair(layer.title, "apply", result, "(outputs, state)")
    rows = (x[0] if isinstance(x, tuple) else x).shape[0]
    expected = (rows, *layer.output_shape(shapes_of(x)))
    if tuple(outputs.shape) != expected:
        raise ShapeError(
            f"{layer.title}: apply gave {tuple(outputs.shape)} where output_shape says {expected}. The first axis is "
            "the batch; write output_shape(self, input_shape) where the shape of rows changes."
        )
    if set(new) != set(state):
        raise UsageError(
            f"{layer.title}: apply must return the state that it was given, with {sorted(state)}; got {sorted(new)}."
        )


def _as_pair(title: str, function: str, result: Any, pair: str) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], Mapping):
        raise UsageError(f"{title}: {function} must return {pair}, got {type(result).__name__}.")
    return result
