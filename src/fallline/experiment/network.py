"""The network and the recipe that a data set gets when the person leaves them out.

Every default number of the main job is in this file, beside its reason; `benchmarks/tables.py` judges them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fallline import activations, layers, optimizers, regularizers
from fallline._tree import replace
from fallline.data.images import ImagePreprocessor
from fallline.engine import EarlyStopping, Rule
from fallline.errors import UsageError
from fallline.experiment.falling import check_schedule, rate_rules
from fallline.experiment.noise import noise_share
from fallline.experiment.number_places import NumberPlaces
from fallline.experiment.parts import Prepared
from fallline.experiment.settings import DEFAULT_TEST, Settings
from fallline.models import Sequential

HIDDEN_UNITS = ((500, (32,)), (math.inf, (256, 128)))
"""(training rows below, units): few rows are learned by heart by a wide network; early stopping guards the others."""

BATCH_SIZES = ((500, 16), (2000, 32), (5000, 64), (50_000, 128), (math.inf, 256))
"""(training rows below, rows in a step): some hundred steps an epoch, so that early stopping has a fine grain."""

EMBEDDED_ROWS = 1500
"""Training rows from which columns of numbers get waves beside their scaled values: of fewer they learn chance."""

EMBEDDED_ALONE = 8
"""Columns of numbers from which, of classes, waves take the place of the bins; of fewer, and in a regression, both are
better."""

ACTIVATION = "relu"
"""The cheapest there is."""

HE_ACTIVATIONS = ("relu", "leaky_relu", "elu")
"""These pass on half of the variance; He's initialisation doubles it (He et al., 2015). Others take Glorot's."""

OPTIMIZER = "adamw"
"""Adam needs the least tuning; decoupled decay makes its regularisation independent of the rate."""

LEARNING_RATES = {"adamw": 1e-3, "adam": 1e-3, "rmsprop": 1e-3, "adagrad": 2e-2, "sgd": 5e-2}
"""Optimizer -> step size. Adam's family at its papers' value, the others where their first epochs fall as fast."""
OTHER_LEARNING_RATE = 1e-3

FALLING_LEARNING_RATES = {"adamw": 3e-3, "adam": 3e-3}
"""Optimizer -> step size of the first epoch where the rate falls along a cosine: what is too large to end with is soon gone."""

WEIGHT_DECAY = {"adamw": 1e-2}
"""Times the learning rate, per step. PyTorch's default; Keras's 0.004 is of the same size."""

DROPOUT = 0.1
"""Little, as early stopping already guards."""

ROWS_PER_WEIGHT = 2.0
"""A regression with so many training rows for each weight, and little noise, gets no dropout: it cannot be learned by
heart, and what dropout adds is noise in the answers."""

NOISY = 0.5
"""The noise share (`noise.noise_share`) from which targets are noisy: like rows agree less than half as much as they
could. Run times have 0.02, prices and rented bicycles 0.05 to 0.2, opinions on wine 0.4, visits to a doctor 0.6."""

EPOCHS = 200
"""A bound, not a plan: early stopping ends the training before."""

PATIENCE = ((2000, 20), (20_000, 15), (math.inf, 10))
"""(training rows below, epochs): with few validation rows the loss is noisy, and epochs are cheap."""

FALLING_ROWS = 500
"""Below so many training rows the small network gains nothing from a rate that falls."""

FALLING_CLASS_ROWS = 1500
"""Of classes likewise. Their claims grow all the while, so that it needs validation rows enough for a temperature."""

FALLING_EPOCHS = ((2000, 100), (math.inf, 40))
"""(training rows below, epochs) of a cosine, which is a plan: the rate is small only at its end."""

FALLING_PATIENCE = 0.5
"""At least this share of a cosine's epochs: while the rate is large the loss wanders, and falls again when the rate does."""

LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mean_squared_error",
}
"""Task -> loss; as a metric it is without penalties, so that networks of other penalties can be compared."""

