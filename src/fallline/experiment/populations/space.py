"""What a sweep may vary: the settings of `fallline train`, as `--space NAME=VALUES`, and what varies by default."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from fallline import activations, optimizers
from fallline.errors import FalllineError, UsageError, suggestion
from fallline.experiment import network
from fallline.experiment.falling import check_schedule
from fallline.experiment.settings import Settings
from fallline.population.spaces import Axes, choice, log_uniform, uniform
from fallline.population.spaces.text import axes_of

AXES = (
    *("learning_rate", "dropout", "units", "depth", "layers", "activation", "optimizer", "batch_size"),
    *("l1", "l2", "weight_decay", "batch_norm", "schedule", "patience"),
)
"""What may vary: settings of `fallline train`, and `units` and `depth`, which are layers of one width."""

NO_AXES = {
    "epochs": "all members may train for --epochs, and each stops by its own patience",
    "seed": "give --seeds",
    "seeds": "give --seeds",
    "members": "give --members",
    "folds": "give --folds",
}
"""What a person may want to vary and cannot, and what to do."""

JOIN = "x"
"""Between the units of two layers in an axis of layers, whose values have commas between them: 256x128."""

RATES_AROUND = 10.0
"""The default space of learning rates reaches from a tenth of the default to ten times it: two decades hold the best
rate of nearly every network, and the default is their middle."""

DROPOUTS = (0.0, 0.4)
"""From none to what halves a layer nearly. Never exactly 0, so that all members of a width share a program."""

WEIGHT_DECAYS = (1e-4, 1e-1)
"""Around AdamW's 0.01: from what cannot be seen in a short training to what keeps weights small."""

LAYERS = ((500, ((16,), (32,), (64,), (32, 32))), (math.inf, ((64,), (256,), (256, 128), (256, 256, 128))))
"""(training rows below, layers): `fallline train`'s own choice, narrower, wider and deeper. Each is a program to compile,
so there are four."""


def space_of(texts: Sequence[str], settings: Settings) -> Axes:
    """The axes that a person names, checked as far as that goes without data.

    Args:
        texts: Such as `learning_rate=log:1e-4:1e-1`, `units=32,64`.
        settings: What does not vary.

    Raises:
        UsageError: an axis is no setting, is empty, is given as an option too, or has a value that no network can have.
    """
    axes = axes_of(texts)
    for name in axes.names:
        if name in NO_AXES:
            raise UsageError(f'--space {name}: "{name}" is no axis; {NO_AXES[name]}.')
        if name not in AXES:
            raise UsageError(f'--space {name}: no setting "{name}" can vary. {suggestion(name, AXES)}')
    if "layers" in axes.names and (other := {"units", "depth"} & set(axes.names)):
        raise UsageError(
            f"--space layers and --space {min(other)} both say how wide and deep the network is. Give layers, as "
            "layers=64,256x128, or units and depth."
        )
    for name in axes.names:
        own = "layers" if name in ("units", "depth") else name
        if getattr(settings, own) is not None:
            raise UsageError(
                f"--space {name} varies what --{own.replace('_', '-')} says; give one of the two."
            )
        _check_values(name, axes, settings)
    return axes


def default_space(complete: Settings, rows: int) -> Axes:
    """What varies where a person names nothing; what they fixed by an option does not.

    Args:
        complete: The settings that `fallline train` would use, with what the person fixed.
        rows: Training rows.
    """
    rate = complete.learning_rate
    assert rate is not None
    space: dict[str, Any] = {
        "learning_rate": log_uniform(rate / RATES_AROUND, rate * RATES_AROUND),
        "dropout": uniform(*DROPOUTS),
        "layers": choice(*(_joined(layers) for layers in next(of for below, of in LAYERS if rows < below))),
    }
    if complete.optimizer in network.WEIGHT_DECAY:
        space["weight_decay"] = log_uniform(*WEIGHT_DECAYS)
    return Axes.of(space)


def without(axes: Axes, settings: Settings) -> Axes:
    """The axes but for those that a person fixed by an option."""
    kept = {name: axis for name, axis in axes.axes.items() if getattr(settings, name, None) is None}
    if not kept:
        raise UsageError("every setting of the default space is given as an option; name one with --space.")
    return Axes.of(kept)


def applied(settings: Settings, chosen: Mapping[str, Any], hidden: Sequence[int]) -> Settings:
    """The settings with those of a candidate in them.

    Args:
        settings: What does not vary.
        chosen: Axis -> value.
        hidden: Units of the hidden layers where the candidate does not say.

    Raises:
        UsageError: a value is none that the setting can have.
    """
    changes = {name: value for name, value in chosen.items() if name not in ("units", "depth", "layers")}
    if "layers" in chosen:
        changes["layers"] = _layers(chosen["layers"])
    elif {"units", "depth"} & set(chosen):
        depth = _whole("depth", chosen.get("depth", len(hidden) or 1), least=0)
        units = _whole("units", chosen.get("units", max(hidden, default=1)), least=1)
        changes["layers"] = (units,) * depth
    return dataclasses.replace(settings, **changes)


def _check_values(name: str, axes: Axes, settings: Settings) -> None:
    """Each option of an axis, or both ends of it, as a setting."""
    space = axes[name]
    for value in space.options or (space.draw(0.0), space.draw(1 - 2**-53)):
        try:
            tried = applied(settings, {name: value}, (1,))
            if name == "batch_norm" and not isinstance(value, bool):
                raise UsageError(f"batch norm must be true or false; got {value!r}.")
            if name == "activation":
                activations.get(tried.activation)
            if name == "optimizer":
                optimizers.get(tried.optimizer)
            check_schedule(tried)
        except (FalllineError, TypeError, ValueError) as error:
            raise UsageError(f"--space {name}: {error}") from None


def _layers(value: Any) -> tuple[int, ...]:
    """`256x128` as (256, 128), `none` as ()."""
    if value is None:
        return ()
    try:
        units = tuple(int(part) for part in str(value).split(JOIN))
    except ValueError:
        units = (0,)
    if min(units) < 1:
        raise UsageError(f'"{value}" are no layers; write 64 for one layer, 256x128 for two, or none.')
    return units


def _joined(layers: Sequence[int]) -> str:
    return JOIN.join(map(str, layers))


def _whole(name: str, value: Any, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name} must be a whole number of at least {least}; got {value!r}.")
    return value
