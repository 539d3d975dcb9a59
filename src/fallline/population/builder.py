"""From settings to a network that can be trained: the person's function, checked, and what goes to `fit` instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from fallline.errors import UsageError, suggestion
from fallline.models import Model
from fallline.own.settings import seeds_from
from fallline.own.shown import fields_shown
from fallline.population.spaces import Axes

Build = Callable[..., Model]

FIT = ("batch_size", "shuffle", "class_weight", "steps_per_epoch", "validation_freq", "sampling")
"""Arguments of `fit` that may be axes where the builder does not take them."""


class Builder:
    """A function `build(**settings) -> Model`, and the settings that others take.

    Args:
        build: Gives a compiled model.
        axes: The names of what varies.
        callbacks: Callbacks for all members, or a function of settings that gives them.

    Raises:
        UsageError: the builder, or nobody, takes an axis; or it wants an argument that is no axis.
    """

    __repr__ = fields_shown

    def __init__(self, build: Build, axes: Sequence[str], callbacks: Any = None) -> None:
        if isinstance(build, Model):
            raise UsageError(
                "Population: build is a model; give a function that makes one, e.g. lambda learning_rate: make(learning_rate)."
            )
        if not callable(build):
            raise UsageError(
                f"Population: build must be a function of settings that gives a compiled model, got {type(build).__name__}."
            )
        self.build = build
        self.callbacks = callbacks
        self._names = names_of(build)
        self._of_callbacks = names_of(callbacks) if inspect.isroutine(callbacks) else set()
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
        required = {
            name
            for name, parameter in inspect.signature(build).parameters.items()
            if parameter.default is inspect.Parameter.empty
            and parameter.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        }
        self.required = required - {"seed"}
        if missing := sorted(self.required - set(axes)):
            raise UsageError(
                f'Population: the builder wants "{missing[0]}", which is no axis. Name it among the axes '
                f"({', '.join(axes) or 'none so far'}), or give it a default."
            )

    def model(self, settings: Mapping[str, Any], seed: int) -> Model:
        """A compiled model with these settings and this seed.

        Raises:
            UsageError: what the builder gives is no compiled model.
        """
        given = {name: value for name, value in settings.items() if self._takes(self._names, name)}
        if self._names is not None and "seed" in self._names and "seed" not in given:
            given["seed"] = seed
        with seeds_from(seed):
            model = self.build(**given)
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
        model._reseed(seed)
        return model

    def fit_arguments(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that `fit` takes."""
        return {
            name: value
            for name, value in settings.items()
            if name in FIT and not self._takes(self._names, name)
        }

    def callbacks_for(self, settings: Mapping[str, Any]) -> Any:
        """The callbacks of a member."""
        if not inspect.isroutine(self.callbacks):
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
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in settings.items()
    )
    return ", ".join(shown) or "no settings"


def names_of(function: Any) -> set[str] | None:
    """The arguments that a function takes by name; None: any."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {parameter.name for parameter in parameters if parameter.kind in kinds}