CALIBRATED_ROWS = 200
"""Validation rows from which classes are watched by the loss at the best temperature: what a network knows of the classes
grows on while it claims ever more, and one temperature takes that back. Of fewer rows that loss is too uncertain."""

THOROUGH = 8
"""Networks of a thorough training: their mean takes away what chance does to one; more of them bring little."""

EPOCHS_UNWATCHED = 30
"""Without validation rows nothing ends the training, so it must be short."""


@dataclass(frozen=True)
class Facts:
    """What the defaults depend on.

    Args:
        rows: Training rows.
        features: Numbers of one row, as the network gets them.
        task: `binary`, `multiclass` or `regression`.
        noise: Of a regression, the share of the target that like rows leave open, about 0 to 1; see `noise.noise_share`.
        watching: Validation rows.
        numbers: Columns of numbers that can get waves; see `number_places.NumberPlaces`.
    """

    rows: int
    features: int = 1
    task: str = "regression"
    noise: float = 0.0
    watching: int = 0
    numbers: int = 0


def facts(prepared: Prepared) -> Facts:
    """What the defaults depend on, seen in the training rows."""
    train, task = prepared.train, prepared.task
    # Of classes no default asks for it.
    noise = noise_share(train.x, train.y) if task == "regression" else 0.0
    watching = 0 if prepared.validation is None else len(prepared.validation)
    numbers = len(NumberPlaces.of(prepared).scaled)
    return Facts(len(train), math.prod(train.x.shape[1:]), task, noise, watching, numbers)


def with_defaults(settings: Settings, about: Facts, *, watched: bool, own_test: bool = False) -> Settings:
    """The settings with everything filled in that was left to Fallline.

    Args:
        settings: As the person gave them.
        about: The training rows.
        watched: Whether there are validation rows.
        own_test: Whether the test part is the data's own; `test` then stays None.

    Raises:
        UnknownNameError: the activation or optimizer is in no table; the message suggests the nearest.
        UsageError: a number is watched for what only classes have.
    """
    if settings.monitor == "calibrated_crossentropy" and about.task == "regression":
        raise UsageError(
            'the monitor "calibrated_crossentropy" is of the probabilities of classes, and the target is a number. '
            'Choose "loss", or leave it out.'
        )
    optimizer = settings.optimizer or OPTIMIZER
    schedule = settings.schedule or _schedule(settings, about, optimizer)
    epochs = settings.epochs or (_epochs(about.rows, schedule) if watched else EPOCHS_UNWATCHED)
    hidden = _by_rows(HIDDEN_UNITS, about.rows) if settings.layers is None else settings.layers
    chosen: dict[str, Any] = {
        "test": None if own_test else DEFAULT_TEST,
        "layers": hidden,
        "numbers": _numbers(settings, about),
        "activation": ACTIVATION,
        "optimizer": optimizer,
        "learning_rate": _learning_rate(optimizer, schedule),
        "schedule": schedule,
        "epochs": epochs,
        "batch_size": _by_rows(BATCH_SIZES, about.rows),
        "l1": 0.0,
        "l2": 0.0,
        "weight_decay": WEIGHT_DECAY.get(optimizer, 0.0),
        "dropout": _dropout(about, hidden),
        "batch_norm": False,
        "patience": _patience(about.rows, schedule, epochs),
        "monitor": _monitor(about),
    }
    missing = {name: value for name, value in chosen.items() if getattr(settings, name) is None}
    return dataclasses.replace(settings, **missing)


def with_effort(settings: Settings) -> Settings:
    """The settings with as many networks as the effort asks for, where neither they nor folds are given."""
    several = settings.folds is not None or settings.ensemble is not None
    if settings.effort != "thorough" or several:
        return settings
    return dataclasses.replace(settings, ensemble=THOROUGH)


