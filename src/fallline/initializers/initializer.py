"""What every initializer is, what draws at random, functions of the user's own, the table of names."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import _precision, config
from fallline._random import Key, root_key
from fallline._registry import Described, Registry
from fallline._tree import assign, static, tree
from fallline.errors import UsageError

Samples = Float[Array, "*shape"]


class Initializer(Described):
    """Makes the initial values of a parameter.

    A subclass declared with `@tree` writes `sample`; one written as in Keras writes `__call__` alone.
    """

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Values of the given shape and type; pure, so a layer may call it inside the compiled program.

        Where a subclass does not write it, the values of its own `__call__(shape, dtype)`.

        Raises:
            NotImplementedError: the subclass has neither.
            UsageError: its `__call__` returns an array of another shape.
        """
        if type(self).__call__ is Initializer.__call__:
            raise NotImplementedError(
                f"{type(self).__name__} needs sample(self, key, shape, dtype) or __call__(self, shape, dtype=None)."
            )
        return _values_of(self, shape, dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Samples:
        """Values of the given shape: the same at each call with a seed, fresh ones without.

        Args:
            shape: Any shape.
            dtype: The number type; None takes that of `config.set_dtype_policy` (float32).

        Differs from Keras: without a seed each call draws anew (from `config.set_random_seed` where that was
        called), where Keras repeats the values of the first call. Two layers that share an initializer must not
        begin equal.
        """
        if dtype is None:
            dtype = _precision.get(config.dtype_policy()).variable_dtype
        # `sample` prefers the initializer's own seed, so this one counts only where there is none.
        return self.sample(root_key(config.next_seed()), shape, dtype)


class RandomInitializer(Initializer):
    """An initializer that draws at random, from its own seed where it has one.

    Raises:
        UsageError: the seed is not a whole number from 0 to 2^31 - 1.
    """

    seed: int | None

    def __post_init__(self) -> None:
        if self.seed is not None:
            assign(self, seed=config.checked_seed(self.seed, type(self).__name__))

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Random values drawn from `key`, or from the initializer's own seed where it has one."""
        return self.draw(key if self.seed is None else root_key(self.seed), tuple(shape), jnp.dtype(dtype))

    @abstractmethod
    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Random values drawn from `key`."""


def _values_of(function: Callable[..., Any], shape: Sequence[int], dtype: Any) -> Samples:
    values = jnp.asarray(function(tuple(shape), dtype))
    if values.shape != tuple(shape):
        raise UsageError(f"initializer {function!r:.60}: asked for {tuple(shape)}, got {values.shape}.")
    return values.astype(dtype)


def _wrap(function: Callable[..., Any]) -> Initializer:
    # An object of the user's own that is no tree cannot enter a compiled program; wrapped, it is structure.
    if isinstance(function, Initializer) and dataclasses.is_dataclass(function):
        return function
    return Custom(function)


initializers: Registry[Initializer] = Registry("initializer", "initializers", wrap=_wrap)


@tree
class Custom(Initializer):
    """A function or object of the user's own, `function(shape, dtype) -> array`. It cannot be saved.

    It is asked when the program is compiled: all members of a population get the values of one call.
    """

    function: Callable[..., Any] = static()

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """What the function returns; the key is not used.

        Raises:
            UsageError: the function returns an array of another shape.
        """
        return _values_of(self.function, shape, dtype)


def get(identifier: Any) -> Initializer:
    """Resolves a name, an initializer, a configuration or a function `f(shape, dtype)`.

    Names of older programs resolve too: `he_init`, `xavier`, `xavier_uniform`, `xavier_normal`, `uniform`,
    `normal`, `zero`, `one`, `eye`.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return initializers.get(identifier)
