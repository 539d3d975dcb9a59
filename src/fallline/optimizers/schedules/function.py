"""A function of the step, or a schedule written as in Keras, as a schedule of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._schedule import Schedule
from fallline._tree import static, tree
from fallline._types import Scalar
from fallline.errors import UsageError
from fallline.optimizers.schedules.schedule import LearningRateSchedule, schedules
from fallline.own.functions import called, owner_of, signature_of
from fallline.registry.described import Described


@schedules.holds_functions
@final
@tree
class FromFunction(LearningRateSchedule):
    """The number that a function of your own gives for every step.

    rate(t) = function(t)

    The function becomes part of the compiled program: it is written in `jax.numpy` (`jnp.where`, not `if`), and its
    numbers are structure. Files hold its name. So it is with a schedule that is written as in Keras, a class derived
    from `LearningRateSchedule` with `__init__` and `__call__`; files also hold what its `get_config` returns. A
    schedule with numbers that change without compiling is a tree:

        @fl.tree
        class Halving(fl.optimizers.schedules.LearningRateSchedule):
            start: float

            def __call__(self, step):
                return self.start * 0.5**step

    Attributes:
        function: Takes the number of steps taken so far, 0 at the first, as an int32 scalar.

    Raises:
        UsageError: it is no function of one argument; at the first step, when it needs a plain Python number
            or gives no scalar.

    Source: Keras 3, which takes a function in a rate's place.

    Differs from Keras: a function there takes no argument and is asked again whenever the step is traced; here it is
        asked with the step. One without arguments is taken for the number that it gives when the optimizer is made.
    """

    function: Callable[[Any], Any] = static()

    def __post_init__(self) -> None:
        if not takes_a_step(self.function):
            raise UsageError(f"FromFunction: expected a function of the step, got {self.function!r:.60}.")

    def get_config(self) -> dict[str, Any]:
        """The function, by its name.

        Raises:
            UsageError: it has none, or is an object that does not say what it was made with.
        """
        function: Any = self.function
        kind = type(function)
        if isinstance(function, Schedule) and kind.get_config is Described.get_config:
            raise UsageError(
                f"cannot save {kind.__name__}: give it a get_config that returns the arguments of {kind.__name__}(...)."
            )
        return super().get_config()

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """What the function gives for a step, counted from 0."""
        owner = owner_of("schedule", self.function)
        # A user's arithmetic mixes the whole step with fractions, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            number = called(owner, self.function, step)
        if number.shape != ():
            raise UsageError(f"{owner} must give one number, got shape {number.shape}.")
        return number.astype(jnp.result_type(float)) if number.dtype.kind != "f" else number


def takes_a_step(function: object) -> bool:
    """Whether something can be called with the step alone."""
    return callable(function) and _can_be_called_with(function, 0)


def as_number(where: str, given: Any) -> Any:
    """A number of a run from what a user may write for it: what is called with the step becomes a schedule.

    Args:
        where: Begins the message, e.g. `SGD: learning_rate`.
        given: A number or a schedule, which stay; a function of the step, or a schedule written as in Keras; or a
            function without arguments, which is asked now.

    Raises:
        UsageError: it is a function that takes neither the step nor nothing.
    """
    # A schedule that was declared with `tree` has its numbers as leaves; one that was not is itself a leaf.
    if not callable(given) or (isinstance(given, Schedule) and not jax.tree_util.all_leaves([given])):
        return given
    if isinstance(given, type):
        raise UsageError(f"{where}: got the class {given.__name__}; write {given.__name__}(...) to make one.")
    if takes_a_step(given):
        return FromFunction(given)
    if not _can_be_called_with(given):
        raise UsageError(
            f"{where} must be a number, a schedule or a function of the step, got {given!r:.60}."
        )
    return given()


def _can_be_called_with(function: Callable[..., Any], *arguments: Any) -> bool:
    signature = signature_of(function)
    if signature is None:
        return False
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True
