"""What `compile` was given: how a network is trained and judged."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline import losses, metrics, optimizers
from fallline.errors import UsageError
from fallline.losses import Loss
from fallline.metrics import Metric
from fallline.models.network import Network
from fallline.models.network_objective import NetworkObjective
from fallline.optimizers import Optimizer


@dataclasses.dataclass(frozen=True)
class Compiled:
    """Optimizer, loss and metrics of a model.

    Attributes:
        optimizer: The optimizer.
        loss: The loss.
        metrics: Metrics in which every row counts the same, as given: what "accuracy" means, the data decide.
        weighted_metrics: Metrics in which rows count by their sample weight, as given.
    """

    optimizer: Optimizer
    loss: Loss
    metrics: tuple[Any, ...]
    weighted_metrics: tuple[Any, ...]

    @staticmethod
    def of(optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any) -> Compiled:
        """The arguments of `Model.compile`, checked.

        Raises:
            UsageError: a name is unknown, no loss is given, or loss_weights are.
        """
        if loss is None:
            raise UsageError(
                'compile: a loss is needed, e.g. loss="mse" or "sparse_categorical_crossentropy".'
            )
        if loss_weights is not None:
            raise UsageError(
                f"compile: loss_weights (the third argument, as in Keras) weigh the losses of several outputs; "
                f"this model has one output. Leave them out (got {loss_weights!r:.60}), and give metrics as metrics=[...]."
            )
        return Compiled(
            optimizers.get(optimizer), losses.get(loss), _as_tuple(metrics), _as_tuple(weighted_metrics)
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments of `compile` that give this."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def objective(self, network: Network, target_shape: tuple[int, ...] | None = None) -> NetworkObjective:
        """A network as the engine trains it.

        Args:
            network: The network.
            target_shape: The shape of one row of the targets, where it is known.

        Raises:
            UsageError: a metric is unknown, or two have one name.
        """

        def resolved(given: tuple[Any, ...]) -> tuple[Metric, ...]:
            return tuple(
                metrics.resolve(item, self.loss, network.output_shape, target_shape) for item in given
            )

        plain, weighted = resolved(self.metrics), resolved(self.weighted_metrics)
        names = [metric.name for metric in (*plain, *weighted)]
        if repeated := {name for name in names if names.count(name) > 1 or name == "loss"}:
            raise UsageError(f"compile: metric names must differ, repeated: {', '.join(sorted(repeated))}.")
        return NetworkObjective.of(network, self.loss, plain, weighted)


def _as_tuple(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list | tuple) else (given,)
