"""A plain function of the step as a schedule."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._tree import static, tree
from fallline._types import Scalar
from fallline.errors import UsageError
from fallline.optimizers.schedules.schedule import LearningRateSchedule


@final
@tree
class FromFunction(LearningRateSchedule):
    """The number that a function of your own gives for every step.

    rate(t) = function(t)

    The function becomes part of the compiled program: it is written in `jax.numpy` (`jnp.where`, not `if`), its
    numbers are structure, and no file can hold it. A schedule with numbers that change without compiling, and
    that can be saved with a model's description, is a class of your own:

        @tree
        class Halving(LearningRateSchedule):
            start: Number

            def __call__(self, step):
                return self.start * 0.5**step

    Attributes:
        function: Takes the number of steps taken so far, 0 at the first, as an int32 scalar.

    Raises:
        UsageError: it is no function of one argument; at the first step, when it needs a plain Python number
            or gives no scalar.

    Differs from Keras: a function there takes no argument and is asked again before each step by the host; here
        the steps run inside a compiled program, where it is asked with the step.
    """

    function: Callable[[Any], Any] = static()

    def __post_init__(self) -> None:
        if not takes_a_step(self.function):
            raise UsageError(f"FromFunction: expected a function of the step, got {self.function!r:.60}.")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """What the function gives for a step, counted from 0."""
        try:
            # A user's arithmetic mixes the whole step with fractions, which strict promotion refuses.
            with jax.numpy_dtype_promotion("standard"):
                number = jnp.asarray(self.function(step))
        except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
            raise UsageError(
                f"schedule: {self.function!r:.60} needs the step as a plain number, but it is compiled into the run. "
                "Write it with jax.numpy: jnp.where for if, jnp.exp for math.exp."
            ) from error
        if number.shape != ():
            raise UsageError(
                f"schedule: {self.function!r:.60} must give one number, got shape {number.shape}."
            )
        return number.astype(jnp.result_type(float)) if number.dtype.kind != "f" else number


def takes_a_step(function: object) -> bool:
    """Whether something can be called with the step alone."""
    if not callable(function):
        return False
    try:
        inspect.signature(function).bind(0)
    except (TypeError, ValueError):
        return False
    return True
