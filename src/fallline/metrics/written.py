"""Metrics of a user's own as programs for Keras write them: `add_weight`, `update_state`, `result`.

In a compiled run a metric is a statistic that adds up over batches. Of such a metric it is what one `update_state`
adds to its variables, on a copy that starts from their initial values; that `update_state` adds, and does nothing
else, is tried out first. A metric that is derived from another has that one's statistic too.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline._tree import assign, static, tree
from fallline.errors import UsageError
from fallline.metrics.base import Direction, Metric, Running
from fallline.metrics.statistic import Statistic
from fallline.own.reads import reads
from fallline.own.variable import Variable

INTERNAL = ("_seen", "_about")
"""What metrics of the package note while they are updated."""


@tree
class Sums(Statistic):
    """What a batch adds to the variables of a metric, and to the metrics within it.

    Attributes:
        added: Name of a variable -> what is added to it.
        within: Name of a metric within -> its statistic; "" for that of the class it derives from.
        metric: The user's own metric, which computes the result.
    """

    added: dict[str, Array]
    within: dict[str, Statistic]
    metric: Any = static()

    def result(self) -> Array:
        """What `result` gives for the sums."""
        start = self.metric._first_values
        twin = _copy(self.metric, {name: start[name] + added for name, added in self.added.items()})
        for name, statistic in self.within.items():
            _part(twin, name).see(statistic)
        return jnp.asarray(twin.result())


@tree
class Written(Metric):
    """A metric written as in Keras, as a run holds it.

    Attributes:
        metric: The user's own metric.
        name: Its name.
    """

    metric: Any = static()
    name: str = static(default="metric")

    @property
    def direction(self) -> Direction:  # type: ignore[override]
        """As its class says."""
        return getattr(type(self.metric), "direction", None)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """What one `update_state` adds.

        Raises:
            UsageError: it does something else than add.
        """
        metric = self.metric
        _require_sums(metric, y_true, y_pred, sample_weight)
        twin = _updated(metric, metric._first_values, y_true, y_pred, sample_weight)
        added = {name: getattr(twin, name).value - value for name, value in metric._first_values.items()}
        return Sums(added, _seen(twin), metric)


def require_plain(metric: Any) -> None:
    """Refuses a metric that keeps variables or metrics in a list or a dictionary, where a run does not find them.

    Raises:
        UsageError: names the attribute.
    """
    for name, value in vars(metric).items():
        held = list(value.values()) if isinstance(value, dict) else value
        if name == "_first_values" or not isinstance(held, list | tuple | set | frozenset):
            continue
        if any(map(_holds, held)):
            kind = type(held).__name__ if held is value else "dict"
            raise UsageError(
                f'metric "{metric.name}": "{name}" is a {kind} of variables or metrics, in which a compiled run does not '
                "find them. Keep each as an attribute of its own: self.first = self.add_weight()."
            )


def _holds(item: Any) -> bool:
    """Whether a value is a variable or metric, or a container with one."""
    if isinstance(item, dict):
        item = list(item.values())
    return any(map(_holds, item)) if isinstance(item, list | tuple) else isinstance(item, Variable | Running)


def _within(metric: Any) -> list[str]:
    return [
        name for name, value in vars(metric).items() if isinstance(value, Running) and name not in INTERNAL
    ]


def _part(metric: Any, name: str) -> Running:
    part: Running = getattr(metric, name) if name else metric
    return part


def _seen(twin: Any) -> dict[str, Statistic]:
    """The statistics that an update left."""
    # One that the update does not reach has nothing to add.
    reached = [name for name in ["", *_within(twin)] if _part(twin, name)._seen is not None]
    return {name: _part(twin, name).seen() for name in reached}


def _copy(metric: Any, values: dict[str, Array]) -> Any:
    """The metric with other values in its variables, and metrics within that have seen nothing."""
    twin = copy.copy(metric)
    assign(twin, _seen=None)
    for name, value in values.items():
        twin.__dict__[name] = Variable(value)
    for name in _within(metric):
        twin.__dict__[name] = copy.copy(getattr(metric, name))
        twin.__dict__[name].reset_state()
    return twin


def _updated(metric: Any, values: dict[str, Array], y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    twin = _copy(metric, values)
    _update(twin, y_true, y_pred, sample_weight)
    return twin


def _update(twin: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
    takes_weight = "sample_weight" in inspect.signature(twin.update_state).parameters
    told = {"sample_weight": sample_weight} if takes_weight else {}
    if sample_weight is not None and not takes_weight:
        raise UsageError(
            f'metric "{twin.name}": update_state takes no sample_weight; give it in metrics, not weighted_metrics.'
        )
    before = {name: reads(value) for name, value in vars(twin).items()}
    twin.update_state(y_true, y_pred, **told)
    for name, value in vars(twin).items():
        kept = isinstance(value, Variable | Running) or name in INTERNAL
        if kept or (name in before and reads(value) == before[name]):
            continue
        raise UsageError(
            f'metric "{twin.name}": update_state changes the attribute "{name}", which is no variable, so that a '
            "compiled run would lose it. Make it one in __init__: self.add_weight()."
        )


def _require_sums(metric: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
    """Tries on made-up rows that an update adds the same, whatever the variables hold.

    Raises:
        UsageError: it does not.
    """
    rng = np.random.default_rng(0)

    def rows(like: Any) -> Any:
        if like is None:
            return None
        drawn = (
            rng.uniform(size=like.shape)
            if jnp.issubdtype(like.dtype, jnp.floating)
            else rng.integers(0, 2, like.shape)
        )
        return jnp.asarray(drawn.astype(like.dtype))

    with jax.ensure_compile_time_eval():
        made = (jnp.round(rows(y_true)), rows(y_pred), rows(sample_weight))
        shifts = {
            name: jnp.asarray(rng.uniform(1, 2, value.shape), value.dtype)
            for name, value in metric._first_values.items()
        }
        plain = _updated(metric, metric._first_values, *made)
        moved = _updated(
            metric, {name: value + shifts[name] for name, value in metric._first_values.items()}, *made
        )
        for name, shift in shifts.items():
            _require_equal(
                getattr(moved, name).value - shift, getattr(plain, name).value, metric, f'to "{name}"'
            )
        once = _seen(plain)
        _update(plain, *made)
        for each, twice in zip(jax.tree.leaves(once), jax.tree.leaves(_seen(plain)), strict=True):
            _require_equal(twice - each, each, metric, "to what was seen")


def _require_equal(added: Array, expected: Array, metric: Any, to: str) -> None:
    one, other = np.asarray(added, np.float64), np.asarray(expected, np.float64)
    if not np.all(np.abs(one - other) <= 1e-3 * (1 + np.abs(other))):
        raise UsageError(
            f'metric "{metric.name}": update_state does not only add {to}, so that its result depends on how the rows '
            "are cut into batches. Write a metric with a Statistic (see fallline.metrics.Metric), or compute it in a "
            "callback from predict."
        )
