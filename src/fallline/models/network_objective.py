"""A layer network with a loss and metrics, as the engine trains it."""

from __future__ import annotations

from jaxtyping import Array

from fallline._random import Key
from fallline._tree import tree
from fallline._types import Scalar
from fallline.activations import Activation, Linear, Sigmoid, Softmax
from fallline.engine import Batch, Evaluated, Objective, Variables
from fallline.layers.layer import at_least_float32
from fallline.losses import Loss
from fallline.metrics import Metric, Statistic
from fallline.models.network import Network

FUSED = {"softmax": Softmax, "sigmoid": Sigmoid}
"""Activations that a loss can take over, so that it works on logits, which is stable and cheaper."""


@tree
class NetworkObjective(Objective):
    """Mean loss of a network's outputs, plus the penalties of its layers.

    Attributes:
        network: The network, without its final activation where the loss takes that over.
        activation: What turns the network's outputs into predictions.
        loss_function: The loss on the network's outputs.
        metrics: Metrics on predictions, every row counting the same.
        weighted_metrics: Metrics on predictions, rows counting by their sample weight.
    """

    network: Network
    activation: Activation
    loss_function: Loss
    metrics: tuple[Metric, ...] = ()
    weighted_metrics: tuple[Metric, ...] = ()

    @staticmethod
    def of(
        network: Network,
        loss: Loss,
        metrics: tuple[Metric, ...] = (),
        weighted_metrics: tuple[Metric, ...] = (),
    ) -> NetworkObjective:
        """Joins them; a final softmax or sigmoid followed by its cross-entropy is computed in one, stably."""
        bare, activation = network.split_activation()
        if _takes_over(loss, activation):
            return NetworkObjective(bare, activation, loss.on_logits(), metrics, weighted_metrics)
        return NetworkObjective(network, Linear(), loss, metrics, weighted_metrics)

    @property
    def directions(self) -> dict[str, str | None]:
        """Recorded name -> "min" or "max", whichever is better; None where that is not known."""
        better = {"up": "max", "down": "min"}
        metrics = (*self.metrics, *self.weighted_metrics)
        return {metric.name: better.get(metric.direction or "") for metric in metrics} | {"loss": "min"}

    def init(self, key: Key) -> Variables:
        """Fresh variables of the network."""
        return self.network.init(key)

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """The loss on the network's outputs, penalties added, and the metrics' statistics."""
        outputs, state = self.network.apply(variables, batch.x, key=key, training=training)
        outputs = at_least_float32(outputs)
        value = self.loss_function(batch.y, outputs, batch.weight)
        for penalty in self.network.penalties(variables.params):
            value = value + penalty.astype(value.dtype)
        return value, Evaluated(state, self._statistics(outputs, batch))

    def predict(self, variables: Variables, x: Array) -> Array:
        """The network's outputs after the final activation, in inference mode."""
        outputs, _ = self.network.apply(variables, x, key=None, training=False)
        return self.activation(at_least_float32(outputs))

    def _statistics(self, outputs: Array, batch: Batch) -> dict[str, Statistic]:
        if not self.metrics and not self.weighted_metrics:
            return {}
        predictions = self.activation(outputs)
        plain = {metric.name: metric.statistic(batch.y, predictions) for metric in self.metrics}
        weighted = {
            metric.name: metric.statistic(batch.y, predictions, batch.weight)
            for metric in self.weighted_metrics
        }
        return plain | weighted


def _takes_over(loss: Loss, activation: Activation) -> bool:
    fused = FUSED.get(loss.fused_activation or "")
    if fused is None or not isinstance(activation, fused):
        return False
    # A loss offers to take over only a softmax along its own, the last, axis.
    return not isinstance(activation, Softmax) or activation.axis == -1
