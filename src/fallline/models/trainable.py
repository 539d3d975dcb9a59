"""A network that knows how it is trained: what `compile` was given, its data checked, its arrays through a run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline._tree import replace
from fallline.data.arrays import as_rows, with_class_weight
from fallline.data.batch import Batch
from fallline.engine import (
    Flat,
    Plan,
    Prepared,
    RunResult,
    Taken,
    Variables,
    single_step,
    steadily,
    with_packed_slots,
)
from fallline.engine.between import Between
from fallline.errors import NotReadyError, ShapeError, UsageError
from fallline.history import History
from fallline.models.arguments import knows_keras
from fallline.models.assembled import Assembled
from fallline.models.compiled import Compiled
from fallline.models.network_objective import NetworkObjective
from fallline.models.rows import check_metrics, prepared, single_features
from fallline.optimizers import Optimizer, OptimizerState

T = TypeVar("T")


class Trainable(Assembled):
    """A network with what `compile` was given. `Model` adds the verbs.

    Attributes:
        name: The name.
        history: What the last `fit` recorded, or None.
        extra: What `save(extra=...)` stored beside the network.
        stop_training: A callback sets this to True to end the run.
    """

    def __init__(self, name: str | None, seed: int | None, dtype_policy: str | None) -> None:
        super().__init__(name, seed, dtype_policy)
        self.history: History | None = None
        self.extra: dict[str, Any] = {}
        self.stop_training = False
        self._compiled: Compiled | None = None
        self._slots: OptimizerState | Flat | None = None
        self._fits = 0
        self._batches = 0
        self._batches_are_finite = True
        self._running = False

    def set_weights(self, weights_: Any) -> None:
        """Replaces all arrays, in the order of `get_weights`. The optimizer starts afresh.

        Raises:
            ShapeError: the number or the shapes of the arrays differ; the message names the first.
            UsageError: called by a callback while the model trains.
        """
        self._require_no_run("set_weights")
        super().set_weights(weights_)
        self._optimizer_state = None

    @property
    def optimizer_state(self) -> OptimizerState | None:
        """What the optimizer remembers of its steps, a copy; None before the first, and after weights were set.

        `fit` goes on with it. It may be set to that of another model of the same layers and optimizer.

        Raises:
            ShapeError: what is set is not the state of this optimizer for these layers.
        """
        return jax.tree.map(jnp.copy, self._optimizer_state)

    @optimizer_state.setter
    def optimizer_state(self, state: OptimizerState | None) -> None:
        self._require_no_run("optimizer_state")
        if state is not None and _shapes(state) != _shapes(self._empty_optimizer_state()):
            raise ShapeError(
                f'model "{self.name}": the state given is not that of {type(self.optimizer).__name__} for its layers.'
            )
        self._optimizer_state = jax.tree.map(jnp.copy, state)

    @property
    def _optimizer_state(self) -> OptimizerState | None:
        """The optimizer's state; single steps leave it packed."""
        if isinstance(self._slots, Flat):
            packed: OptimizerState = self._slots.tree
            self._slots = replace(packed, slots=packed.slots.unpacked)
        return self._slots

    @_optimizer_state.setter
    def _optimizer_state(self, state: OptimizerState | None) -> None:
        self._slots = state

    def _packed_slots(self) -> Flat | None:
        """The optimizer's state as a single step takes it."""
        if self._slots is None or isinstance(self._slots, Flat):
            return self._slots
        return Flat.of(with_packed_slots(self._slots))

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_slots": self._optimizer_state}

    def _empty_optimizer_state(self) -> OptimizerState:
        """The shapes and number types of the optimizer's state, without its numbers."""
        optimizer = self._require_compiled().optimizer
        state: OptimizerState = jax.eval_shape(
            lambda: optimizer.init(self.network.init(jax.random.key(0)).params)
        )
        return state

    # What it is trained for

    @knows_keras
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        *,
        mixing: Any = None,
    ) -> None:
        """Says how the model is trained. Nothing is compiled yet: `fit` compiles what it needs.

        Which layers are trainable is taken over here; a later change needs another `compile`.

        Args:
            optimizer: A name, an optimizer, or an `optax.GradientTransformation`.
            loss: A name, a loss, or a function `f(y_true, y_pred)`; with several outputs a list in their order
                or a dictionary by their names, with None for outputs that are not trained.
            loss_weights: Factors of the losses in their sum, a list or a dictionary; None: 1 each.
            metrics: Metrics in which every row counts the same: names, metrics or functions; with several
                outputs a list of lists or a dictionary.
            weighted_metrics: Metrics in which rows count by their sample weight; given likewise.
            mixing: Mixes pairs of rows of each training batch: `layers.MixUp(0.2)`; None: rows stay as they are.

        Raises:
            UsageError: a name is unknown, no loss is given, or something is given for an unknown output.
        """
        self._require_no_run("compile")
        self._compiled = Compiled.of(optimizer, loss, loss_weights, metrics, weighted_metrics, mixing)
        self._optimizer_state = None
        self._refreeze()
        if self._traced is not None:
            self.objective()  # an unknown metric is an error here, not after hours

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer that `compile` was given, or None."""
        return None if self._compiled is None else self._compiled.optimizer

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns."""
        return self.objective().names

    @property
    def loss(self) -> Any:
        """The loss that `compile` was given (a tuple or dictionary of several outputs' losses), or None."""
        return None if self._compiled is None else self._compiled.loss

    def objective(self, rows: Batch | None = None) -> NetworkObjective:
        """The model as the engine trains it: network, loss, penalties and metrics.

        Args:
            rows: The data, where they are known: what "accuracy" means depends on the targets.

        Raises:
            NotReadyError: the model is not compiled.
        """
        shapes = None
        if rows is not None and rows.y is not None:
            shapes = tuple(None if y is None else y.shape[1:] for y in _each(rows.y))
        return self._require_compiled().objective(self.network, shapes)

    def compile_arguments(self) -> dict[str, Any]:
        """What `compile` was given, resolved: enough to compile another model alike."""
        return self._require_compiled().arguments()

    # Inside

    def _require_compiled(self) -> Compiled:
        if self._compiled is None:
            raise NotReadyError(
                f'model "{self.name}" is not compiled. Call compile(optimizer=..., loss=...) first.'
            )
        return self._compiled

    def _require_no_run(self, verb: str) -> None:
        if self._running:
            raise UsageError(
                f"{verb}: the model is in training, where a callback looks but cannot change it. Set weights in "
                "on_train_end; to keep the best ones use EarlyStopping(restore_best_weights=True)."
            )
        for holder in () if self._traced is None else self._holders:
            holder.require_free(verb)

    def _checked_rows(self, x: Any, y: Any = None, sample_weight: Any = None, where: str = "") -> Batch:
        """Data as the user gives them, checked, in the order of the network's inputs and outputs."""
        if self._traced is None:
            return as_rows(x, y, sample_weight, where, inputs=["x"], outputs=["y"])
        inputs, outputs = self._calls.kept(
            "keys", lambda: (self._input_keys(), self._output_keys()), self._traced
        )
        if len(inputs) > 1 or len(outputs) > 1:
            self._require_named("inputs", x, self.input)
            self._require_named("outputs", y, self.output)
        rows = as_rows(x, y, sample_weight, where, inputs=inputs, outputs=outputs)
        return single_features(rows, self.network)

    def _shaped_by(self, rows: Batch) -> Batch:
        """The rows; a model that does not know its input shape yet learns it from them."""
        return rows

    def _prepared_rows(self, x: Any, y: Any = None, sample_weight: Any = None, where: str = "") -> Batch:
        """Data as the user gives them, checked against network and losses, with targets in the form the losses take."""
        return self._prepared(self._checked_rows(x, y, sample_weight, where), where)

    def _prepared(self, rows: Batch, where: str) -> Batch:
        compiled, network = self._require_compiled(), self.network
        losses = self._calls.kept("losses", lambda: compiled.losses(network), self._traced, compiled)
        rows = prepared(self.name, network, losses, rows, where)
        heads = self._calls.kept(
            f"heads {[None if y is None else y.shape[1:] for y in _each(rows.y)]}",
            lambda: self.objective(rows).heads,
            self._traced,
            compiled,
        )
        check_metrics(heads, rows, network.output_shapes, where)
        return rows

    def _classes(self, rows: Batch) -> NDArray[Any] | None:
        """The classes that rows of a model of one output can have; None for several outputs."""
        if isinstance(rows.y, tuple):
            return None
        loss, shape = self._require_compiled().losses(self.network)[0], self.network.output_shapes[0]
        return None if loss is None or rows.y is None else loss.classes(rows.y, shape)

    def _prediction(self) -> NetworkObjective:
        """The network as it predicts: stable forms of its final activations where the losses take them over."""
        if self._compiled is not None:
            return self._compiled.without_metrics().objective(self.network)
        return Compiled.of("sgd", "mse", None, None, None, None).objective(self.network)

    def _to_predict(self) -> Prepared[Any]:
        return self._calls.prepared("predict", self._prediction, self._traced, self._compiled)

    def _variables_to_predict(self) -> Flat:
        """The arrays in the form that `_to_predict` takes."""
        return self._flat_variables()

    def _to_evaluate(self, rows: Batch) -> Prepared[NetworkObjective]:
        return self._prepared_about("evaluate", rows, lambda objective: objective)

    def _to_train(self, rows: Batch) -> Prepared[tuple[NetworkObjective, Optimizer]]:
        def make(objective: NetworkObjective) -> tuple[NetworkObjective, Optimizer]:
            optimizer = self._require_compiled().optimizer
            # As of a run: an optimizer may refuse what the objective asks of it.
            Plan(optimizer=optimizer, batch_size=rows.rows).require_fit(optimizer, objective, rows.rows)
            return objective, optimizer

        return self._prepared_about("train", rows, make)

    def _prepared_about(self, verb: str, rows: Batch, make: Callable[[NetworkObjective], T]) -> Prepared[T]:
        """What a verb takes for rows: what "accuracy" means depends on the shapes of targets, some digits on their values."""
        shapes = tuple(None if y is None else y.shape[1:] for y in _each(rows.y))

        def known() -> Prepared[T]:
            return self._calls.prepared(
                (verb, shapes), lambda: make(self.objective(rows)), self._traced, self._compiled
            )

        def objective(prepared: Prepared[T]) -> NetworkObjective:
            node: Any = prepared.node
            return node[0] if isinstance(node, tuple) else node

        prepared = known()
        if prepared.noted("knows rows", lambda: objective(prepared).about(rows) is objective(prepared)):
            return prepared
        prepared = prepared if prepared.look() else known()
        return Prepared(make(objective(prepared).about(rows)))

    def _step(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any
    ) -> tuple[Prepared[tuple[NetworkObjective, Optimizer]], Taken]:
        """A step given to the device, and the rows checked while it computes where rows like these passed as they are."""

        def given(rows: Batch) -> tuple[Prepared[tuple[NetworkObjective, Optimizer]], Taken]:
            variables, slots = self._flat_variables(), self._packed_slots()
            return steadily(
                lambda: self._to_train(rows),
                lambda prepared: single_step(prepared, variables, slots, rows, self._seed, self._batches),
            )

        plain = type(x) is type(y) is np.ndarray and sample_weight is class_weight is None
        kind = (x.shape, x.dtype, y.shape, y.dtype) if plain else None
        likely = None
        if plain and self._calls.kept("plain rows", lambda: None, self._traced, self._compiled) == kind:
            with contextlib.suppress(Exception):  # which comes again below, if the rows are not at fault
                likely = given(Batch(x, y))
        self._require_no_run("train_on_batch")
        rows = self._prepared_rows(x, y, sample_weight)
        rows = rows if class_weight is None else with_class_weight(rows, class_weight, self._classes(rows))
        as_they_are = rows.x is x and rows.y is y
        self._calls.know("plain rows", kind if as_they_are else None, self._traced, self._compiled)
        return likely if likely is not None and as_they_are else given(rows)

    @property
    def _steps_taken(self) -> Any:
        """Where the schedules stand."""
        state = self._slots.tree if isinstance(self._slots, Flat) else self._slots
        return 0 if state is None else state.step

    def _between_epochs(self) -> Between | None:
        """Who may change a run between its epochs; nobody."""
        return None

    def _keep(self, result: RunResult) -> None:
        self._keep_arrays(result)
        self._fits += 1
        self._running = False  # on_train_end may set weights
        self._lend_layers(None)

    def _keep_arrays(self, result: RunResult) -> None:
        self._hold_arrays(self.network.arrays(result.variables))
        self._optimizer_state = result.optimizer
        if result.adjusted is not None and self._compiled is not None:
            self._compiled = self._compiled.adjusted(result.adjusted)

    def _show(self, variables: Variables, optimizer: OptimizerState | None) -> None:
        # A copy: the run gives its own arrays away to the next step, and callbacks keep what they were shown.
        self._hold_arrays(self.network.arrays(jax.tree.map(jnp.copy, variables)))
        # Copied only where it is asked for, see `optimizer_state`.
        self._optimizer_state = optimizer

    def _forget_what_was_given_away(self) -> None:
        """After a run that failed: the optimizer's state that was shown last went into the dispatch that failed."""
        if any(leaf.is_deleted() for leaf in jax.tree.leaves(self._optimizer_state)):
            self._optimizer_state = None


def _each(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)


def _shapes(tree: Any) -> Any:
    leaves, structure = jax.tree.flatten(tree)
    return structure, [(leaf.shape, leaf.dtype) for leaf in leaves]
