"""`tf.contrib.eager`: what TensorFlow 1.5 to 1.15 had for arrays at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.tape import GradientTape
from fallline.old.tensorflow.second.core.variables import Variable as Variable
from fallline.old.tensorflow.second.settings import (
    enable_eager_execution as enable_eager_execution,
    executing_eagerly as executing_eagerly,
)
from fallline.own.loading import load


def implicit_value_and_gradients(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives what f gives, and pairs of its gradients and the variables that it used."""

    def call(*args: Any, **kwargs: Any) -> Any:
        with GradientTape() as tape:
            value = f(*args, **kwargs)
        variables = tape.watched_variables()
        return value, list(zip(tape.gradient(value, list(variables)), variables, strict=True))

    return call


def implicit_gradients(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives pairs of the gradients of f and the variables that it used."""
    whole = implicit_value_and_gradients(f)
    return lambda *args, **kwargs: whole(*args, **kwargs)[1]


def value_and_gradients_function(
    f: Callable[..., Any], params: Sequence[int] | None = None
) -> Callable[..., Any]:
    """A function that gives what f gives, and its gradients with respect to its arguments.

    Args:
        f: The function.
        params: Which arguments, by their places; None: all.
    """

    def call(*args: Any) -> Any:
        given = [tensor_of(each) for each in args]
        chosen = [given[place] for place in (range(len(given)) if params is None else params)]
        with GradientTape() as tape:
            tape.watch(chosen)
            value = f(*given)
        return value, tape.gradient(value, chosen)

    return call


def gradients_function(f: Callable[..., Any], params: Sequence[int] | None = None) -> Callable[..., Any]:
    """A function that gives the gradients of f with respect to its arguments."""
    whole = value_and_gradients_function(f, params)
    return lambda *args: whole(*args)[1]


def Iterator_(dataset: Any) -> Iterator[Any]:
    """The elements of a dataset."""
    return iter(dataset)


def list_devices() -> list[str]:
    """The names of the processors."""
    return ["/job:localhost/replica:0/task:0/device:CPU:0"]


def num_gpus() -> int:
    """How many GPUs there are."""
    return len(load("fallline.old.tensorflow.second.config").list_physical_devices("GPU"))


def __getattr__(name: str) -> Any:
    if name == "Iterator":
        return Iterator_
    if name == "metrics":
        return load("fallline.old.keras.metrics")
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(load("fallline.old.tensorflow.second"), name)