def check_names(settings: Settings) -> None:
    """Refuses unknown names, and a schedule that cannot act, before data are read.

    Raises:
        UnknownNameError: the activation or optimizer is in no table; the message suggests the nearest.
        UsageError: the schedule watches validation rows and there are none, or the optimizer has no rate to set.
    """
    if settings.activation is not None:
        activations.get(settings.activation)
    if settings.optimizer is not None:
        optimizers.get(settings.optimizer)
    check_schedule(settings)


def build(
    settings: Settings, prepared: Prepared, *, plain_score: bool = False, initializer: str | None = None
) -> Sequential:
    """The compiled network for complete settings.

    Args:
        settings: As `with_defaults` returns them.
        prepared: The data: shape and scale of the inputs, task, classes.
        initializer: Of the hidden layers' kernels; None: He's or Glorot's, by the activation.
        plain_score: Whether the loss is recorded without penalties too, under its name in `LOSSES`.
    """
    input_shape, preprocessor = prepared.train.x.shape[1:], prepared.preprocessor
    stack: list[layers.Layer] = [layers.InputLayer(tuple(input_shape))]
    if isinstance(preprocessor, ImagePreprocessor):
        # Inside the network, so that images of bytes stay bytes (a quarter of the memory) until they are used.
        scale = 1.0 / preprocessor.deviation
        stack.append(layers.Rescaling(scale=scale, offset=-preprocessor.mean * scale))
    if len(input_shape) > 1:
        stack.append(layers.Flatten())
    places = NumberPlaces.of(prepared)
    if settings.numbers != "bins" and places.scaled:
        passed = places.plain if settings.numbers == "periodic" else None
        stack.append(layers.PeriodicEmbedding(columns=places.scaled, passed=passed))
    for units in settings.layers or ():
        stack += _hidden(settings, units, initializer)
    units, activation = {
        "binary": (1, "sigmoid"),
        "multiclass": (len(prepared.classes), "softmax"),
        "regression": (1, None),
    }[prepared.task]
    stack.append(layers.Dense(units, activation=activation, kernel_regularizer=_penalty(settings)))
    model = Sequential(stack, seed=settings.seed)
    model.compile(**compiled(settings, prepared, plain_score=plain_score))
    return model


def compiled(settings: Settings, prepared: Prepared, *, plain_score: bool = False) -> dict[str, Any]:
    """What a network for these data is compiled with; arguments as for `build`."""
    loss = LOSSES[prepared.task]
    metrics = ["mae" if prepared.task == "regression" else "accuracy", *([loss] if plain_score else [])]
    if settings.monitor not in (None, "loss") and prepared.validation is not None:
        metrics.append(settings.monitor)
    return {"optimizer": _optimizer(settings), "loss": loss, "metrics": metrics}


def rules(settings: Settings, *, watched: bool) -> list[Rule]:
    """What acts inside the compiled run: the end when the validation loss no longer falls, and the learning rate.

    Args:
        settings: As `with_defaults` returns them.
        watched: Whether there are validation rows; without, nothing stops the run.
    """
    return ([early_stopping(settings)] if watched else []) + rate_rules(settings)


def early_stopping(settings: Settings) -> EarlyStopping:
    """Stops when what is watched of the validation rows no longer falls, and keeps the best weights."""
    assert settings.patience is not None
    return EarlyStopping(
        monitor=f"val_{settings.monitor or 'loss'}", patience=settings.patience, restore_best_weights=True
    )


def recipe(settings: Settings) -> dict[str, Any]:
    """The settings that describe the network and its training, for reports."""
    names = (
        "layers",
        "activation",
        "optimizer",
        "learning_rate",
        "schedule",
        "batch_size",
        "l1",
        "l2",
    )
    more = ("weight_decay", "dropout", "batch_norm", "patience", "numbers", "monitor", "seed")
    return {name: getattr(settings, name) for name in names + more}


