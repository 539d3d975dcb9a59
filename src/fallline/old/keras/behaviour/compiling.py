"""`compile` of other years: arguments that are no more, and the names under which metrics are recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fallline._tree import replace
from fallline.losses import BinaryCrossentropy, Loss
from fallline.metrics import BinaryAccuracy, CategoricalAccuracy, Metric, SparseCategoricalAccuracy
from fallline.models.compiled import Compiled
from fallline.models.network import Network
from fallline.models.network_objective import NetworkObjective
from fallline.old.keras.behaviour import optimizers
from fallline.old.keras.behaviour.facts import of_keras_2_3
from fallline.old.keras.behaviour.functions import plain
from fallline.old.keras.behaviour.spellings import of_the_years
from fallline.old.notices import say_once

NOTHING_HERE = frozenset(
    [
        "class_mode",
        "theano_mode",
        "sample_weight_mode",
        "sample_weight_modes",
        "steps_per_execution",
        "run_eagerly",
        "jit_compile",
        "auto_scale_loss",
        "target_tensors",
        "distribute",
        "experimental_run_tf_function",
        "experimental_steps_per_execution",
        "from_serialized",
        "cloning",
        "mode",
    ]
)
"""Arguments of `compile` that say how a step is computed, or what the shapes of the data say: nothing depends on them."""


class OldCompiled(Compiled):
    """What `compile` was given; metrics are recorded under the names of the program's years."""

    def objective(self, network: Network, target_shapes: tuple[Any, ...] | None = None) -> NetworkObjective:
        """As every model's, with the names of the years."""
        objective = super().objective(network, target_shapes)
        heads = tuple(
            replace(
                head,
                metrics=tuple(_of_the_years(metric, loss) for metric in head.metrics),
                weighted_metrics=tuple(_of_the_years(metric, loss) for metric in head.weighted_metrics),
            )
            for head, loss in zip(objective.heads, self.losses(network), strict=True)
        )
        return replace(objective, heads=heads)


def _of_the_years(metric: Metric, loss: Loss | None) -> Metric:
    """A metric under the name of the years; "accuracy" beside a binary cross-entropy was that of each output by itself."""
    by_row = isinstance(metric, CategoricalAccuracy | SparseCategoricalAccuracy)
    if (
        by_row
        and metric.name in ("accuracy", "acc")
        and isinstance(loss, BinaryCrossentropy)
        and of_keras_2_3()
    ):
        metric = BinaryAccuracy(name=metric.name)
        say_once(
            "accuracy beside binary_crossentropy was that of each output by itself up to Keras 2.3: so it is here. For that "
            'of rows write metrics=["categorical_accuracy"].'
        )
    name = of_the_years(metric.name)
    return metric if name == metric.name else replace(metric, name=name)


def of_the_room(compiled: Compiled | None) -> OldCompiled | None:
    """What `compile` was given, as the models of this room keep it."""
    if compiled is None or isinstance(compiled, OldCompiled):
        return compiled
    fields = {field.name: getattr(compiled, field.name) for field in dataclasses.fields(compiled)}
    return OldCompiled(**fields | {"optimizer": optimizers.in_room(compiled.optimizer)})


def compile_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` by their names of today.

    Keras 1 and 2 had (optimizer, loss, metrics, loss_weights), Keras 3 has (optimizer, loss, loss_weights, metrics), and
    Keras 0 had (optimizer, loss, class_mode): the third says itself which it is.
    """
    named = dict(zip(("optimizer", "loss", "third", "fourth", "weighted_metrics"), args, strict=False))
    given = named | {name: value for name, value in kwargs.items() if name not in NOTHING_HERE}
    given |= {
        name: plain(given[name]) for name in ("loss", "metrics", "weighted_metrics", "third") if name in given
    }
    third, fourth = given.pop("third", None), given.pop("fourth", None)
    if isinstance(third, str) and third in ("categorical", "binary"):
        third = None
    if _are_weights(third) or (fourth is not None and not _are_weights(fourth)):
        third, fourth = fourth, third
    for name, value in (("metrics", third), ("loss_weights", fourth)):
        if value is not None:
            given.setdefault(name, value)
    return given


def _are_weights(given: Any) -> bool:
    items = list(given.values()) if isinstance(given, Mapping) else given
    return isinstance(items, list | tuple) and bool(items) and all(isinstance(x, int | float) for x in items)


def with_accuracy(metrics: Any) -> Any:
    """Metrics with the accuracy among them, for `show_accuracy=True` of Keras 0."""
    if isinstance(metrics, Mapping):
        return metrics
    listed = [] if metrics is None else list(metrics) if isinstance(metrics, list | tuple) else [metrics]
    return (
        listed if {"acc", "accuracy"} & {x for x in listed if isinstance(x, str)} else [*listed, "accuracy"]
    )
