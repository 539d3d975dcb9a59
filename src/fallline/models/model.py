"""The model: a network with its weights, and Keras's verbs on it. It contains no loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline import config, losses, metrics, optimizers
from fallline.data.arrays import Rows, as_rows, as_values
from fallline.engine import Plan, RunResult, Variables, initialise, predict, score
from fallline.errors import DataError, NotReadyError, UsageError
from fallline.history import History
from fallline.layers import Layer
from fallline.losses import Loss
from fallline.metrics import Metric
from fallline.models import fitting, summary
from fallline.models.network import Network
from fallline.models.network_objective import NetworkObjective
from fallline.models.weights import named_arrays, on_device, with_arrays
from fallline.optimizers import Optimizer, OptimizerState


class Model:
    """A network of layers with its weights: compile, fit, evaluate, predict, save.

    Use `Sequential` to make one from a list of layers.

    Attributes:
        name: The model's name.
        optimizer: The optimizer that `compile` was given, or None.
        loss: The loss that `compile` was given, or None.
        history: What the last `fit` recorded, or None.
        extra: What `save(extra=...)` stored beside the network, e.g. how to prepare its inputs.
        stop_training: A callback sets this to True to end the run.
    """

    def __init__(
        self, name: str | None = None, *, seed: int | None = None, dtype_policy: str | None = None
    ) -> None:
        self.name = name or type(self).__name__.casefold()
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.history: History | None = None
        self.extra: dict[str, Any] = {}
        self.stop_training = False
        self._precision = dtype_policy or config.dtype_policy()
        self._seed = config.next_seed() if seed is None else config.checked_seed(seed, type(self).__name__)
        self._metrics: tuple[Any, ...] = ()
        self._weighted_metrics: tuple[Any, ...] = ()
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
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        """Says how the model is trained. Nothing is compiled yet: `fit` compiles what it needs.

        Args:
            optimizer: A name, an optimizer, or an `optax.GradientTransformation`.
            loss: A name, a loss, or a function `f(y_true, y_pred)`.
            metrics: Metrics in which every row counts the same: names, metrics or functions.
            weighted_metrics: Metrics in which rows count by their sample weight.

        Raises:
            UsageError: a name is unknown, or no loss is given.
        """
        if loss is None:
            raise UsageError(
                'compile: a loss is needed, e.g. loss="mse" or "sparse_categorical_crossentropy".'
            )
        self._require_no_run("compile")
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        self._metrics = _as_tuple(metrics)
        self._weighted_metrics = _as_tuple(weighted_metrics)
        self._optimizer_state = None
        if self._network is not None:
            self.objective()  # an unknown metric is an error here, not after hours

    def objective(self) -> NetworkObjective:
        """The model as the engine trains it: network, loss, penalties and metrics.

        Raises:
            NotReadyError: the model is not compiled.
        """
        loss = self._compiled()[1]

        def resolved(given: tuple[Any, ...]) -> tuple[Metric, ...]:
            return tuple(metrics.resolve(item, loss, self.network.output_shape) for item in given)

        plain, weighted = resolved(self._metrics), resolved(self._weighted_metrics)
        names = [metric.name for metric in (*plain, *weighted)]
        if repeated := {name for name in names if names.count(name) > 1 or name == "loss"}:
            raise UsageError(f"compile: metric names must differ, repeated: {', '.join(sorted(repeated))}.")
        return NetworkObjective.of(self.network, loss, plain, weighted)

    def compile_arguments(self) -> dict[str, Any]:
        """What `compile` was given, resolved: enough to compile another model alike."""
        optimizer, loss = self._compiled()
        return {
            "optimizer": optimizer,
            "loss": loss,
            "metrics": self._metrics,
            "weighted_metrics": self._weighted_metrics,
        }

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
            class_weight: `{class: weight}`.
            sample_weight: One weight per row.
            initial_epoch: The epoch at which training begins.
            steps_per_epoch: Steps per epoch; the next epoch goes on where this one ended.
            validation_steps: Batches of the validation data to use; None: all.
            validation_batch_size: Rows per batch of validation; it changes no result.
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
        optimizer, _ = self._compiled()
        rules, observers, probes = fitting.split_callbacks(callbacks)
        fitting.require_counts(
            batch_size=batch_size,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
        )
        train, validation = fitting.training_and_validation(
            as_rows(x, y, sample_weight, class_weight), validation_data, validation_split, self._prepared
        )
        if validation is not None and validation_steps is not None:
            validation = validation.cut(0, validation_steps * (validation_batch_size or batch_size or 32))
        plan = Plan(
            optimizer=optimizer,
            epochs=epochs,
            batch_size=32 if batch_size is None else batch_size,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            shuffle=bool(shuffle),
            seed=fitting.seed_of_fit(seed, self._seed, self._fits),
            rules=rules,
            probes=probes,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )
        objective, start = self.objective(), (self.variables, self._optimizer_state)
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
        return_dict: bool = False,
    ) -> Any:
        """The loss and metrics on data, computed as validation computes them.

        Args:
            x: Inputs.
            y: Targets.
            batch_size: Rows at once; it changes no result.
            verbose: Kept for Keras's argument order; nothing is printed.
            sample_weight: One weight per row.
            return_dict: Whether to return `{name: value}` instead of a list (or a number without metrics).
        """
        del verbose
        fitting.require_counts(batch_size=batch_size)
        rows = self._prepared(as_rows(x, y, sample_weight), "")
        objective = self.objective()
        scores = score(objective, self.variables, fitting.as_batch(rows), batch_size)
        # A compiled program returns its dictionary sorted by name; Keras puts the loss first.
        names = [metric.name for metric in (*objective.metrics, *objective.weighted_metrics)]
        results = {name: scores[name] for name in ("loss", *names)}
        if return_dict:
            return results
        values = list(results.values())
        return values if len(values) > 1 else values[0]

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto") -> NDArray[Any]:
        """The outputs for inputs (rows, ...), as a NumPy array in the rows' order.

        Args:
            x: Inputs.
            batch_size: Rows at once; it changes no result.
            verbose: Kept for Keras's argument order; nothing is printed.
        """
        del verbose
        fitting.require_counts(batch_size=batch_size)
        values = as_values(x, "x")
        fitting.check_inputs(self.name, self.network, values, "")
        objective = NetworkObjective.of(self.network, self.loss or losses.get("mse"))
        outputs: NDArray[Any] = predict(objective, self.variables, values, batch_size)
        return outputs

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

    def _compiled(self) -> tuple[Optimizer, Loss]:
        if self.optimizer is None or self.loss is None:
            raise NotReadyError(
                f'model "{self.name}" is not compiled. Call compile(optimizer=..., loss=...) first.'
            )
        return self.optimizer, self.loss

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
        loss = self._compiled()[1]
        network = self._network_for(rows.x)
        fitting.check_inputs(self.name, network, rows.x, where)
        if rows.y is None:
            raise DataError(f"{where}y is missing: give inputs and targets, x and y.")
        try:
            loss.check_targets(rows.y, network.output_shape)
        except DataError as error:
            raise DataError(f"{where}{error}") from None
        self._network = network  # only now: data that cannot be used must not decide the input shape
        return Rows(rows.x, loss.prepare_targets(rows.y, network.output_shape), rows.weight)

    def _keep(self, result: RunResult) -> None:
        self._variables = result.variables
        self._optimizer_state = result.optimizer
        self._fits += 1
        self._running = False  # on_train_end may set weights

    def _show(self, variables: Variables) -> None:
        self._variables = variables


def _as_tuple(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list | tuple) else (given,)
