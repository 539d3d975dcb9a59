"""The model: a network with its arrays, and Keras's verbs on it. It contains no loop."""

from __future__ import annotations

from typing import Any, Self

import jax
from numpy.typing import NDArray

from fallline import config
from fallline._tree import replace
from fallline.data.batch import Batch
from fallline.engine import Prepared, predict, sample, score, steadily
from fallline.errors import UsageError
from fallline.history import History
from fallline.models import evaluation
from fallline.models.arguments import knows_keras
from fallline.models.kinds import KINDS
from fallline.models.network_objective import NetworkObjective
from fallline.models.planned import planned
from fallline.models.rows import check_inputs
from fallline.models.stored import Stored
from fallline.training.ended import warn_of_batch
from fallline.training.fitting import fit, seed_of_fit
from fallline.training.rows import BATCH_SIZE, require_counts


class Model(Stored):
    """A network between symbolic tensors: compile, fit, evaluate, predict, save.

        inputs = fl.Input((784,))
        hidden = fl.layers.Dense(128, activation="relu")(inputs)
        outputs = fl.layers.Dense(10, activation="softmax")(hidden)
        model = fl.Model(inputs, outputs)

    `Sequential` makes one from a list of layers. Several inputs or outputs are lists, or dictionaries whose keys
    then name the data of `fit`, `evaluate` and `predict`. A model is called like a layer, on tensors as a part of
    a larger model and on arrays. A class of your own derives from it and has a method `call`, see `Deferred.call`.

    Args:
        inputs: The tensor that the network begins with, or a list or dictionary of them.
        outputs: The tensor that it ends with, or a list or dictionary of them.
        name: The model's name.
        seed: Decides the initial weights and, where `fit` has no seed of its own, data order and dropout.
        dtype_policy: "float32", "mixed_bfloat16" or "float64"; None: `fallline.config.dtype_policy()`.

    Attributes:
        name: The model's name.
        history: What the last `fit` recorded, or None.
        extra: What `save(extra=...)` stored beside the network, e.g. how to prepare its inputs.
        stop_training: A callback sets this to True to end the run.

    Raises:
        UsageError: an output depends on an input that is not given, or two layers have one name.

    Source: Keras 3 for names and arguments.
    """

    @knows_keras
    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        *,
        seed: int | None = None,
        dtype_policy: str | None = None,
    ) -> None:
        super().__init__(name, seed, dtype_policy)
        if inputs is not None or outputs is not None:
            if inputs is None or outputs is None:
                raise UsageError(
                    "Model: give both inputs and outputs, symbolic tensors that begin with Input."
                )
            self._assemble(inputs, outputs)
        elif type(self) is Model:
            raise UsageError(
                "Model: give inputs and outputs, e.g. Model(x, Dense(3)(x)) with x = Input((20,)); or derive a class "
                "with a method `call`."
            )

    # The verbs

    @knows_keras
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
        validation_freq: Any = 1,
        *,
        sampling: Any = None,
        seed: int | None = None,
    ) -> History:
        """Trains the model; arguments and meaning are Keras's.

        A second call goes on from the weights and the optimizer's state of the first. Ctrl-C ends the run
        within about 0.2 s: the weights are kept (the best ones, if an `EarlyStopping` restores them),
        `model.history` is set, and KeyboardInterrupt is raised.

        Args:
            x: Inputs (rows, ...): an array, nested lists or a data frame of numbers; several inputs: a list or
                a dictionary of such.
            y: Targets of the same rows; several outputs: likewise.
            batch_size: Rows per step, 32 by default; at least the number of rows: batch gradient descent.
            epochs: The epoch at which training ends.
            verbose: "auto" or 1 shows progress once training lasts over a second, and one line at its end; 2: a plain
                line for each epoch; 0: nothing.
            callbacks: Callbacks, rules such as `EarlyStopping`, and probes.
            validation_split: The last fraction of the rows that is kept for validation.
            validation_data: (x, y) or (x, y, sample_weight) to validate on; `validation_split` is then not used.
            shuffle: Whether each epoch visits the rows in a new order.
            class_weight: `{class: weight}` of the training rows.
            sample_weight: One weight per row; several outputs: for all, or a list or dictionary of such.
            initial_epoch: The epoch at which training begins.
            steps_per_epoch: Steps per epoch; the next epoch goes on where this one ended.
            validation_steps: Batches of the validation data to use; None: all.
            validation_batch_size: Rows per batch of validation. It changes no result where the loss is a mean
                over rows; with another reduction it does, and is `batch_size` unless given.
            validation_freq: Epochs between validations; or a list of the epochs after which there is one, counted from
                1: `[1, 3]`.
            sampling: Which rows the steps take instead of a shuffle of all: `data.ClassBalanced()`,
                `data.HardExamples()`, `data.Curriculum(difficulty)` or `data.WeightedRows(weights)`.
            seed: Decides data order and dropout; None: from the model's seed and the number of fits so far.

        Returns:
            The history; `history.outcome` says how the run ended and what to do.

        Raises:
            NotReadyError: the model is not compiled.
            DataError, ShapeError: the data do not fit the model or the loss.
            UsageError: an argument is wrong.

        Warns:
            TrainingWarning: the run diverged, or a rule found no finite value to act on; `history.outcome` says more.
            DataWarning: the targets are none that the last layer, or a metric, can meet; the rows split off for
                validation are not like the others.
        """
        self._require_no_run("fit")
        ready = planned(
            self,
            x,
            y,
            seed=seed_of_fit(seed, self._seed, self._fits),
            batch_size=batch_size,
            epochs=epochs,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            sampling=sampling,
        )
        start = self.run_variables, self._optimizer_state
        self._running = True
        self._lend_layers(self)
        try:
            return fit(
                ready.objective,
                ready.data,
                ready.plan,
                callbacks,
                model=self,
                keep=self._keep,
                show=self._show,
                verbose=verbose,
                seed=seed,
                start=start,
                directions=ready.objective.directions,
                between=self._between_epochs(),
            )
        except BaseException:
            self._forget_what_was_given_away()
            raise
        finally:
            self._running = False
            self._lend_layers(None)

    @knows_keras
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
        evaluation.check_arguments("evaluate", batch_size, steps, callbacks, verbose)
        rows = self._prepared_rows(x, y, sample_weight)
        return self._evaluated(rows, batch_size, steps, return_dict)

    @knows_keras
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for inputs (rows, ...), as a NumPy array in the rows' order.

        Several outputs come as a list, or as a dictionary where the model was made with one.

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
        evaluation.check_arguments("predict", batch_size, steps, callbacks, verbose)
        rows = self._shaped_by(self._checked_rows(x))
        check_inputs(self.name, self.network, rows.x, "")
        x, variables = evaluation.first(rows, batch_size, steps).x, self._variables_to_predict()

        def outputs(prepared: Prepared[Any]) -> Any:
            if not prepared.noted("draws", lambda: self.network.draws_always):
                return predict(prepared, variables, x, batch_size)
            objective = replace(self._prediction(), samples_everything=False)
            drawn = sample(objective, variables, x, 1, config.next_seed(), batch_size)
            return jax.tree.map(lambda array: array[0], drawn)

        return self._packed(steadily(self._to_predict, outputs)[1])

    def sample(
        self, x: Any, samples: int = 100, batch_size: int | None = None, *, seed: int = 0
    ) -> NDArray[Any]:
        """Predictions with dropout and noise at work: Monte-Carlo estimates of what the network is unsure of.

        Each sample is the prediction of one thinned network; their mean is the prediction of the ensemble, their
        standard deviation says how much its members differ.

        Args:
            x: Inputs.
            samples: How many predictions of each row.
            batch_size: Rows at once.
            seed: Decides which units are dropped.

        Returns:
            An array (samples, rows, ...); for several outputs packed like `predict`'s.

        Raises:
            UsageError: no layer of the network is random.

        Source: Gal, Ghahramani, Dropout as a Bayesian approximation (2016), section 4.
        """
        require_counts(batch_size=batch_size, samples=samples)
        seed = config.checked_seed(seed, "sample")
        rows = self._checked_rows(x)
        check_inputs(self.name, self.network, rows.x, "")
        if not any(layer.sampled for layer in self.network.layers):
            raise UsageError(
                f'sample: no layer of model "{self.name}" is random at prediction, so that all samples would be '
                "equal. Put a Dropout (or noise) layer into it, or call predict."
            )
        variables = self._variables_to_predict()
        _, drawn = steadily(
            self._to_predict, lambda prepared: sample(prepared, variables, rows.x, samples, seed, batch_size)
        )
        return self._packed(drawn)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on these rows; the optimizer goes on where it was.

        Each call dispatches one step: `fit`, which compiles all steps into one program, is many times faster. An
        optimizer that needs all rows at once takes these rows for all.

        Returns:
            The loss before the step and the metrics, as `evaluate` returns them.

        Raises:
            NotReadyError, DataError, ShapeError, UsageError: as `fit`.
        """
        prepared, taken = self._step(x, y, sample_weight, class_weight)
        hold = self._ready_to_hold(taken.variables)  # while the device computes
        names = prepared.noted("names", lambda: prepared.node[0].names)
        finite, results = taken.results()
        if finite:
            hold()
        elif self._batches_are_finite:
            warn_of_batch()
        self._batches_are_finite = finite
        self._slots = taken.optimizer if finite else taken.begun
        self._batches += 1
        return evaluation.listed(names, results, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and metrics on these rows, taken as one batch; as `evaluate` returns them."""
        rows = self._prepared_rows(x, y, sample_weight)
        return self._evaluated(rows, rows.rows, None, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for these rows, as `predict` returns them."""
        return self.predict(x)

    def partial_fit(
        self, x: Any, y: Any = None, sample_weight: Any = None, batch_size: int | None = None, epochs: int = 1
    ) -> Self:
        """Goes on learning from new rows, for data that come in parts or change over time.

        Weights and the optimizer's state go on from where they are; nothing is shown. The name is
        scikit-learn's.

        Args:
            x: New inputs.
            y: Their targets.
            sample_weight: One weight per row.
            batch_size: Rows per step, 32 by default.
            epochs: Passes over these rows.
        """
        self.fit(x, y, batch_size, epochs, 0, sample_weight=sample_weight)
        return self

    # Inside

    def _evaluated(self, rows: Batch, batch_size: int | None, steps: int | None, return_dict: bool) -> Any:
        given, variables = evaluation.first(rows, batch_size, steps), self._flat_variables()

        def scored(prepared: Prepared[NetworkObjective]) -> dict[str, Any]:
            size = evaluation.rows_at_once(prepared.node, batch_size, BATCH_SIZE)
            return score(prepared, variables, given, size, self._steps_taken)

        prepared, results = steadily(lambda: self._to_evaluate(rows), scored)
        return evaluation.listed(prepared.node.names, results, return_dict)


KINDS["functional"] = Model
