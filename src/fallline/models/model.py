"""The model: a network with its weights, and Keras's verbs on it. It contains no loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline import config, losses
from fallline.data.arrays import Rows, as_rows, as_values
from fallline.engine import Plan, RunResult, Variables, initialise
from fallline.errors import NotReadyError, UsageError
from fallline.history import History
from fallline.layers import Layer
from fallline.losses import Loss
from fallline.models import evaluation, fitting, summary
from fallline.models.compiled import Compiled
from fallline.models.network import Network
from fallline.models.network_objective import NetworkObjective
from fallline.models.weights import named_arrays, on_device, with_arrays
from fallline.optimizers import Optimizer, OptimizerState


class Model:
    """A network of layers with its weights: compile, fit, evaluate, predict, save.

    Use `Sequential` to make one from a list of layers.

    Attributes:
        name: The model's name.
        history: What the last `fit` recorded, or None.
        extra: What `save(extra=...)` stored beside the network, e.g. how to prepare its inputs.
        stop_training: A callback sets this to True to end the run.
    """

    def __init__(
        self, name: str | None = None, *, seed: int | None = None, dtype_policy: str | None = None
    ) -> None:
        self.name = name or type(self).__name__.casefold()
        self.history: History | None = None
        self.extra: dict[str, Any] = {}
        self.stop_training = False
        self._precision = dtype_policy or config.dtype_policy()
        self._seed = config.next_seed() if seed is None else config.checked_seed(seed, type(self).__name__)
        self._compiled: Compiled | None = None
        self._network: Network | None = None
        self._variables: Variables | None = None
        self._optimizer_state: OptimizerState | None = None
        self._fits = 0
        self._running = False

    # What the model is

    @property
    def network(self) -> Network:
        """The network: pure functions, without weights.

        Raises:
            NotReadyError: the input shape is not known yet.
        """
        if self._network is None:
            raise NotReadyError(
                f'model "{self.name}" does not know its input shape yet. Begin with Input((features,)), or fit it.'
            )
        return self._network

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers in order, inputs left out."""
        return self.network.layers

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of inputs, with None for the batch axis."""
        return (None, *self.network.input_shape)

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of outputs, with None for the batch axis."""
        return (None, *self.network.output_shape)

    @property
    def variables(self) -> Variables:
        """The weights of the moment; drawn from the model's seed when first needed."""
        if self._variables is None:
            self._variables = initialise(NetworkObjective.of(self.network, losses.get("mse")), self._seed)
        return self._variables

    def get_weights(self) -> list[NDArray[Any]]:
        """Copies of all arrays, layer by layer as Keras orders them: trained ones first, then moving averages."""
        return [np.array(array) for array in named_arrays(self.network, self.variables).values()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces all arrays, in the order of `get_weights`. The optimizer starts afresh.

        Raises:
            ShapeError: the number or the shapes of the arrays differ; the message names the first.
        """
        self.set_variables(with_arrays(self.network, self.variables, weights))

    def set_variables(self, variables: Variables) -> None:
        """Replaces all arrays at once by a tree like `variables`. The optimizer starts afresh.

        Raises:
            UsageError: called by a callback while the model trains.
        """
        self._require_no_run("set_weights")
        self._variables = on_device(variables)
        self._optimizer_state = None

    def count_params(self) -> int:
        """The number of numbers in all arrays."""
        return sum(array.size for array in named_arrays(self.network, self.variables).values())

    def summary(self, print_fn: Callable[[str], Any] | None = None) -> None:
        """Prints the layers with their output shapes and numbers of parameters."""
        (print_fn or print)(summary.table(self.name, self.network, self.variables))

    # What it is trained for

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        """Says how the model is trained. Nothing is compiled yet: `fit` compiles what it needs.

        Args:
            optimizer: A name, an optimizer, or an `optax.GradientTransformation`.
            loss: A name, a loss, or a function `f(y_true, y_pred)`.
            loss_weights: Kept for Keras's argument order: it is for models of several outputs.
            metrics: Metrics in which every row counts the same: names, metrics or functions.
            weighted_metrics: Metrics in which rows count by their sample weight.

        Raises:
            UsageError: a name is unknown, no loss is given, or loss_weights are.
        """
        self._require_no_run("compile")
        self._compiled = Compiled.of(optimizer, loss, loss_weights, metrics, weighted_metrics)
        self._optimizer_state = None
        if self._network is not None:
            self.objective()  # an unknown metric is an error here, not after hours

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer that `compile` was given, or None."""
        return None if self._compiled is None else self._compiled.optimizer

    @property
    def loss(self) -> Loss | None:
        """The loss that `compile` was given, or None."""
        return None if self._compiled is None else self._compiled.loss

    def objective(self, rows: Rows | None = None) -> NetworkObjective:
        """The model as the engine trains it: network, loss, penalties and metrics.

        Args:
            rows: The data, where they are known: what "accuracy" means depends on the targets.

        Raises:
            NotReadyError: the model is not compiled.
        """
        target_shape = None if rows is None or rows.y is None else rows.y.shape[1:]
        return self._require_compiled().objective(self.network, target_shape)

    def compile_arguments(self) -> dict[str, Any]:
        """What `compile` was given, resolved: enough to compile another model alike."""
        return self._require_compiled().arguments()

    # The verbs

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        *,
        seed: int | None = None,
    ) -> History:
        """Trains the model; arguments and meaning are Keras's.

        A second call goes on from the weights and the optimizer's state of the first. Ctrl-C ends the run
        within about 0.2 s: the weights are kept (the best ones, if an `EarlyStopping` restores them),
        `model.history` is set, and KeyboardInterrupt is raised.

        Args:
            x: Inputs (rows, ...): an array, nested lists or a data frame of numbers.
            y: Targets of the same rows.
            batch_size: Rows per step, 32 by default; at least the number of rows: batch gradient descent.
            epochs: The epoch at which training ends.
            verbose: "auto" or 1 shows progress once training lasts over a second; 2: plain lines; 0: nothing.
            callbacks: Callbacks, rules such as `EarlyStopping`, and probes.
            validation_split: The last fraction of the rows that is kept for validation.
            validation_data: (x, y) or (x, y, sample_weight) to validate on.
            shuffle: Whether each epoch visits the rows in a new order.
            class_weight: `{class: weight}` of the training rows.
            sample_weight: One weight per row.
            initial_epoch: The epoch at which training begins.
            steps_per_epoch: Steps per epoch; the next epoch goes on where this one ended.
            validation_steps: Batches of the validation data to use; None: all.
            validation_batch_size: Rows per batch of validation. It changes no result where the loss is a mean
                over rows; with another reduction it does, and is `batch_size` unless given.
            validation_freq: Epochs between validations.
            seed: Decides data order and dropout; None: from the model's seed and the number of fits so far.

        Returns:
            The history; `history.outcome` says how the run ended and what to do.

        Raises:
            NotReadyError: the model is not compiled.
            DataError, ShapeError: the data do not fit the model or the loss.
            UsageError: an argument is wrong.
        """
        self._require_no_run("fit")
        compiled = self._require_compiled()
        rules, observers, probes = fitting.split_callbacks(callbacks)
        fitting.require_counts(batch_size=batch_size, validation_steps=validation_steps)
        train, validation = fitting.training_and_validation(
            as_rows(x, y, sample_weight), validation_data, validation_split, self._prepared, class_weight
        )
        batch_size = fitting.BATCH_SIZE if batch_size is None else batch_size
        objective, start = self.objective(train), (self.variables, self._optimizer_state)
        plan = Plan(
            optimizer=compiled.optimizer,
            epochs=epochs,
            batch_size=batch_size,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            shuffle=bool(shuffle),
            seed=fitting.seed_of_fit(seed, self._seed, self._fits),
            rules=fitting.directed(rules, objective.directions),
            probes=probes,
            validation_batch_size=compiled.loss.rows_at_once(validation_batch_size, batch_size),
            validation_freq=validation_freq,
        )
        if validation is not None:
            validation = evaluation.first(validation, validation_batch_size or batch_size, validation_steps)
        self._running = True
        try:
            return fitting.fit(
                objective,
                fitting.as_data(train, validation),
                plan,
                observers,
                model=self,
                verbose=verbose,
                start=start,
                keep=self._keep,
                show_variables=self._show,
            )
        finally:
            self._running = False

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and metrics on data, computed as validation computes them.

        Args:
            x: Inputs.
            y: Targets.
            batch_size: Rows at once. It changes no result where the loss is a mean over rows; with another
                reduction it does, and is 32 unless given.
            verbose: Kept for Keras's argument order; nothing is printed.
            sample_weight: One weight per row.
            steps: Batches to use, of 32 rows unless batch_size is given; None: all.
            callbacks: Kept for Keras's argument order: no hook is called here.
            return_dict: Whether to return `{name: value}` instead of a list (or a number without metrics).

        Returns:
            Numbers; an array for a metric with several values, such as one per threshold.

        Raises:
            NotReadyError: the model is not compiled.
            DataError, ShapeError, UsageError: the data or an argument are wrong.
        """
        del verbose
        evaluation.check_arguments("evaluate", batch_size, steps, callbacks)
        rows = self._prepared(as_rows(x, y, sample_weight), "")
        results = evaluation.scores(self.objective(rows), self.variables, rows, batch_size, steps)
        values = list(results.values())
        return results if return_dict else values if len(values) > 1 else values[0]

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> NDArray[Any]:
        """The outputs for inputs (rows, ...), as a NumPy array in the rows' order.

        Args:
            x: Inputs.
            batch_size: Rows at once; it changes no result.
            verbose: Kept for Keras's argument order; nothing is printed.
            steps: Batches to use, of 32 rows unless batch_size is given; None: all.
            callbacks: Kept for Keras's argument order: no hook is called here.

        Raises:
            NotReadyError: the input shape is not known yet.
            DataError, ShapeError, UsageError: the inputs or an argument are wrong.
        """
        del verbose
        evaluation.check_arguments("predict", batch_size, steps, callbacks)
        values = as_values(x, "x")
        fitting.check_inputs(self.name, self.network, values, "")
        objective = NetworkObjective.of(self.network, self.loss or losses.get("mse"))
        return evaluation.outputs(objective, self.variables, values, batch_size, steps)

    def save(
        self,
        path: str | Path,
        overwrite: bool = True,
        *,
        include_optimizer: bool = True,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Writes the model to one file: layers, weights, and how it was compiled. No code is stored.

        Args:
            path: The file, by custom `*.fallline`.
            overwrite: Whether an existing file may be replaced.
            include_optimizer: Whether optimizer, loss and metrics are stored (their settings, not the
                optimizer's state).
            extra: JSON-able content to store beside the network; `load_model(path).extra` gives it back.

        Raises:
            UsageError: the model holds a function of your own, or the file exists and must not be replaced.
        """
        from fallline.models.saving import save_model

        if extra is not None:
            self.extra = extra
        save_model(self, path, overwrite, include_optimizer=include_optimizer)

    # Inside

    def _require_compiled(self) -> Compiled:
        if self._compiled is None:
            raise NotReadyError(
                f'model "{self.name}" is not compiled. Call compile(optimizer=..., loss=...) first.'
            )
        return self._compiled

    def _network_for(self, x: NDArray[Any]) -> Network:
        """The network; where the model was made without an input shape, one for such inputs."""
        return self.network

    def _require_no_run(self, verb: str) -> None:
        if self._running:
            raise UsageError(
                f"{verb}: the model is in training, where a callback looks but cannot change it. Set weights in "
                "on_train_end; to keep the best ones use EarlyStopping(restore_best_weights=True)."
            )

    def _prepared(self, rows: Rows, where: str) -> Rows:
        """Rows checked against the network and the loss, with targets in the form the loss takes."""
        compiled, network = self._require_compiled(), self._network_for(rows.x)
        prepared = fitting.prepared(self.name, network, compiled.loss, rows, where)
        self._network = network  # only now: data that cannot be used must not decide the input shape
        return prepared

    def _keep(self, result: RunResult) -> None:
        self._variables = result.variables
        self._optimizer_state = result.optimizer
        self._fits += 1
        self._running = False  # on_train_end may set weights

    def _show(self, variables: Variables) -> None:
        self._variables = variables
