"""Activation functions: the equations as functions, their numbers as frozen objects.

A layer holds an `Activation`; its numbers (a slope, a threshold) are leaves of the compiled program.
A number that is absent costs nothing: `ReLU()` is one `maximum`, `ReLU(negative_slope=0.1)` is another
program whose slope may change without recompiling.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._registry import Registry
from fallline._tree import assign, static, tree
from fallline._types import Number, as_dtype_of, none_if_zero
from fallline.errors import ShapeError


def linear(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The identity, f(x) = x."""
    return x


def sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The logistic function, f(x) = 1 / (1 + exp(-x)), in (0, 1)."""
    return jax.nn.sigmoid(x)


def tanh(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The hyperbolic tangent, f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)), in (-1, 1)."""
    return jnp.tanh(x)


def softmax(x: Float[Array, "*shape"], axis: int = -1) -> Float[Array, "*shape"]:
    """Normalised exponentials, f(x)_i = exp(x_i) / sum_j exp(x_j) along `axis`: positive, summing to 1."""
    return jax.nn.softmax(x, axis=axis)


def relu(
    x: Float[Array, "*shape"],
    negative_slope: Number | None = 0.0,
    max_value: Number | None = None,
    threshold: Number | None = 0.0,
) -> Float[Array, "*shape"]:
    """The rectified linear unit; with default arguments f(x) = max(x, 0), whose derivative at 0 is 0.

    f(x) = max_value                         for x >= max_value
           x                                 for threshold < x < max_value
           negative_slope * (x - threshold)  otherwise

    Args:
        x: Any shape.
        negative_slope: Slope below the threshold; 0 or None for none.
        max_value: Upper limit of the output; None for none.
        threshold: Where the unit switches on; 0 or None for 0.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).
    """
    slope, threshold = none_if_zero(negative_slope), none_if_zero(threshold)
    if slope is not None and max_value is None and threshold is None:
        return leaky_relu(x, slope)
    switch = None if threshold is None else as_dtype_of(threshold, x)
    output = jax.nn.relu(x) if switch is None else jnp.where(x > switch, x, jnp.zeros_like(x))
    if max_value is not None:
        # Clipped at 0 too, since a threshold may be negative.
        output = jnp.clip(output, jnp.zeros((), x.dtype), as_dtype_of(max_value, x))
    if slope is not None:
        below = jax.nn.relu(-x if switch is None else switch - x)
        output = output - as_dtype_of(slope, x) * below
    return output


def leaky_relu(x: Float[Array, "*shape"], negative_slope: Number = 0.2) -> Float[Array, "*shape"]:
    """A rectifier that leaks: f(x) = x for x >= 0, else negative_slope * x.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """
    return jnp.where(x >= 0, x, as_dtype_of(negative_slope, x) * x)


def elu(x: Float[Array, "*shape"], alpha: Number = 1.0) -> Float[Array, "*shape"]:
    """The exponential linear unit: f(x) = x for x > 0, else alpha * (exp(x) - 1).

    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
    linear units" (2016), eq. 15.
    """
    # The exponential must not see large x: its overflow would turn the unused branch's gradient into NaN.
    negative = jnp.where(x > 0, jnp.zeros_like(x), x)
    return jnp.where(x > 0, x, as_dtype_of(alpha, x) * jnp.expm1(negative))


class Activation(ABC):
    """An activation function with its numbers. Subclasses are declared with `@tree`."""

    @abstractmethod
    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function to an array of any shape."""


def _wrap(function: Callable[..., Any]) -> Activation:
    if isinstance(function, Activation):
        return function
    known = _classes_of_functions.get(function)
    return known() if known is not None else Custom(function)


activations: Registry[Activation] = Registry("activation", "activations", wrap=_wrap)


@activations.register("linear")
@tree
class Linear(Activation):
    """The identity; see `linear`."""

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Returns x."""
        return linear(x)


@activations.register("sigmoid")
@tree
class Sigmoid(Activation):
    """The logistic function; see `sigmoid`."""

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `sigmoid`."""
        return sigmoid(x)


@activations.register("tanh")
@tree
class Tanh(Activation):
    """The hyperbolic tangent; see `tanh`."""

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `tanh`."""
        return tanh(x)


@activations.register("softmax")
@tree
class Softmax(Activation):
    """Normalised exponentials along `axis`; see `softmax`."""

    axis: int = static(default=-1)

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `softmax`."""
        return softmax(x, self.axis)


@activations.register("relu")
@tree
class ReLU(Activation):
    """The rectified linear unit; see `relu`. A slope or threshold of 0 is kept as None: no operation."""

    negative_slope: Number | None = 0.0
    max_value: Number | None = None
    threshold: Number | None = 0.0

    def __post_init__(self) -> None:
        assign(
            self,
            negative_slope=none_if_zero(self.negative_slope),
            threshold=none_if_zero(self.threshold),
        )

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `relu`."""
        return relu(x, self.negative_slope, self.max_value, self.threshold)


@activations.register("leaky_relu")
@tree
class LeakyReLU(Activation):
    """A rectifier that leaks below 0; see `leaky_relu`."""

    negative_slope: Number = 0.2

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `leaky_relu`."""
        return leaky_relu(x, self.negative_slope)


@activations.register("elu")
@tree
class ELU(Activation):
    """The exponential linear unit; see `elu`."""

    alpha: Number = 1.0

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies `elu`."""
        return elu(x, self.alpha)


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


_classes_of_functions: dict[Callable[..., Any], type[Activation]] = {
    linear: Linear,
    sigmoid: Sigmoid,
    tanh: Tanh,
    softmax: Softmax,
    relu: ReLU,
    leaky_relu: LeakyReLU,
    elu: ELU,
}


def get(identifier: Any) -> Activation:
    """Resolves a name, an activation, a configuration or a function; None is `Linear`.

    A function of this module becomes its class, so that it can be saved and fused with a loss.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return Linear() if identifier is None else activations.get(identifier)
