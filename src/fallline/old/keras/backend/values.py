"""Functions of `keras.backend` that look at values, change them, and compute parts of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline import ops
from fallline.errors import UsageError
from fallline.layers import Input
from fallline.models import Model
from fallline.old.keras import random
from fallline.old.keras.backend import settings
from fallline.own.symbolic import Recorded, Symbolic
from fallline.own.variable import Variable, plain


def get_value(x: Any) -> Any:
    """The values of a variable or an array, on the host.

    Raises:
        UsageError: it is a symbolic tensor, which has none.
    """
    if isinstance(x, Recorded):
        return np.asarray(x)
    if isinstance(x, Symbolic):
        raise UsageError(
            f"{x!r} has no values: it describes a network. Model(inputs, outputs).predict(rows) gives some."
        )
    values = np.asarray(plain(x))
    return values[()] if values.ndim == 0 else values


eval = get_value


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """The values of each."""
    return [get_value(each) for each in tensors]


def set_value(x: Any, value: Any) -> None:
    """Gives a variable, such as `model.optimizer.lr`, another value.

    Raises:
        UsageError: it is no variable.
    """
    if not hasattr(x, "assign"):
        raise UsageError(
            f"set_value: expected a variable, got {type(x).__name__}. Write model.optimizer.learning_rate = value "
            "between two calls of fit, or use LearningRateScheduler within one."
        )
    x.assign(value)


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """Likewise, of pairs of a variable and a value."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Puts another value in the place of a variable's."""
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Adds to a variable."""
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtracts from a variable."""
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Momentum x + (1 - momentum) value, in the place of x."""
    return x.assign(x * momentum + value * (1 - momentum))


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
) -> Any:
    """A symbolic input of a shape, whose first axis is the batch.

    Raises:
        UsageError: the shape is not given.
    """
    del ndim, sparse
    if shape is None:
        raise UsageError("placeholder: give shape, such as (None, 20).")
    return Input(tuple(shape)[1:], name=name, dtype=dtype or "float32")


class Function:
    """What `function` gives: called with a list of arrays, it gives a list of arrays."""

    def __init__(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        self._symbolic = [isinstance(each, Symbolic) for each in inputs]
        given = [each for each in inputs if isinstance(each, Symbolic)]
        if not given:
            raise UsageError("K.function: inputs are symbolic tensors, such as model.input.")
        self._single = len(given) == 1
        self._models = [Model(given[0] if self._single else given, output) for output in outputs]

    def __call__(self, inputs: Any) -> list[NDArray[Any]]:
        """What the outputs are for inputs."""
        values = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        # What is no tensor is the learning phase, which some programs give as an input.
        phase = any(
            bool(value) for value, symbolic in zip(values, self._symbolic, strict=False) if not symbolic
        )
        rows: Any = [
            np.asarray(value) for value, symbolic in zip(values, self._symbolic, strict=False) if symbolic
        ]
        rows = rows[0] if self._single else rows
        if phase or (len(values) == sum(self._symbolic) and settings.learning_phase()):
            return [np.asarray(model(rows, training=True)) for model in self._models]
        return [np.asarray(model.predict(rows, verbose=0)) for model in self._models]


def function(inputs: Any, outputs: Any, updates: Any = None, **kwargs: Any) -> Any:
    """A function from arrays to arrays, out of symbolic tensors: `K.function([model.input], [layer.output])`.

    Raises:
        UsageError: inputs are no symbolic tensors, or there are updates.
    """
    if updates:
        raise UsageError("K.function: no updates=; fit trains a model, and GradientTape a loop of your own.")
    del kwargs
    if not isinstance(outputs, list | tuple):
        single = function(inputs, [outputs])
        return lambda given: single(given)[0]
    return Function(inputs if isinstance(inputs, list | tuple) else [inputs], list(outputs))


def gradients(loss: Any, variables: Any) -> Any:
    """Not there.

    Raises:
        UsageError: always.
    """
    del loss, variables
    raise UsageError(
        "K.gradients: write with tf.GradientTape() as tape: ..., tape.gradient(loss, variables), or jax.grad."
    )


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One or the other, by a truth value or by an array of them."""
    then, other = (each() if callable(each) else each for each in (then_expression, else_expression))
    ranks = [len(ops.shape(each)) for each in (condition, then)]
    for _ in range(max(ranks[1] - ranks[0], 0) if ranks[0] else 0):
        condition = ops.expand_dims(condition, -1)
    return ops.where(ops.cast(condition, "bool"), then, other)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """X in training, else alt; either may be a function without arguments."""
    phase = settings.learning_phase() if training is None else training
    if isinstance(phase, bool | int | np.integer):
        chosen = x if phase else alt
        return chosen() if callable(chosen) else chosen
    return switch(phase, x, alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Alt in training, else x."""
    return in_train_phase(alt, x, training)


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """X, whose values are printed when they are computed."""
    del summarize
    if not isinstance(x, Symbolic):
        jax.debug.print(message.replace("{", "{{").replace("}", "}}") + "{}", plain(x))
    return x


def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """A function of each element along the first axis."""
    del name, dtype
    return jax.lax.map(fn, jnp.asarray(plain(elems)))


def foldl(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """fn(... fn(fn(first, second), third) ...)."""
    del name
    elements = list(jnp.asarray(plain(elems)))
    result = elements.pop(0) if initializer is None else initializer
    for each in elements:
        result = fn(result, each)
    return result


def foldr(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Likewise, from the last."""
    return foldl(fn, jnp.flip(jnp.asarray(plain(elems)), 0), initializer, name)


def random_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
    std: float | None = None,
) -> Any:
    """Numbers of a normal distribution; `std` is the argument of Keras 1."""
    return random.normal(shape, mean, stddev if std is None else std, dtype, seed)


def random_uniform(
    shape: Any,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """Numbers of a uniform distribution; `low` and `high` are the arguments of Keras 1."""
    return random.uniform(
        shape, minval if low is None else low, maxval if high is None else high, dtype, seed
    )


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Numbers of a normal distribution within two standard deviations."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Ones with a probability, else zeros."""
    return random.binomial(shape, 1, p, dtype, seed)


random_bernoulli = random_binomial


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Variable:
    """A variable of numbers of a normal distribution."""
    del name
    return Variable(random.normal(shape, mean, scale, dtype, seed))


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Variable:
    """A variable of numbers of a uniform distribution."""
    del name
    return Variable(random.uniform(shape, low, high, dtype, seed))


def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """X with a share of zeros, within a layer; the others are larger by 1 / (1 - level)."""
    return random.dropout(x, level, noise_shape, seed)
