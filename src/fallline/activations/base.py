"""What an activation is, the table of their names, and functions of the user's own."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._registry import Described, Registry
from fallline._tree import static, tree
from fallline.errors import ShapeError, UsageError

P = ParamSpec("P")
A = TypeVar("A", bound="type[Activation]")


class Activation(Described):
    """An activation function with its numbers. Subclasses are declared with `@tree`."""

    @abstractmethod
    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function to an array of any shape."""

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of one row of the outputs for rows of a shape: the same, but for `GLU`.

        Raises:
            ShapeError: the function cannot take such rows.
        """
        return input_shape


def of_arrays(
    function: Callable[Concatenate[Array, P], Array],
) -> Callable[Concatenate[Any, P], Array]:
    """Lets a function of floating arrays be tried on a number, a list or whole numbers too."""

    @functools.wraps(function)
    def call(x: Any, *args: P.args, **kwargs: P.kwargs) -> Array:
        return function(_floating(function.__name__, x), *args, **kwargs)

    return cast("Callable[Concatenate[Any, P], Array]", call)


def _floating(name: str, x: Any) -> Array:
    try:
        array = x if isinstance(x, jax.Array) else jnp.asarray(np.asarray(x))
    except (TypeError, ValueError) as error:
        raise UsageError(
            f'activation "{name}": expected numbers, got {type(x).__name__} {x!r:.60}.'
        ) from error
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(jnp.result_type(float))


def _wrap(function: Callable[..., Any]) -> Activation:
    if isinstance(function, Activation):
        return function
    known = _classes_of_functions.get(function)
    return known() if known is not None else Custom(function)


activations: Registry[Activation] = Registry("activation", "activations", wrap=_wrap)
_classes_of_functions: dict[Callable[..., Any], type[Activation]] = {}


def object_of(function: Callable[..., Array], *names: str) -> Callable[[A], A]:
    """Class decorator: the function, its name and further `names` resolve to the class."""

    def add(cls: A) -> A:
        _classes_of_functions[function] = cls
        activations.register(function.__name__, *names)(cls)
        return cls

    return add


@of_arrays
def linear(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The identity, f(x) = x."""
    return x


@object_of(linear, "identity")
@tree
class Linear(Activation):
    """The identity.

    f(x) = x

    Source: Keras 3.
    """

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Returns x."""
        return linear(x)


@tree
class Custom(Activation):
    """A function of the user's own, `function(x) -> array of the same shape`. It cannot be saved."""

    function: Callable[[Any], Any] = static()

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function.

        Raises:
            ShapeError: the function changes the shape.
        """
        outputs = jnp.asarray(self.function(x))
        if outputs.shape != x.shape:
            name = getattr(self.function, "__name__", "your function")
            raise ShapeError(
                f'activation "{name}" returned shape {outputs.shape} for inputs {x.shape}; keep the shape.'
            )
        return outputs


def get(identifier: Any) -> Activation:
    """Resolves a name, an activation, a configuration or a function; None is `Linear`.

    A function of this module becomes its class, so that it can be saved and fused with a loss.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return Linear() if identifier is None else activations.get(identifier)
