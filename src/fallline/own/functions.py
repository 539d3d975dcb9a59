"""Functions of a user's own inside the compiled program: called so that what goes wrong is said in the user's words."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline.errors import FalllineError, UsageError

# What JAX raises where a function asks for values that only the run will have.
_NEEDS_VALUES = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)


def owner_of(noun: str, function: object) -> str:
    """How messages name a function or object of the user's own: `activation "my_relu"`."""
    return f'{noun} "{getattr(function, "__name__", type(function).__name__)}"'


def require_arguments(
    owner: str, function: Callable[..., Any], *names: str, by_name: Sequence[str] = ()
) -> None:
    """Refuses a function that cannot be called as it will be, before anything is computed.

    Args:
        owner: Begins the message, e.g. `activation "my_relu"`.
        function: The function.
        *names: What it is called with, in order, as the message names it.
        by_name: What it is called with by name after those.

    Raises:
        UsageError: it takes more arguments, or fewer, or others.
    """
    signature = signature_of(function)
    if signature is None:
        return
    try:
        signature.bind(*names, **dict.fromkeys(by_name))
    except TypeError as error:
        call = ", ".join([*names, *(f"{name}=..." for name in by_name)])
        raise UsageError(f"{owner} must be a function of ({call}): {error}.") from None


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """The arguments of a function; None for functions of compiled code, which do not tell."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def called(owner: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Array:
    """What a function of the user's own gives, as an array of real numbers.

    Args:
        owner: Begins the messages, e.g. `activation "my_relu"`.
        function: The function.
        *arguments: What it is called with.
        **named: The same, by name.

    Raises:
        UsageError: it fails, needs values that the compiled program does not have yet, or returns no numbers.
    """
    try:
        result = function(*arguments, **named)
    except FalllineError:
        raise
    except _NEEDS_VALUES as error:
        raise UsageError(
            f"{owner} is compiled into the program, where its arguments have no values yet. Write it with jax.numpy: "
            "jnp.where for if, jnp.tanh for np.tanh, jnp.exp for math.exp, no np.asarray and no float()."
        ) from error
    except Exception as error:  # whatever a function of the user's own raises
        raise UsageError(f"{owner} fails: {type(error).__name__}: {error!s:.300}") from error
    return _numbers(owner, result)


def _numbers(owner: str, result: Any) -> Array:
    if result is None:
        raise UsageError(f"{owner} must return an array of numbers, got None. Does it lack a return?")
    try:
        array = jnp.asarray(result)
    except (TypeError, ValueError):
        raise UsageError(
            f"{owner} must return an array of numbers, got {type(result).__name__} {result!r:.60}."
        ) from None
    if jnp.issubdtype(array.dtype, jnp.complexfloating):
        raise UsageError(f"{owner} must return real numbers, got {array.dtype}.")
    return array
