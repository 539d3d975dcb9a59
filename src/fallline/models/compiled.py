"""What `compile` was given: how a network is trained and judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from fallline import losses, metrics, optimizers
from fallline._ranges import FINITE, checked_number
from fallline._tree import canonical_number, replace
from fallline.activations import Activation, Linear
from fallline.errors import UsageError, suggestion
from fallline.layers.mixing import mixings
from fallline.losses import Loss
from fallline.metrics import Metric
from fallline.models import sense
from fallline.models.network import Network
from fallline.models.network_objective import Head, NetworkObjective
from fallline.optimizers import Optimizer


@dataclasses.dataclass(frozen=True)
class Compiled:
    """Optimizer, losses and metrics of a model.

    What is given per output (a list in the order of the outputs, or a dictionary by their names) is kept as
    given: which outputs there are is known once the network is.

    Attributes:
        optimizer: The optimizer.
        loss: The loss, or one per output.
        loss_weights: Factors of the losses in their sum, or None.
        metrics: Metrics in which every row counts the same: what "accuracy" means, the data decide.
        weighted_metrics: Metrics in which rows count by their sample weight.
        mixing: Mixes pairs of rows of each training batch (`layers.MixUp`), or None.
    """

    optimizer: Optimizer
    loss: Any
    loss_weights: Any = None
    metrics: Any = None
    weighted_metrics: Any = None
    mixing: Any = None

    @staticmethod
    def of(
        optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any, mixing: Any
    ) -> Compiled:
        """The arguments of `Model.compile`, checked as far as they can be without the network.

        Raises:
            UsageError: a name is unknown, or no loss is given.
        """
        if loss is None:
            raise UsageError(
                'compile: a loss is needed, e.g. loss="mse" or "sparse_categorical_crossentropy".'
            )
        if isinstance(loss_weights, str) or (
            isinstance(loss_weights, list | tuple) and any(isinstance(item, str) for item in loss_weights)
        ):
            raise UsageError(
                f"compile: loss_weights (the third argument) holds numbers, got {loss_weights!r:.60}. For metrics "
                "write metrics=[...]."
            )
        resolved = _mapped(lambda item: None if item is None else losses.get(item), loss)
        mixer = None if mixing is None else mixings.get(mixing)
        weights, plain, weighted = map(_taken_over, (loss_weights, metrics, weighted_metrics))
        return Compiled(optimizers.get(optimizer), resolved, weights, plain, weighted, mixer)

    def arguments(self) -> dict[str, Any]:
        """The arguments of `compile` that give this."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def without_metrics(self) -> Compiled:
        """The same without metrics, for prediction."""
        return dataclasses.replace(self, metrics=None, weighted_metrics=None)

    def adjusted(self, numbers: Optimizer) -> Compiled:
        """The same with the numbers that rules gave the optimizer; those they left alone stay as they were written.

        Args:
            numbers: The optimizer as it came out of a run, its numbers rounded to the types of the program.
        """

        def taken(own: Any, new: Any) -> Any:
            return own if np.array_equal(canonical_number(own), new) else np.asarray(new).item()

        return dataclasses.replace(self, optimizer=jax.tree.map(taken, self.optimizer, numbers))

    def losses(self, network: Network) -> tuple[Loss | None, ...]:
        """The loss of each output, None for one that is not trained.

        Raises:
            UsageError: losses are given for other outputs than the network has.
        """
        found = _per_output("loss", self.loss, network, shared=True)
        if not any(found):
            raise UsageError("compile: no output has a loss; give one at least.")
        return tuple(found)

    def objective(self, network: Network, target_shapes: tuple[Any, ...] | None = None) -> NetworkObjective:
        """A network as the engine trains it.

        Args:
            network: The network.
            target_shapes: The shape of one row of the targets of each output, where it is known.

        Raises:
            UsageError: a metric is unknown, two were given one name or one that is taken, or something is given for
                an output that does not exist.
        """
        names = network.output_names
        weights = _per_output("loss_weights", self.loss_weights, network, shared=False)
        plain = _metrics_per_output("metrics", self.metrics, network)
        weighted = _metrics_per_output("weighted_metrics", self.weighted_metrics, network)
        heads = []
        if self.mixing is not None:
            _require_mixable(self.losses(network))
        for index, loss in enumerate(self.losses(network)):
            target = None if target_shapes is None else target_shapes[index]
            shape, activation = network.output_shapes[index], sense.ending(network, index)
            sense.require_choice(names[index], activation, shape)
            own = [
                _numbered(
                    tuple(_resolved(item, loss, shape, target, names[index], activation) for item in given),
                )
                for given in (plain[index], weighted[index])
            ]
            taken = [metric.name for metric in own[0]]
            own[1] = tuple(
                replace(metric, name=f"weighted_{metric.name}") if metric.name in taken else metric
                for metric in own[1]
            )
            _require_names([metric.name for metric in (*own[0], *own[1])])
            weight = weights[index]
            heads.append(
                Head(
                    name=names[index],
                    activation=Linear(),
                    loss=loss,
                    loss_weight=None
                    if weight is None
                    else checked_number("compile: loss_weights", weight, FINITE),
                    metrics=own[0],
                    weighted_metrics=own[1],
                )
            )
        return NetworkObjective.of(network, heads, self.mixing)


