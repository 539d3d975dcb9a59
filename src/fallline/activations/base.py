"""What an activation is, the table of their names, and functions of the user's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.errors import ShapeError, UsageError
from fallline.own.functions import called, owner_of, require_arguments
from fallline.own.symbolic import Symbolic
from fallline.registry.described import Described, snake_case
from fallline.registry.formula import Formula, computed
from fallline.registry.table import Registry

P = ParamSpec("P")
A = TypeVar("A", bound="type[Activation]")

# A number of rows that is hardly the length of another axis.
_ROWS = 1009


class Activation(Described):
    """An activation function with its numbers. Subclasses are declared with `@fl.tree`."""

    # Programs print `layer.activation.__name__`, as Keras's activations are functions. Hidden from type checkers, which
    # would else take it for the name of the class.
    if not TYPE_CHECKING:

        @property
        def __name__(self) -> str:
            return _names_of_classes.get(type(self), snake_case(type(self).__name__))

    formula: ClassVar[Formula | None] = None
    """The function that the class stands for; see `object_of`."""

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function to an array of any shape.

        Raises:
            UsageError: the class says nowhere what it computes.
        """
        formula = type(self).formula
        if formula is None:
            raise UsageError(f"{type(self).__name__}: write what it computes: __call__(self, x).")
        return computed(self, formula, x)

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
        if isinstance(x, Symbolic):
            return x.through(f"activations.{function.__name__}", (x, *args), kwargs)
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


activations: Registry[Activation] = Registry("activation", "activations")
_names_of_classes: dict[type[Activation], str] = {}


def object_of(function: Callable[..., Array], *names: str) -> Callable[[A], A]:
    """Class decorator: the function, its name and further `names` resolve to the class."""

    def add(cls: A) -> A:
        activations.functions[function], cls.formula = cls, function
        _names_of_classes[cls] = function.__name__
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


@activations.holds_functions
@tree
class Custom(Activation):
    """A function of the user's own, `function(x) -> array of the same shape`. Files hold its name."""

    function: Callable[[Any], Any] = static()

    def __post_init__(self) -> None:
        require_arguments(self._owner, self.function, "x")

    if not TYPE_CHECKING:

        @property
        def __name__(self) -> str:
            return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __call__(self, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function.

        Raises:
            ShapeError: the function changes the shape.
            UsageError: it fails, or returns no numbers.
        """
        outputs = called(self._owner, self.function, x)
        self._require_kept(outputs.shape, x.shape)
        return outputs

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Unchanged, which is tried before anything is computed.

        Raises:
            ShapeError: the function changes the shape.
            UsageError: it fails, or returns no numbers.
        """
        rows = jax.ShapeDtypeStruct((_ROWS, *input_shape), jnp.float32)
        outputs = jax.eval_shape(lambda x: called(self._owner, self.function, x), rows)
        # The batch axis as None, where the function left it.
        self._require_kept(
            *(tuple(None if size == _ROWS else size for size in one.shape) for one in (outputs, rows))
        )
        return input_shape

    def _require_kept(self, outputs: tuple[int | None, ...], inputs: tuple[int | None, ...]) -> None:
        if outputs != inputs:
            raise ShapeError(f"{self._owner} returned shape {outputs} for inputs {inputs}; keep the shape.")

    @property
    def _owner(self) -> str:
        return owner_of("activation", self.function)


_SAME_IN_OPS = frozenset([
    "celu", "elu", "glu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu", "log_sigmoid", "log_softmax",
    "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "squareplus",
    "swish", "tanh",
])  # fmt: skip
"""Functions of `ops` that are those of this module; its `gelu` is the approximate one."""


def get(identifier: Any) -> Activation:
    """Resolves a name, an activation, a configuration or a function; None is `Linear`.

    A function of this module, or the same of `ops`, becomes its class, so that it can be saved and fused with a loss.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    space, _, name = getattr(identifier, "found_as", "").partition(".")
    if space == "ops" and name in _SAME_IN_OPS:
        return activations.get(name)
    return Linear() if identifier is None else activations.get(identifier)


serialize, deserialize = activations.serializers(Activation, get)
