"""Axes as Optuna's distributions, and what it suggests as settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fallline.population.spaces import Axes, Choice, Integer, LogUniform, Settings, Space, Uniform

PLAIN = (str, int, float, bool, type(None))


def ask(study: Any, axes: Axes) -> tuple[Any, Settings]:
    """A new trial of the study, and its settings.

    All axes without conditions are asked for together, always in the order in which they are written, so that samplers
    that look at all of them at once do; those with conditions one after the other, before the next trial is asked for.

    Raises:
        ValueError: A trial that was put into the study's queue has a value that is no option.
    """
    free = {name: distribution(axis.space) for name, axis in axes.axes.items() if not axis.conditions}
    trial = study.ask(fixed_distributions=free)
    settings = {name: trained(axes[name], trial.params[name]) for name in free}
    for name in axes.order:
        axis = axes.axes[name]
        if axis.conditions and axis.holds(settings):
            settings[name] = trained(axis.space, _suggested(trial, name, axis.space))
    return trial, axes.in_order(settings)


def settings_of(params: Mapping[str, Any], axes: Axes) -> Settings:
    """The settings of a trial that was asked for before."""
    return axes.in_order(
        {name: trained(axes[name], value) for name, value in params.items() if name in axes.axes}
    )


def params_of(settings: Settings, axes: Axes) -> dict[str, Any]:
    """Settings as Optuna stores them."""
    params = {}
    for name, value in settings.items():
        space = axes[name]
        params[name] = value
        if isinstance(space, Choice) and (index := space.index(value)) is not None:
            params[name] = labels(space)[index]
    return params


def distribution(space: Space) -> Any:
    """The distribution of a space."""
    from optuna import distributions

    if isinstance(space, Uniform):
        # The last step that fits: Optuna would warn that it moves the bound itself.
        high = space.high if space.options is None else space.options[-1]
        return distributions.FloatDistribution(space.low, high, step=space.step)
    if isinstance(space, LogUniform):
        return distributions.FloatDistribution(space.low, space.high, log=True)
    if isinstance(space, Integer):
        return distributions.IntDistribution(space.low, space.high, log=space.log)
    assert isinstance(space, Choice)
    return distributions.CategoricalDistribution(labels(space))


def trained(space: Space, stored: Any) -> Any:
    """The value with which a network is trained, for the one that Optuna has.

    A step is the number that one writes (0.3, where Optuna has 0.30000000000000004, or two for one point), an option the
    very thing. A number that a person put into the study's queue is taken as it is, also outside of the space.
    """
    if isinstance(space, Choice):
        return space.values[labels(space).index(stored)]
    if isinstance(space, Uniform) and space.step is not None and space.contains(stored):
        return min(space.options or (), key=lambda option: abs(option - stored))
    return stored


def labels(choice: Choice) -> tuple[Any, ...]:
    """Options as every storage of Optuna keeps them: as they are where they are plain, else as text.

    Tuples do not come back from SQLite, and of [0, False] the first is stored for both; so such options are named.
    """
    options = choice.values
    plain = all(type(each) in PLAIN and each == each for each in options)
    if plain and len(set(options)) == len(options):
        return options
    texts = [_named(each) for each in options]
    if len(set(texts)) < len(texts):
        texts = [f"{index}: {text}" for index, text in enumerate(texts)]
    return tuple(texts)


def _named(option: Any) -> str:
    if isinstance(option, str):
        return option
    name = getattr(option, "__name__", None)
    text = name if isinstance(name, str) else repr(option)
    # Where an object lies in memory is not the same tomorrow.
    return type(option).__name__ if " at 0x" in text else text


def _suggested(trial: Any, name: str, space: Space) -> Any:
    if isinstance(space, Choice):
        return trial.suggest_categorical(name, labels(space))
    if isinstance(space, Integer):
        return trial.suggest_int(name, space.low, space.high, log=space.log)
    made = distribution(space)
    return trial.suggest_float(name, made.low, made.high, step=made.step, log=made.log)
