"""A network of layers with losses and metrics, as the engine trains it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._tree import PyTree, replace, static, tree
from fallline._types import Number, Scalar, as_dtype_of
from fallline.activations import Activation, Heaviside, Sigmoid, Softmax
from fallline.engine import Batch, Evaluated, Objective, Parts, Variables
from fallline.errors import ShapeError
from fallline.layers.base.layer import at_least_float32
from fallline.layers.mixing import Mixing
from fallline.losses import Loss
from fallline.metrics import Metric, Statistic, WeightedMean, about_targets
from fallline.models.network import Network, name_of
from fallline.own.reads import owns

FUSED = {"softmax": Softmax, "sigmoid": Sigmoid, "heaviside": Heaviside}
"""Activations that a loss can take over, so that it works on logits, which is stable and cheaper."""


@tree
class Head:
    """How one output is trained and judged.

    Attributes:
        name: The output's name; begins the names of its results where there are several outputs.
        activation: What turns the network's output into predictions.
        loss: The loss on the network's output, or None: the output is not trained.
        loss_weight: The factor of its loss in the sum; None for 1.
        metrics: Metrics on predictions, every row counting the same.
        weighted_metrics: Metrics on predictions, rows counting by their sample weight.
    """

    name: str = static()
    activation: Activation
    loss: Loss | None
    loss_weight: Number | None = None
    metrics: tuple[Metric, ...] = ()
    weighted_metrics: tuple[Metric, ...] = ()

    def about(self, y: Any) -> Head:
        """The head whose metrics know the targets that are to come; itself where none of them asks."""
        plain, weighted = (
            tuple(about_targets(metric, y) for metric in given)
            for given in (self.metrics, self.weighted_metrics)
        )
        pairs = zip((*plain, *weighted), (*self.metrics, *self.weighted_metrics), strict=True)
        same = all(new is old for new, old in pairs)
        return self if same else replace(self, metrics=plain, weighted_metrics=weighted)

    def statistics(self, output: Array, y: Any, weight: Any, real: Any = None) -> dict[str, Statistic]:
        """The statistics of its metrics on a batch; `real` is 0 for rows that do not count, and else 1."""
        if not self.metrics and not self.weighted_metrics:
            return {}
        predictions = self.activation(output)
        plain = {metric.name: _statistic(metric, y, predictions, real) for metric in self.metrics}
        return plain | {
            metric.name: _statistic(metric, y, predictions, weight) for metric in self.weighted_metrics
        }


def _statistic(metric: Metric, y: Any, predictions: Array, weight: Any) -> Statistic:
    """The statistic of one metric.

    Raises:
        ShapeError: the targets do not fit it; it is named, as there may be several.
    """
    try:
        return metric.statistic(y, predictions, weight)
    except ShapeError as error:
        if metric.name in str(error):
            raise
        raise ShapeError(f'metric "{metric.name}": {error}') from None


@tree
class NetworkObjective(Objective):
    """The weighted sum of the losses of a network's outputs, plus the penalties of its layers.

    Attributes:
        network: The network, without final activations where a loss takes one over.
        heads: How each output is trained and judged.
        mixing: Mixes pairs of rows of each training batch, or None.
        samples_everything: Whether `sample` turns on all dropout, or only layers called with `training=True`.
    """

    network: Network
    heads: tuple[Head, ...]
    mixing: Mixing | None = None
    samples_everything: bool = static(default=True)

    @staticmethod
    def of(network: Network, heads: Sequence[Head], mixing: Mixing | None = None) -> NetworkObjective:
        """Joins them; a final softmax or sigmoid followed by its cross-entropy is computed in one, stably.

        Args:
            network: The network.
            heads: One for each output, each with the identity as its activation.
            mixing: Mixes pairs of rows of each training batch, or None.
        """
        joined = []
        for index, head in enumerate(heads):
            if head.loss is not None:
                bare = network.without_activation(index, functools.partial(_takes_over, head.loss))
                if bare is not None:
                    network, activation = bare
                    head = replace(head, activation=activation, loss=head.loss.on_logits())
            joined.append(head)
        return NetworkObjective(network, tuple(joined), mixing)

    @property
    def directions(self) -> dict[str, str | None]:
        """Recorded name -> "min" or "max", whichever is better; None where that is not known."""
        better = {"up": "max", "down": "min"}
        found: dict[str, str | None] = {"loss": "min"}
        for head in self.heads:
            prefix = self._prefix(head)
            found |= {f"{prefix}loss": "min"} if head.loss is not None and self._lists_losses else {}
            for metric in (*head.metrics, *head.weighted_metrics):
                found[prefix + metric.name] = better.get(metric.direction or "")
        return found

    @property
    def names(self) -> list[str]:
        """The names of what evaluation records, in the order in which Keras lists them."""
        losses = [f"{self._prefix(head)}loss" for head in self._trained] if self._lists_losses else []
        return [
            "loss",
            *losses,
            *(
                self._prefix(head) + metric.name
                for head in self.heads
                for metric in (*head.metrics, *head.weighted_metrics)
            ),
        ]

    def about(self, data: Batch) -> NetworkObjective:
        """The same, with metrics that know the targets that are to come, as far as their digits depend on them."""
        targets = data.y if isinstance(data.y, tuple) else (data.y,) * len(self.heads)
        heads = tuple(head.about(y) for head, y in zip(self.heads, targets, strict=True))
        same = all(new is old for new, old in zip(heads, self.heads, strict=True))
        return self if same else replace(self, heads=heads)

    def init(self, key: Key) -> Variables:
        """Fresh variables of the network."""
        return self.network.init(key)

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """The losses of the outputs, penalties added, and the statistics of the metrics."""
        x, partner, share = self._mixed_inputs(batch, key) if training else (batch.x, None, None)
        outputs, state, activity = self.network.apply(variables, x, key=key, training=training)
        outputs = _widened(outputs)
        values = self._values(outputs, batch)
        if partner is not None and share is not None:
            values = self._mixed(outputs, batch, partner, share)
        value = self._total(values)
        for penalty in (*self.network.penalties(variables.params), *activity):
            value = value + penalty.astype(value.dtype)
        return value, Evaluated(state, self._statistics(outputs, values, batch))

    def parts(self, variables: Variables, batch: Batch, key: Key) -> Parts | None:
        """The loss as a function of the outputs; None where a layer penalises its activity or rows are mixed."""
        if self.network.penalises_activity or self.mixing is not None:
            return None

        def outputs(params: PyTree) -> PyTree:
            now = Variables(params, variables.state)
            return _widened(self.network.apply(now, batch.x, key=key, training=True)[0])

        def loss(outputs: PyTree, params: PyTree) -> Scalar:
            value = self._total(self._values(outputs, batch))
            for penalty in self.network.penalties(params):
                value = value + penalty.astype(value.dtype)
            return value

        return Parts(outputs, loss)

    def observe(self, variables: Variables, batch: Batch, key: Key) -> dict[str, Array]:
        """The output of each layer, by its name; what a layer gives when it is used again is numbered: `dense/1`."""
        x, _, _ = self._mixed_inputs(batch, key)
        values, _, _ = self.network.values(variables, x, key=key, training=True)
        found: dict[str, Array] = {}
        uses: dict[str, int] = {}
        for node, value in zip(self.network.nodes, values[len(self.network.inputs) :], strict=True):
            name = name_of(self.network.layers[node.layer])
            uses[name] = uses.get(name, -1) + 1
            found[f"{name}/{uses[name]}" if uses[name] else name] = value
        return found

    def row_losses(self, variables: Variables, batch: Batch) -> Float[Array, "batch"]:
        """The weighted sum of the outputs' losses, row by row."""
        outputs = _widened(self.network.apply(variables, batch.x, key=None, training=False)[0])
        total: Any = 0.0
        for head, output, y, _ in self._each(outputs, batch):
            assert head.loss is not None
            rows = head.loss.rows(y, output)
            total = total + (rows if head.loss_weight is None else rows * as_dtype_of(head.loss_weight, rows))
        return total

    @property
    def rows_apart(self) -> bool:
        """Not where a layer was called with `training=True`: batch statistics join the rows of a batch."""
        return not (self.network.draws_always or any(node.training for node in self.network.nodes))

    @property
    def fills_up(self) -> bool:
        """Where a row of weight 0 counts for nothing; what is of the user's own may count it, or look at others."""
        judged = [(head.loss, *head.metrics, *head.weighted_metrics) for head in self.heads]
        alone = all(item is None or item.rows_apart for items in judged for item in items)
        own = owns(jax.tree.structure(self.heads))
        return alone and not own and self.rows_apart and not self.network.penalises_activity

    def scored(
        self, variables: Variables, batch: Batch, rows: Any = None
    ) -> tuple[Scalar, dict[str, Statistic]]:
        """The mean loss and the statistics of the first `rows` rows, the others weighing 0."""
        if rows is None:
            return super().scored(variables, batch)
        outputs = _widened(self.network.apply(variables, batch.x, key=None, training=False)[0])
        real = (jnp.arange(batch.rows) < rows).astype(jnp.float32)
        filled = replace(batch, weight=_times(batch.weight, real))
        values = self._values(outputs, filled)
        for index, head in enumerate(self._trained):
            if head.loss is not None and head.loss.divides_by_rows:
                values[index] = values[index] * (batch.rows / rows.astype(values[index].dtype))
        value = self._total(values)
        for penalty in self.network.penalties(variables.params):
            value = value + penalty.astype(value.dtype)
        # Counted in the types of rows without weights: whole numbers stay so.
        like = jax.eval_shape(lambda: self._statistics(outputs, values, batch))
        found = self._statistics(outputs, values, filled, real)
        return value, jax.tree.map(lambda leaf, like: leaf.astype(like.dtype), found, like)

    @property
    def proximal(self) -> bool:
        """Whether a layer has a proximal penalty."""
        return any(
            penalty.proximal
            for layer in self.network.layers
            for penalty in layer.attached("regularizer").values()
        )

    @property
    def constrained(self) -> bool:
        """Whether a layer that is trained has a constraint."""
        return any(layer.trainable and layer.attached("constraint") for layer in self.network.layers)

    def project(self, params: PyTree, lengths: PyTree) -> PyTree:
        """Proximal penalties and constraints of the layers."""
        return self.network.project(params, lengths)

    def predict(self, variables: Variables, x: PyTree) -> PyTree:
        """The network's outputs after the final activations, in inference mode."""
        outputs, _, _ = self.network.apply(variables, x, key=None, training=False)
        return self._activated(outputs)

    def sample(self, variables: Variables, x: PyTree, key: Key) -> PyTree:
        """The outputs with dropout and noise at work, everything else as at inference."""
        outputs, _, _ = self.network.apply(
            variables, x, key=key, training=False, sampling=self.samples_everything
        )
        return self._activated(outputs)

    # Inside

    @property
    def _trained(self) -> list[Head]:
        return [head for head in self.heads if head.loss is not None]

    @property
    def _lists_losses(self) -> bool:
        """Whether each loss is recorded: where there is one alone, "loss" says it."""
        return len(self._trained) > 1

    def _prefix(self, head: Head) -> str:
        return f"{head.name}_" if len(self.heads) > 1 else ""

    def _activated(self, outputs: PyTree) -> PyTree:
        wide = _widened(outputs)
        if len(self.heads) == 1:
            return self.heads[0].activation(wide)
        return tuple(head.activation(output) for head, output in zip(self.heads, wide, strict=True))

    def _each(self, outputs: PyTree, batch: Batch) -> list[tuple[Head, Array, Any, Any]]:
        """Each trained head with its output, targets and weights."""
        if len(self.heads) == 1:
            return [(self.heads[0], outputs, batch.y, batch.weight)]
        y = batch.y if isinstance(batch.y, tuple) else (batch.y,) * len(self.heads)
        weights = batch.weight if isinstance(batch.weight, tuple) else (batch.weight,) * len(self.heads)
        return [
            item for item in zip(self.heads, outputs, y, weights, strict=True) if item[0].loss is not None
        ]

    def _values(self, outputs: PyTree, batch: Batch) -> list[Scalar]:
        return [
            head.loss(y, output, weight)
            for head, output, y, weight in self._each(outputs, batch)
            if head.loss is not None
        ]

    def _mixed_inputs(self, batch: Batch, key: Key) -> tuple[Any, Array | None, Array | None]:
        """The inputs of a training step; where rows are mixed, also each row's partner and share."""
        if self.mixing is None:
            return batch.x, None, None
        return self.mixing.mix(named_key(key, "mixing"), batch.x)

    def _mixed(self, outputs: PyTree, batch: Batch, partner: Array, share: Array) -> list[Scalar]:
        """Each loss against the row's own targets and its partner's, weighed by their shares."""

        def weighed(batch: Batch, share: Array) -> list[Scalar]:
            weights = batch.weight if isinstance(batch.weight, tuple) else (batch.weight,)
            shared = tuple(share if weight is None else weight * share for weight in weights)
            return self._values(outputs, replace(batch, weight=shared if len(shared) > 1 else shared[0]))

        own, other = weighed(batch, share), weighed(batch.take(partner), 1 - share)
        return [first + second for first, second in zip(own, other, strict=True)]

    def _total(self, values: list[Scalar]) -> Scalar:
        total = jnp.zeros(())
        for index, (head, value) in enumerate(zip(self._trained, values, strict=True)):
            weighed = value if head.loss_weight is None else value * as_dtype_of(head.loss_weight, value)
            total = weighed if index == 0 else total + weighed.astype(total.dtype)
        return total

    def _statistics(
        self, outputs: PyTree, values: list[Scalar], batch: Batch, real: Array | None = None
    ) -> dict[str, Statistic]:
        found: dict[str, Statistic] = {}
        for index, (head, output, y, weight) in enumerate(self._each(outputs, batch)):
            prefix = self._prefix(head)
            if self._lists_losses:
                rows = jnp.asarray(batch.rows if real is None else real.sum(), values[index].dtype)
                found[f"{prefix}loss"] = WeightedMean(values[index] * rows, rows)
            found |= {prefix + name: item for name, item in head.statistics(output, y, weight, real).items()}
        return found


def _takes_over(loss: Loss, activation: Activation) -> bool:
    fused = FUSED.get(loss.fused_activation or "")
    # A derived class may compute something else.
    if fused is None or not isinstance(activation, fused) or type(activation).__call__ is not fused.__call__:
        return False
    # A loss offers to take over only a softmax along its own, the last, axis.
    return not isinstance(activation, Softmax) or activation.axis == -1


def _times(weight: Any, real: Array) -> Any:
    """Weights as they are given, each times another one; one for all where none are given."""
    return real if weight is None else jax.tree.map(lambda given: given * real.astype(given.dtype), weight)


def _widened(outputs: PyTree) -> PyTree:
    return tuple(map(at_least_float32, outputs)) if isinstance(outputs, tuple) else at_least_float32(outputs)
