"""Training of a user's own pure functions, in the same compiled run as a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline import config, losses, optimizers
from fallline._tree import PyTree, replace
from fallline.data.arrays import as_rows
from fallline.data.batch import Batch
from fallline.engine import FunctionObjective, Objective, Plan, RunResult, Variables, predict, score
from fallline.errors import DataError, UsageError
from fallline.history import History
from fallline.own.tracing import in_a_trace
from fallline.training.fitting import fit
from fallline.training.rows import BATCH_SIZE, require_counts, training_data

LARGEST_CLASS = 1000
"""Whole numbers up to here may be class numbers; their squares and cubes lie within 32 bits."""


def _rows(
    x: Any, y: Any = None, sample_weight: Any = None, where: str = "", objective: Objective | None = None
) -> Batch:
    """Rows as a function of the user's own takes them: class numbers as 32-bit integers, all other targets as floats.

    In the type that they came in 2 y - 1 of an unsigned 0 would be 255, and the square of a price something else.
    """
    names = {name: getattr(objective, name, None) for name in ("inputs", "outputs")}
    rows = as_rows(x, y, sample_weight, where, **names)
    if isinstance(rows.y, tuple):
        return rows
    if rows.y is None or (rows.y.dtype.kind == "f" and rows.y.dtype.itemsize >= 4):
        return rows
    classes = rows.y.dtype.kind != "f" and rows.y.min() >= -LARGEST_CLASS and rows.y.max() <= LARGEST_CLASS
    return replace(rows, y=rows.y.astype(np.int32 if classes else np.float32))


class TrainedFunction:
    """What `train` leaves: parameters, history, and the same verbs as a model.

    Attributes:
        params: The trained parameters, in the shape that `init` gave them.
        history: What the run recorded.
        stop_training: A callback sets this to True to end the run.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._variables: Variables | None = None
        self.history: History | None = None
        self.stop_training = False

    @property
    def params(self) -> PyTree:
        """The parameters of the moment."""
        return None if self._variables is None else self._variables.params

    def evaluate(self, x: Any, y: Any = None, sample_weight: Any = None) -> dict[str, Any]:
        """The loss, and what the loss function records, on data."""
        assert self._variables is not None
        return score(self._objective, self._variables, _rows(x, y, sample_weight, objective=self._objective))

    def predict(self, x: Any) -> NDArray[Any]:
        """What the predict function gives for inputs (rows, ...)."""
        assert self._variables is not None
        outputs: NDArray[Any] = predict(
            self._objective, self._variables, _rows(x, objective=self._objective).x
        )
        return outputs

    def _keep(self, result: RunResult) -> None:
        self._variables = result.variables

    def _show(self, variables: Variables, optimizer: Any) -> None:
        # A copy: the run gives its own arrays away to the next step, and callbacks keep what they were shown.
        self._variables = jax.tree.map(jnp.copy, variables)