def _require_mixable(found: tuple[Loss | None, ...]) -> None:
    for loss in found:
        if loss is not None and loss.reduction == "mean_with_sample_weight":
            raise UsageError(
                f'compile: mixing weighs each row by its shares, which the reduction of loss "{loss.name}" divides out '
                'again. Use reduction="sum_over_batch_size".'
            )


def _resolved(
    item: Any, loss: Loss | None, shape: Any, target: Any, name: str, activation: Activation | None
) -> Metric:
    if loss is None:
        raise UsageError(
            f'compile: output "{name}" has metrics but no loss; give it a loss, or leave them out.'
        )
    return metrics.resolve(item, loss, shape, target, logits=sense.takes_logits(loss, activation))


def _numbered(resolved: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """Metrics, numbered as Keras does where a name is taken: `auc`, `auc_1`."""
    named: list[Metric] = []
    for metric in resolved:
        taken = {other.name for other in named}
        if metric.name in taken:
            free = (f"{metric.name}_{number}" for number in range(1, len(resolved) + 1))
            metric = replace(metric, name=next(name for name in free if name not in taken))
        named.append(metric)
    return tuple(named)


def _require_names(names: list[str]) -> None:
    for name in names:
        if name.startswith("val_"):
            raise UsageError(
                f'compile: a metric cannot be called "{name}": names that begin with val_ are those of the validation. '
                "Give it another name."
            )
    if repeated := {name for name in names if names.count(name) > 1 or name == "loss"}:
        raise UsageError(f"compile: metric names must differ, repeated: {', '.join(sorted(repeated))}.")


def _taken_over(given: Any) -> Any:
    """What the user gave in lists and dictionaries, as it is now."""
    if isinstance(given, Mapping):
        return {name: _taken_over(item) for name, item in given.items()}
    return type(given)(map(_taken_over, given)) if type(given) in (list, tuple) else given


def _mapped(resolve: Any, given: Any) -> Any:
    """What is given for all outputs, or per output in a list or dictionary, resolved."""
    if isinstance(given, Mapping) and "class_name" not in given:
        return {name: resolve(item) for name, item in given.items()}
    return tuple(map(resolve, given)) if isinstance(given, list | tuple) else resolve(given)


def _per_output(what: str, given: Any, network: Network, *, shared: bool) -> list[Any]:
    """One item per output; a single item is for all where it may be shared.

    Raises:
        UsageError: the number or the names differ from the outputs.
    """
    names = network.output_names
    if given is None:
        return [None] * len(names)
    if isinstance(given, Mapping):
        return _by_name(what, given, names)
    if not isinstance(given, list | tuple):
        if shared or len(names) == 1:
            return [given] * len(names)
        given = (given,)
    if len(given) != len(names):
        raise UsageError(
            f"compile: {what} has {len(given)} entries for {len(names)} outputs ({', '.join(names)}); "
            "give one per output, or a dict by their names."
        )
    return list(given)


def _by_name(what: str, given: Mapping[str, Any], names: tuple[str, ...]) -> list[Any]:
    for name in given:
        if name not in names:
            raise UsageError(f'compile: {what} names an output "{name}". {suggestion(str(name), names)}')
    return [given.get(name) for name in names]


def _metrics_per_output(what: str, given: Any, network: Network) -> list[tuple[Any, ...]]:
    names = network.output_names
    if given is None:
        return [()] * len(names)
    if isinstance(given, Mapping):
        return [_as_tuple(item) for item in _by_name(what, given, names)]
    items = _as_tuple(given)
    if len(names) == 1:
        nested = len(items) == 1 and isinstance(items[0], list | tuple)
        return [_as_tuple(items[0]) if nested else items]
    if len(items) != len(names):
        raise UsageError(
            f"compile: {what} has {len(items)} entries for {len(names)} outputs ({', '.join(names)}); give one "
            'list per output, e.g. metrics=[["mae"], ["accuracy"]], or a dict by their names.'
        )
    return [_as_tuple(item) for item in items]


def _as_tuple(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list | tuple) else (given,)
