"""Optimizers of the room: with the defaults of the program's years, a rate that is read and assigned, and steps by hand."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline import optimizers
from fallline._tree import assign
from fallline.old.keras.behaviour.classes import OfTheYears, of_the_room
from fallline.old.keras.behaviour.eagerly import computed
from fallline.old.keras.behaviour.facts import of_keras_2_3, optimizer_defaults
from fallline.old.notices import say_once
from fallline.optimizers import FirstOrderOptimizer

NOTHING_HERE = frozenset(["jit_compile", "is_legacy_optimizer", "use_locking", "gradient_aggregator"])
"""Arguments that say how a step is computed."""


class Rate(float):
    """A learning rate, as programs read and assign it: a number with `numpy()` and `assign`."""

    owner: Any = None

    def numpy(self) -> Any:
        """The number."""
        return np.float32(self)

    @property
    def value(self) -> Any:
        """The number; called or not."""
        return Rate(self)

    def __call__(self) -> float:
        """The number: `rate.value()`."""
        return float(self)

    read_value = eval = numpy

    def get_value(self, borrow: bool = False) -> Any:
        """The number, as Theano's variables give it."""
        del borrow
        return self.numpy()

    def assign(self, value: Any) -> None:
        """Makes it the optimizer's learning rate."""
        optimizer = None if self.owner is None else self.owner()
        if optimizer is not None:
            optimizer.learning_rate = float(np.asarray(value))

    set_value = assign
    name: ClassVar[str] = "learning_rate:0"


class OldOptimizer(OfTheYears):
    """What an optimizer of the room has."""

    learning_rate: Any
    renamed: ClassVar[dict[str, str]]

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names; defaults that were others are said once."""
        if isinstance(given.get("nesterov"), float):  # (lr, momentum, decay, nesterov) of before Keras 2.3
            given["decay"] = given.pop("nesterov")
            given["nesterov"] = bool(given.pop("weight_decay", False))
        given = {cls.renamed.get(name, name): value for name, value in given.items()}
        now = {name: _plain(value) for name, value in given.items() if name not in NOTHING_HERE}
        if of_keras_2_3() and "clipnorm" in now:
            now["global_clipnorm"] = now.pop("clipnorm")
        for name, value in optimizer_defaults(cls.__name__).items():
            if name in now:
                continue
            now[name] = value
            if name == "learning_rate":
                say_once(
                    f"{cls.__name__}'s learning rate was {value:g} where nobody said, in the years of this program: so it is "
                    "here."
                )
        arguments: dict[str, Any] = cls.modernised(now)  # type: ignore[attr-defined]
        return arguments

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        _bind(self)

    @property
    def lr(self) -> Any:
        """The learning rate, as it was called before Keras 2.3; beside `decay` the one that it begins with."""
        rate = self.learning_rate
        begins: Any = getattr(rate, "initial_learning_rate", rate)
        return Rate(begins) if isinstance(begins, int | float) and begins is not rate else begins

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = _plain(value)

    @property
    def decay(self) -> Any:
        """How much is added to the divisor of the learning rate at each step, as it was called before Keras 2.11."""
        return Rate(getattr(self.learning_rate, "decay_rate", 0.0))

    # Steps by hand

    @property
    def iterations(self) -> Any:
        """The number of steps taken by hand."""
        from fallline.own.variable import Variable

        return Variable(jnp.asarray(self.__dict__.get("_steps", 0), jnp.int32))

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], *args: Any, **kwargs: Any) -> Any:
        """One step: moves each variable along its gradient; those without one stay.

        Args:
            grads_and_vars: Pairs of a gradient and a variable.
            args: Kept for Keras's argument order.
            kwargs: `global_step`, a variable that counts steps; others are kept for Keras's programs.
        """
        del args
        if (count := kwargs.get("global_step")) is not None:
            count.assign_add(1)
        pairs = [(grad, variable) for grad, variable in grads_and_vars if grad is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        params = {str(place): jnp.asarray(_array(variable)) for place, (_, variable) in enumerate(pairs)}
        grads = {str(place): jnp.asarray(_array(grad)) for place, (grad, _) in enumerate(pairs)}
        states = self.__dict__.setdefault("_states", {})
        key = tuple(id(variable) for _, variable in pairs)
        held: tuple[Any, Any] | None = states.get(key)
        plain: Any = self
        state = plain.init(params) if held is None else held[0]
        new, state = computed(_updated, plain, grads, state, params)
        for place, (_, variable) in enumerate(pairs):
            variable.assign(new[str(place)])
        states[key] = (state, [variable for _, variable in pairs])
        assign(self, _steps=self.__dict__.get("_steps", 0) + 1)
        return self.iterations

    def minimize(
        self, loss: Any, var_list: Any, grad_loss: Any = None, name: Any = None, tape: Any = None
    ) -> Any:
        """One step on what a function of no arguments (or a tensor of a tape) gives."""
        del grad_loss, name
        variables = var_list() if callable(var_list) else list(var_list)
        if tape is None:
            with import_module("fallline.old.tensorflow.second").GradientTape() as tape:
                loss = loss()
        return self.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    @property
    def variables(self) -> list[Any]:
        """What it remembers of steps by hand."""
        return [self.iterations]

    weights = variables

    def get_weights(self) -> list[NDArray[Any]]:
        """What it remembers of steps by hand, as arrays."""
        return [np.asarray(self.__dict__.get("_steps", 0))]

    def build(self, var_list: Any) -> None:
        """Kept for Keras's programs: the first step makes what it needs."""


