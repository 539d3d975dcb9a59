"""A function of the user's own as a layer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params
from fallline.errors import FalllineError, ShapeError, UsageError
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape, Tensor

# A number of rows that is hardly the length of another axis.
_ROWS = 1009


@layers.register()
@tree
class Lambda(Layer):
    """A plain function of the inputs, without arrays of its own: `function(x)`, or `function([x_1, x_2])`.

        Lambda(lambda x: jnp.log1p(x))
        Lambda(lambda pair: pair[0] * jnp.exp(pair[1]))([mean, log_scale])

    The function is part of the compiled program: it is written with `jax.numpy`, keeps the batch axis, and treats
    each row by itself. Its results are cast to the type of its inputs. A file holds the name of the function, if it
    has one: `load_model(path, custom_objects={"my_function": my_function})`. A small class derived from `Layer` may
    have arrays, and numbers that change without compiling again.

    Args:
        function: Takes an array, or a list of them where the layer is called on a list; if it has an argument
            `training`, it is told whether it is training.
        output_shape: Shape of one output row, or a function from the input's shape (None for the batch axis) to
            the output's; None: found by trying.
        arguments: Further arguments of the function, by name.

    Raises:
        UsageError: function is none.

    Source: Keras 3 for names and arguments.

    Differs from Keras: no `mask`, since there are no recurrent layers. Files name the function, and a lambda cannot be
    saved, where Keras stores its bytecode: reading a file must never run code.
    """

    function: Callable[..., Any] = static()
    expected: Any = static(default=None)
    several_inputs: bool = static(default=False, kw_only=True)  # type: ignore[misc]  # known once it is called

    # Written out because the argument `output_shape` has the name of a method.
    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Sequence[int] | Callable[..., Any] | None = None,
        *,
        arguments: Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool = True,
        input_shape: Sequence[int] | None = None,
        activity_regularizer: Any = None,
        dtype: Any = None,
    ) -> None:
        if not callable(function):
            raise UsageError(
                f"Lambda: function must be a function of the inputs, got {type(function).__name__} {function!r:.60}."
            )
        if not isinstance(output_shape, Sequence | None) and not callable(output_shape):
            raise UsageError(
                f"Lambda: output_shape must be the shape of a row, such as (3,), or a function, got {output_shape!r:.40}."
            )
        if not isinstance(arguments, Mapping | None):
            raise UsageError(
                f"Lambda: arguments must be a dictionary by name, got {type(arguments).__name__}."
            )
        expected = tuple(output_shape) if isinstance(output_shape, Sequence) else output_shape
        assign(
            self,
            function=functools.partial(function, **arguments) if arguments else function,
            expected=expected,
            several_inputs=False,
            name=name,
            trainable=trainable,
            input_shape=input_shape,
            activity_regularizer=activity_regularizer,
            dtype=dtype,
        )
        self.__post_init__()

    def get_config(self) -> dict[str, Any]:
        """The arguments; the function by its name.

        Raises:
            UsageError: the function has no name.
        """
        config = super().get_config()
        del config["several_inputs"]  # known when it is called
        return config | {"output_shape": config.pop("expected")}

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Calls the function on a tensor or array, or on a list of them."""
        arrays = (Tensor, np.ndarray, jax.Array)
        if isinstance(inputs, list | tuple) and any(isinstance(item, arrays) for item in inputs):
            assign(self, several_inputs=True)
        return super().__call__(inputs, training)

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """What the function gives, in the type of its inputs.

        Raises:
            ShapeError: it gives another shape than was said.
        """
        del params, key
        first = x[0] if self.several_inputs else x
        outputs = self._outputs(x, training)
        shape = self.output_shape(tuple(one.shape[1:] for one in x) if self.several_inputs else x.shape[1:])
        if outputs.shape != (first.shape[0], *shape):
            raise ShapeError(
                f"{self.title}: the function gives {outputs.shape}, expected {(first.shape[0], *shape)}."
            )
        return outputs.astype(first.dtype), state

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape that was given, or that the function gives for inputs of a shape.

        Raises:
            ShapeError: the function does not keep the batch axis.
            UsageError: the function fails on such inputs.
        """
        shapes: tuple[Shape, ...] = input_shape if self.several_inputs else (input_shape,)
        if callable(self.expected):
            batched = [(None, *shape) for shape in shapes]
            return tuple(self.expected(batched if self.several_inputs else batched[0])[1:])
        if self.expected is not None:
            return tuple(self.expected)
        return shape_of(
            lambda arrays: self._outputs(arrays if self.several_inputs else arrays[0], training=False),
            shapes,
            f"{self.title}: the function",
        )

    def _outputs(self, x: Any, training: bool) -> Array:
        given = list(x) if self.several_inputs else x
        told = {"training": training} if _takes_training(self.function) else {}
        return jnp.asarray(self.function(given, **told))


def shape_of(function: Callable[[Any], Any], shapes: Sequence[Shape], title: str) -> Shape:
    """The shape of one row of what a function of a tuple of arrays gives, found by trying.

    Args:
        function: The function.
        shapes: The shape of one row of each array.
        title: Begins the messages.

    Raises:
        ShapeError: the function does not keep the batch axis.
        UsageError: the function fails on such inputs.
    """
    probes = [jax.ShapeDtypeStruct((_ROWS, *shape), jnp.float32) for shape in shapes]
    try:
        outputs = jax.eval_shape(lambda *arrays: function(arrays), *probes)
    except FalllineError as error:  # says it already; JAX adds a remark about its frames
        raise type(error)(str(error)) from None
    except Exception as error:  # whatever a function of the user's own raises
        rows = shapes[0] if len(shapes) == 1 else tuple(shapes)
        raise UsageError(f"{title} fails on rows of shape {rows}: {error!s:.300}") from error
    if outputs.shape[:1] != (_ROWS,):
        raise ShapeError(
            f"{title} must keep the batch axis; for ({_ROWS}, ...) it gives {outputs.shape}. Axis 0 is the batch: "
            "reduce over the others."
        )
    return tuple(outputs.shape[1:])


def _takes_training(function: Callable[..., Any]) -> bool:
    try:
        return "training" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # functions of compiled code have none
        return False