def train(
    init: Callable[[Any], PyTree] | Objective,
    loss: Any = None,
    data: Any = None,
    *,
    optimizer: Any = "adam",
    epochs: int = 1,
    batch_size: int = BATCH_SIZE,
    validation_data: Any = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    predict: Callable[[PyTree, Any], Any] | None = None,
    numbers: PyTree = None,
    sample_weight: Any = None,
    shuffle: bool = True,
    steps_per_epoch: int | None = None,
    seed: int | None = None,
    verbose: Any = "auto",
) -> TrainedFunction:
    """Trains your own pure functions: a physics-informed loss, an autoencoder, anything with parameters.

        def init(key):
            return {"w": jax.random.normal(key, (3,)), "b": jnp.zeros(())}

        def loss(params, batch):
            return (batch.x @ params["w"] + params["b"] - batch.y) ** 2

        trained = fl.train(init, loss, (x, y), optimizer="adam", epochs=20, validation_split=0.2)

    Args:
        init: `init(key) -> params`, a tree of floating arrays. Or an objective, which has its own loss: then only `data` and
            what follows are given, `fl.train(tf.objective(cost, x, y), data=(images, labels))`.
        loss: `loss(params, batch)` or `loss(params, batch, key)`, with `batch.x`, `batch.y`, `batch.weight`.
            Targets are 32-bit integers where they may be class numbers (whole, up to 1000), and else floats.
            It returns the mean over the rows, or one loss per row, or either with a dict of scalars to record. Or
            a loss by name ("mse") or as an object, of what `predict` gives; Gauss-Newton and Levenberg-Marquardt
            steps need it in this form.
        data: x, or (x, y).
        optimizer: A name, an optimizer, or an `optax.GradientTransformation`.
        epochs: Passes over the data.
        batch_size: Rows per step.
        validation_data: x, (x, y) or (x, y, sample_weight) to validate on.
        validation_split: The last fraction of the rows that is kept for validation.
        callbacks: Callbacks, rules such as `EarlyStopping`, and probes.
        predict: `predict(params, x) -> outputs`, for `trained.predict`.
        numbers: A tree of numbers given to the loss as `numbers=`; changing them never compiles again.
        sample_weight: One weight per row.
        shuffle: Whether each epoch visits the rows in a new order.
        steps_per_epoch: Steps per epoch; None: one pass over the data.
        seed: Decides initial parameters, data order and `key`; None: from `config.set_random_seed`.
        verbose: As in `Model.fit`.

    Returns:
        The parameters with their history.

    Raises:
        DataError, ShapeError, UsageError: the data or an argument are wrong.
    """
    if data is None:
        raise UsageError("train: data is missing: x, or (x, y).")
    if isinstance(data, tuple) and len(data) != 2:
        raise UsageError(f"data must be x or (x, y), got a tuple of {len(data)}; weights are sample_weight=.")
    x, y = data if isinstance(data, tuple) else (data, None)
    require_counts(batch_size=batch_size)
    plan = Plan(
        optimizer=optimizers.get(optimizer),
        epochs=epochs,
        batch_size=batch_size,
        steps_per_epoch=steps_per_epoch,
        shuffle=shuffle,
        seed=config.next_seed() if seed is None else config.checked_seed(seed, "train"),
    )
    trained = TrainedFunction(_objective(init, loss, predict, numbers, y))

    def read(x: Any, y: Any = None, sample_weight: Any = None, where: str = "") -> Batch:
        rows = _rows(x, y, sample_weight, where, trained._objective)
        _check_targets(trained._objective, rows, where)
        return rows

    fit(
        trained._objective,
        training_data(
            read,
            x,
            y,
            sample_weight,
            validation_data=validation_data
            if isinstance(validation_data, tuple | None)
            else (validation_data,),
            validation_split=validation_split,
        ),
        plan,
        callbacks,
        model=trained,
        keep=trained._keep,
        show=trained._show,
        verbose=verbose,
        seed=seed,
    )
    return trained


def _objective(init: Any, loss: Any, predict: Any, numbers: PyTree, y: Any) -> Objective:
    if isinstance(init, Objective):
        if loss is not None or predict is not None or numbers is not None:
            raise UsageError(
                "train: an objective has its own loss and predictions: leave out loss=, predict= and numbers=."
            )
        return init
    if loss is None:
        raise UsageError(
            "train: loss is missing: loss(params, batch), or the name of a loss of what predict= gives."
        )
    if not isinstance(loss, str | losses.Loss):
        return FunctionObjective(init, loss, predict, numbers)
    if predict is None or y is None:
        raise UsageError("train: a loss of outputs needs predict=, which gives them, and data (x, y).")
    if numbers is not None:
        raise UsageError(
            "train: numbers= are given to a loss function of your own, loss(params, batch, numbers=...); a loss of "
            "outputs takes none. Write such a function, or give the loss its own numbers, as in Huber(delta=0.5)."
        )
    return FunctionObjective(init, None, predict, None, losses.get(loss))


def _check_targets(objective: Objective, rows: Batch, where: str) -> None:
    """Refuses targets that a loss of outputs cannot use.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    if not isinstance(objective, FunctionObjective):
        return
    loss, predict = objective.loss_of_outputs, objective.predict_function
    if not isinstance(loss, losses.Loss) or predict is None or rows.y is None:
        return
    first = rows.cut(0, 1).x
    with in_a_trace():
        output = jax.eval_shape(lambda: predict(objective.init(jax.random.key(0)).params, first))
    if not hasattr(output, "shape"):  # a tree of outputs, which the loss refuses itself
        return
    try:
        loss.check_targets(rows.y, output.shape[1:])
    except DataError as error:
        raise DataError(f"{where}{error}") from None