def _bind(optimizer: Any) -> None:
    """Makes a plain learning rate one that can be read and assigned as Keras's."""
    rate = optimizer.__dict__.get("learning_rate")
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return
    own = Rate(rate)
    own.owner = weakref.ref(optimizer)
    object.__setattr__(optimizer, "learning_rate", own)


def _plain(value: Any) -> Any:
    """A number in the place of a variable or an array of one."""
    if isinstance(value, Rate):
        return float(value)
    if hasattr(value, "numpy") and not isinstance(value, np.generic | np.ndarray):
        value = value.numpy()
    return float(value) if isinstance(value, np.ndarray | np.generic) and np.ndim(value) == 0 else value


def _updated(optimizer: Any, grads: Any, state: Any, params: Any) -> Any:
    return optimizer.update(grads, state, params)


def _array(gradient: Any) -> Any:
    return gradient.value if hasattr(gradient, "value") and not callable(gradient.value) else gradient


def _made(kind: Any) -> Any:
    found = of_the_room(kind, OldOptimizer)
    set_it: Callable[[Any, str, Any], None] = found.__setattr__

    def set_attribute(node: Any, name: str, value: Any) -> None:
        if name == "lr":
            name = "learning_rate"
        set_it(node, name, _plain(value))
        _bind(node)

    found.__setattr__ = set_attribute
    return found


ROOM: dict[str, Any] = {
    name: _made(kind)
    for name, kind in vars(optimizers).items()
    if isinstance(kind, type)
    and issubclass(kind, FirstOrderOptimizer)
    and kind.__name__ == name
    and name in optimizers.optimizers.classes()
    and name != "TensorFlow1Optimizer"
}
"""Name -> the room's class."""
globals().update(ROOM)

Optimizer = optimizers.Optimizer


def in_room(optimizer: Any) -> Any:
    """An optimizer as one of the room's classes, where there is one."""
    kind = ROOM.get(type(optimizer).__name__)
    if kind is None or type(optimizer) is kind or vars(kind)["stands_for"] is not type(optimizer):
        return optimizer
    twin = object.__new__(kind)
    twin.__dict__.update(vars(optimizer))
    _bind(twin)
    return twin


def get(identifier: Any) -> Any:
    """The optimizer that is meant: by its name with the defaults of the program's years."""
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, str):
        name = type(optimizers.get(identifier)).__name__
        return ROOM[name]() if name in ROOM else optimizers.get(identifier)
    return in_room(optimizers.get(identifier))
