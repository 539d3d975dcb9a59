"""What every initializer is, what draws at random, functions of the user's own, the table of names."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import _precision, config
from fallline._random import Key, root_key
from fallline._ranges import whole
from fallline._tree import assign, nearest_tree, replace, static, tree
from fallline.errors import UsageError
from fallline.own.classes import native, place_of
from fallline.own.functions import called, owner_of, require_arguments, signature_of
from fallline.registry.described import Described
from fallline.registry.table import Registry

Samples = Float[Array, "*shape"]


class Initializer(Described):
    """Makes the initial values of a parameter.

    A subclass declared with `@fl.tree` writes `sample`; one written as in Keras writes `__call__` alone, where it may
    call that of the class it derives from.

    Source: Keras 3 for names and arguments.
    """

    _key: ClassVar[Key | None] = None
    """What `__call__` draws with while a layer asks a class that changes it."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # The class itself or a mixin brings it, before what draws in the class that it derives from.
        brings = place_of(cls, "__call__") < place_of(cls, "sample", "draw")
        if brings and nearest_tree(cls) is not None:
            cls.sample = _by_call  # type: ignore[method-assign]

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
            dtype: The number type; None (or "float") takes that of `config.set_dtype_policy` (float32).

        Raises:
            UsageError: the shape is none, or there is no such number type.

        Differs from Keras: without a seed each call draws anew (from `config.set_random_seed` where that was
        called), where Keras repeats the values of the first call. Two layers that share an initializer must not
        begin equal.
        """
        checked = _checked_shape(self, shape), _checked_dtype(self, dtype)
        # `sample` prefers the initializer's own seed, so this one counts only where there is none.
        key = root_key(config.next_seed()) if self._key is None else self._key
        samples: Samples = native(type(self), "sample", _by_call)(self, key, *checked)
        return samples


def _by_call(self: Initializer, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
    """What a `__call__` gives that changes the one of a class it derives from."""
    asked = replace(self)
    assign(asked, _key=key)
    return _values_of(asked, shape, dtype)


def _checked_shape(owner: Initializer, shape: Any) -> tuple[int, ...]:
    kind = type(owner).__name__
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        raise UsageError(f"{kind}: the shape must be a tuple such as (3,), got {shape!r:.60}.")
    return tuple(whole(f"{kind}: each size of the shape", size, least=0) for size in shape)


def _checked_dtype(owner: Initializer, dtype: Any) -> Any:
    # NumPy would read Python's word as float64.
    if dtype is None or dtype is float or (isinstance(dtype, str) and dtype == "float"):
        return _precision.get(config.dtype_policy()).variable_dtype
    try:
        return jnp.dtype(dtype)
    except TypeError:
        raise UsageError(
            f'{type(owner).__name__}: unknown number type {dtype!r:.60}. Known are "float32", "bfloat16", "float64" '
            "and the like."
        ) from None


class RandomInitializer(Initializer):
    """An initializer that draws at random, from its own seed where it has one.

    Raises:
        UsageError: the seed is not a whole number from 0 to 2^31 - 1.
    """

    seed: int | None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.seed is not None:
            assign(self, seed=config.checked_seed(self.seed, type(self).__name__))

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Random values drawn from `key`, or from the initializer's own seed where it has one."""
        # A draw in 16 bits takes 128 values, with too low a mean and no tails.
        wide = jnp.dtype(dtype) if jnp.dtype(dtype).itemsize >= 4 else jnp.dtype(jnp.float32)
        return self.draw(key if self.seed is None else root_key(self.seed), tuple(shape), wide).astype(dtype)

    @abstractmethod
    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Random values drawn from `key`."""


def _values_of(function: Callable[..., Any], shape: Sequence[int], dtype: Any) -> Samples:
    owner = owner_of("initializer", function)
    named = {"dtype": dtype} if _names_dtype(function) else {}
    values = called(owner, function, tuple(shape), *(() if named else (dtype,)), **named)
    if values.shape != tuple(shape):
        raise UsageError(f"{owner}: asked for {tuple(shape)}, got {values.shape}.")
    return values.astype(dtype)


def _names_dtype(function: Callable[..., Any]) -> bool:
    """Whether a function is given the number type by name, as in Keras: it may be no second argument."""
    signature = signature_of(function)
    parameters = () if signature is None else signature.parameters.values()
    return any(one.name == "dtype" and one.kind != one.POSITIONAL_ONLY for one in parameters)


initializers: Registry[Initializer] = Registry("initializer", "initializers")


@initializers.holds_functions
@tree
class Custom(Initializer):
    """A function or object of the user's own, `function(shape, dtype) -> array`. Files hold its name.

    It is asked when the program is compiled: all members of a population get the values of one call.
    """

    function: Callable[..., Any] = static()

    def __post_init__(self) -> None:
        by_name = _names_dtype(self.function)
        names = ("shape",) if by_name else ("shape", "dtype")
        owner = owner_of("initializer", self.function)
        require_arguments(owner, self.function, *names, by_name=("dtype",) if by_name else ())

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """What the function returns; the key is not used.

        Raises:
            UsageError: the function fails, or returns no numbers or an array of another shape.
        """
        return _values_of(self.function, shape, dtype)


def get(identifier: Any) -> Initializer:
    """Resolves a name, an initializer, a configuration or a function `f(shape, dtype)`; None is `GlorotUniform`.

    Names of older programs resolve too: `he_init`, `xavier`, `xavier_uniform`, `xavier_normal`, `uniform`,
    `normal`, `zero`, `one`, `eye`.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.

    Differs from Keras: None is resolved here; there it is None, until a layer draws by Glorot's uniform rule for it.
    """
    return initializers.get("glorot_uniform" if identifier is None else identifier)


serialize, deserialize = initializers.serializers(Initializer, get)
