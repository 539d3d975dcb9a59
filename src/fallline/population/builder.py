"""From settings to a network that can be trained: the person's function, checked, and what goes to `fit` instead."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from fallline.callbacks import Callback
from fallline.engine import Probe, Rule
from fallline.errors import UsageError, suggestion
from fallline.models import Model
from fallline.own.names import short_name
from fallline.own.reads import same
from fallline.own.settings import seeds_from
from fallline.population.checks import check_build, require_settings
from fallline.population.spaces import Axes

Build = Callable[..., Model]

FIT = ("batch_size", "shuffle", "class_weight", "steps_per_epoch", "validation_freq", "sampling")
"""Arguments of `fit` that may be axes where the builder does not take them."""


BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Builder:
    """A function `build(**settings) -> Model`, and the settings that others take.

    Args:
        build: Gives a compiled model.
        axes: The names of what varies.
        callbacks: Callbacks for all members, or a function of settings that gives them.

    Raises:
        UsageError: the builder, or nobody, takes an axis; or it wants an argument that is no axis.
    """

    def __init__(self, build: Build, axes: Sequence[str], callbacks: Any = None) -> None:
        check_build(build)
        self.build = build
        self.callbacks = callbacks
        # A rule may be called too: what gives callbacks is a function.
        self._gives_callbacks = callable(callbacks) and not isinstance(
            callbacks, type | Callback | Rule | Probe
        )
        self._names = names_of(build)
        self._of_callbacks = names_of(callbacks) if self._gives_callbacks else set()
        self._given: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        taken = (
            None if self._names is None or self._of_callbacks is None else self._names | self._of_callbacks
        )
        for axis in axes:
            if taken is None or axis in taken or axis in FIT:
                continue
            known = sorted(taken | set(FIT))
            raise UsageError(
                f'Population: nobody takes the axis "{axis}": the builder takes {", ".join(sorted(self._names or ())) or "nothing"}. '
                f"{suggestion(axis, known)}"
            )
        require_settings("the builder", _required(build) - {"seed"}, axes)
        if self._gives_callbacks:
            require_settings("the function that gives callbacks", _required(callbacks), axes)

    def model(self, settings: Mapping[str, Any], seed: int) -> Model:
        """A compiled model with these settings and this seed.

        Raises:
            UsageError: what the builder gives is no compiled model.
        """
        given = {name: value for name, value in settings.items() if self._takes(self._names, name)}
        if self._names is not None and "seed" in self._names and "seed" not in given:
            given["seed"] = seed
        try:
            with seeds_from(seed):
                model = self.build(**given)
        except Exception as error:
            error.add_note(f"The builder made the model for {described(settings)}.")
            raise
        if not isinstance(model, Model):
            raise UsageError(
                f"Population: the builder gave {type(model).__name__} for {described(settings)}; it must return a compiled "
                "fl.Model."
            )
        if model.optimizer is None:
            raise UsageError(
                f"Population: the model for {described(settings)} is not compiled. Call model.compile(optimizer=..., loss=...) "
                "in the builder."
            )
        if model._optimizer_state is not None:
            raise UsageError(
                f"Population: the model for {described(settings)} is in training already: its optimizer has taken steps. "
                "Let the builder make a new one; one whose weights were trained before has to be compiled once more."
            )
        self._require_new("model", model, settings)
        model._reseed(seed)
        return model

    def require_own_layers(self, model: Model, settings: Mapping[str, Any]) -> None:
        """Refuses a model that shares trained layers with another one: both would hold the weights of the last.

        Raises:
            UsageError: it does.
        """
        for holder, layer in zip(model._holders, model.network.layers, strict=True):
            if self._given.get(id(holder)) is holder and _is_trained(model, str(layer.name)):
                self._require_new(f'layer "{layer.name}" of the model', holder, settings)
            self._given[id(holder)] = holder

    def _require_new(self, what: str, made: Any, settings: Mapping[str, Any]) -> None:
        if self._given.get(id(made)) is made:
            raise UsageError(
                f"Population: the {what} for {described(settings)} is that of another member too, and would hold the weights "
                "of one of them. Let the builder make all layers anew each time; fl.models.clone_model copies what is there."
            )
        self._given[id(made)] = made

    def fit_arguments(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that `fit` takes."""
        return {
            name: value
            for name, value in settings.items()
            if name in FIT and not self._takes(self._names, name)
        }

    def callbacks_for(self, settings: Mapping[str, Any]) -> Any:
        """The callbacks of a member."""
        if not self._gives_callbacks:
            return self.callbacks
        return self.callbacks(
            **{name: value for name, value in settings.items() if self._takes(self._of_callbacks, name)}
        )

    def _takes(self, names: set[str] | None, name: str) -> bool:
        return names is None or name in names


def fixed_axes(builder: Builder, axes: Axes, seed: int) -> frozenset[str]:
    """The axes that change a program and not its numbers alone: a network in training keeps them.

    Each axis is tried at some of its values, the others as they are first.
    """
    dimensions = axes.dimensions
    fixed = {name for name in axes.names if name in FIT and builder.fit_arguments({name: None})}

    def structure(units: Sequence[float]) -> Any:
        settings = axes.settings(units)
        model = builder.model(settings, seed)
        layers = [jax.tree.structure(layer) for layer in model.layers]
        return set(settings), layers, jax.tree.structure(model.optimizer), str(model.loss)

    first = structure([0.0] * dimensions) if dimensions else None
    for place, name in enumerate(axes.names):
        if name in fixed:
            continue
        for part in (1 / 3, 2 / 3, 1 - 1e-9):
            units = [0.0] * dimensions
            units[place] = part
            if structure(units) != first:
                fixed.add(name)
                break
    return frozenset(fixed)


def described(settings: Mapping[str, Any]) -> str:
    """Settings in words: "learning_rate 0.01, units 32"."""
    shown = (
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {short_name(str(value), 40)}"
        for name, value in settings.items()
    )
    return ", ".join(shown) or "no settings"


def same_settings(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether settings are the same, arrays and objects among them by what they hold."""
    return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())


def _is_trained(model: Model, layer: str) -> bool:
    variables = jax.eval_shape(lambda: model.network.init(jax.random.key(0)))
    return bool(variables.params.get(layer))


def names_of(function: Any) -> set[str] | None:
    """The arguments that a function takes by name; None: any."""
    parameters = _parameters(function)
    if parameters is None or any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    return {parameter.name for parameter in parameters if parameter.kind in BY_NAME}


def _required(function: Any) -> set[str]:
    """The arguments without which a function cannot be called."""
    return {
        parameter.name
        for parameter in _parameters(function) or ()
        if parameter.default is inspect.Parameter.empty and parameter.kind in BY_NAME
    }


def _parameters(function: Any) -> list[inspect.Parameter] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # of a few functions written in C nothing is known
        return None