def _schedule(settings: Settings, about: Facts, optimizer: str) -> str:
    """The cosine where there are many rows: steps that stay as long keep an error that need not be.

    In a regression of noisy targets the best weights are those of an early epoch.
    """
    # A rate that a person gives is that of each epoch, unless they say otherwise; of other optimizers nothing was tried.
    if settings.learning_rate is not None or optimizer not in FALLING_LEARNING_RATES:
        return "constant"
    if about.task == "regression":
        falls = about.rows >= FALLING_ROWS and about.noise < NOISY
    else:
        falls = about.rows >= FALLING_CLASS_ROWS and about.watching >= CALIBRATED_ROWS
    return "cosine" if falls else "constant"


def _learning_rate(optimizer: str, schedule: str) -> float:
    rates = LEARNING_RATES | (FALLING_LEARNING_RATES if schedule == "cosine" else {})
    return rates.get(optimizer, OTHER_LEARNING_RATE)


def _epochs(rows: int, schedule: str) -> int:
    return int(_by_rows(FALLING_EPOCHS, rows)) if schedule == "cosine" else EPOCHS


def _patience(rows: int, schedule: str, epochs: int) -> int:
    least: int = _by_rows(PATIENCE, rows)
    return max(least, int(FALLING_PATIENCE * epochs)) if schedule == "cosine" else least


def _numbers(settings: Settings, about: Facts) -> str:
    """Waves where there are rows enough to learn them, and numbers to make them of."""
    if settings.folds is not None or about.rows < EMBEDDED_ROWS or not about.numbers:
        return "bins"
    return "periodic" if about.task != "regression" and about.numbers >= EMBEDDED_ALONE else "both"


def _monitor(about: Facts) -> str:
    many = about.task != "regression" and about.watching >= CALIBRATED_ROWS
    return "calibrated_crossentropy" if many else "loss"


def _dropout(about: Facts, hidden: Sequence[int]) -> float:
    """The dropout rate: none for a regression of many rows for each weight and little noise."""
    weights = sum(inputs * units for inputs, units in pairwise((about.features, *hidden, 1)))
    ample = about.rows >= ROWS_PER_WEIGHT * weights
    return 0.0 if about.task == "regression" and ample and about.noise < NOISY else DROPOUT


def _hidden(settings: Settings, units: int, initializer: str | None) -> list[layers.Layer]:
    if initializer is None:
        initializer = "he_normal" if settings.activation in HE_ACTIVATIONS else "glorot_uniform"
    penalty = _penalty(settings)
    if settings.batch_norm:
        # The normalisation subtracts the mean, so a bias before it would do nothing.
        block: list[layers.Layer] = [
            layers.Dense(units, use_bias=False, kernel_initializer=initializer, kernel_regularizer=penalty),
            layers.BatchNormalization(),
            layers.Activation(settings.activation),
        ]
    else:
        block = [
            layers.Dense(
                units,
                activation=settings.activation,
                kernel_initializer=initializer,
                kernel_regularizer=penalty,
            )
        ]
    if settings.dropout:
        block.append(layers.Dropout(settings.dropout))
    return block


def _penalty(settings: Settings) -> regularizers.Regularizer | None:
    if not settings.l1 and not settings.l2:
        return None
    return regularizers.L1L2(l1=settings.l1 or 0.0, l2=settings.l2 or 0.0)


def _optimizer(settings: Settings) -> optimizers.Optimizer:
    optimizer = optimizers.get(settings.optimizer)
    if not isinstance(optimizer, optimizers.FirstOrderOptimizer):
        raise UsageError(
            f'the optimizer "{settings.optimizer}" has no learning rate; choose sgd, adam or another.'
        )
    changes: dict[str, Any] = {"learning_rate": settings.learning_rate}
    if settings.weight_decay or optimizer.weight_decay is not None:
        changes["weight_decay"] = settings.weight_decay
    return replace(optimizer, **changes)


def _by_rows(table: Sequence[tuple[float, Any]], rows: int) -> Any:
    return next(value for below, value in table if rows < below)
