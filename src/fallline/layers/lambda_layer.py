"""A function of the user's own as a layer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape
from fallline.layers.base.trying import shape_of, shapes_of, with_batch
from fallline.own.drawing import drawing_from


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

    several_inputs: ClassVar[bool | None] = None

    function: Callable[..., Any] = static()
    expected: Any = static(default=None)
    random: bool = static(default=False)

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
            random=False,
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
        del config["random"]
        return config | {"output_shape": config.pop("expected")}

    @property
    def draws(self) -> bool:  # type: ignore[override]
        """Whether the function draws random numbers, which shows itself when it is tried."""
        return self.random

    @property
    def draws_always(self) -> bool:  # type: ignore[override]
        """Whether it draws them at inference too."""
        return self.random

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """What the function gives, in the type of its inputs.

        Raises:
            ShapeError: it gives another shape than was said.
        """
        del params
        first, *_ = x if isinstance(x, tuple) else (x,)
        with drawing_from(key, x):
            outputs = self._outputs(x, training)
        expected = outputs.shape[1:] if self.expected is None else self.output_shape(shapes_of(x))
        if outputs.shape != (first.shape[0], *expected):
            raise ShapeError(
                f"{self.title}: the function gives {outputs.shape}, expected {(first.shape[0], *expected)}."
            )
        return outputs.astype(first.dtype), state

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape that was given, or that the function gives for inputs of a shape.

        Raises:
            ShapeError: the function does not keep the batch axis.
            UsageError: the function fails on such inputs.
        """
        try:
            shape = shape_of(self._tried, input_shape, f"{self.title}: the function")
        except (ShapeError, UsageError):
            if self.expected is None:
                raise
            shape = ()
        if callable(self.expected):
            return tuple(self.expected(with_batch(input_shape))[1:])
        return shape if self.expected is None else tuple(self.expected)

    def _tried(self, x: Any) -> Array:
        with drawing_from(jax.random.key(0), x) as source:
            try:
                return self._outputs(x, training=False)
            finally:
                if source.taken:
                    assign(self, random=True)

    def _outputs(self, x: Any, training: bool) -> Array:
        given = list(x) if isinstance(x, tuple) else x
        told = {"training": training} if _takes_training(self.function) else {}
        return jnp.asarray(self.function(given, **told))


def _takes_training(function: Callable[..., Any]) -> bool:
    try:
        return "training" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # functions of compiled code have none
        return False
