"""The perceptron: one threshold unit, taught row by row, with a verdict on whether it can learn its task."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool
from numpy.typing import NDArray

from fallline._tree import PyTree, tree
from fallline._types import Scalar
from fallline.data.separability import Separability, separable, two_classes
from fallline.engine import Outcome, Rule, Variables
from fallline.errors import NotReadyError, UsageError
from fallline.history import History
from fallline.layers import Dense, Input, Layer
from fallline.layers.threshold_unit import ThresholdUnit
from fallline.metrics import BinaryAccuracy
from fallline.models.sequential import Sequential
from fallline.optimizers import SGD
from fallline.own.shown import fields_shown

RULES = ("perceptron", "logistic")


@tree
class NoMistake(Rule):
    """Stops a run after the first epoch in which every row was answered rightly when its turn came.

    The perceptron rule has then changed nothing in this epoch, and never will again.

    Raises:
        UsageError: at the start of the run, when it records no "accuracy".
    """

    def init(self, variables: Variables) -> PyTree:
        """Nothing to remember."""
        return ()

    def observe(
        self, state: PyTree, epoch: Array, results: dict[str, Scalar], validated: Array, variables: Variables
    ) -> tuple[PyTree, Bool[Array, ""]]:
        """Whether the accuracy of the epoch is 1."""
        if "accuracy" not in results:
            raise UsageError('NoMistake: "accuracy" is not recorded. Pass metrics=["accuracy"] to compile.')
        return state, jnp.asarray(results["accuracy"] >= 1)


@dataclasses.dataclass(frozen=True)
class Learning:
    """What a perceptron made of its task.

    Attributes:
        converged: Whether the unit answers every row rightly.
        epochs: Passes over the rows.
        updates: Rows at which the weights changed.
        separability: Whether any unit could learn the task, with its proof; None where it was not asked.
        bound: For the perceptron rule on separable classes, the most updates that it can make; else None.
        message: The same in a sentence or two.
    """

    __repr__ = fields_shown

    converged: bool
    epochs: int
    updates: int
    separability: Separability | None
    bound: float | None
    message: str


class Perceptron:
    """One threshold unit that learns two classes, row by row, from zero weights on.

    z = w @ x + b
    "perceptron"    w <- w + rate t x,  b <- b + rate t              for t z < 0, or z = 0 and t = -1
    "logistic"      w <- w + rate (y - p) x,  b <- b + rate (y - p)    for every row, p = 1 / (1 + exp(-z))

    with t the class of the row as -1 or 1, and y as 0 or 1; the unit answers 1 for z >= 0, else 0.

    On separable classes the perceptron rule makes at most (R / gamma)^2 updates, whatever the order of the rows,
    where R is the length of the longest row (with a 1 for the bias) and gamma the widest margin. On others it
    never ends: then `learning` says so and proves it.

        perceptron = fl.models.Perceptron()
        history = perceptron.fit(x, y, epochs=100)
        print(history.outcome.message)

    It is no machine of its own: a `Sequential` of one layer, its loss, and descent with one row a step.

    Args:
        rule: "perceptron", or "logistic" for the same unit with a smooth step and its cross-entropy.
        learning_rate: The rate; it scales the perceptron rule's weights and changes none of its answers.

    Attributes:
        learning: What the last `fit` found, or None.

    Raises:
        UsageError: there is no such rule, or the rate is out of its range.

    Source: Rosenblatt, "The perceptron" (1958); Novikoff, "On convergence proofs on perceptrons" (1962).
    """

    def __init__(self, rule: str = "perceptron", *, learning_rate: Any = 1.0) -> None:
        if rule not in RULES:
            raise UsageError(f'Perceptron: rule must be "perceptron" or "logistic", got {rule!r:.40}.')
        self.rule = rule
        self._optimizer = SGD(learning_rate)
        self._model: Sequential | None = None
        self.learning: Learning | None = None

    @property
    def model(self) -> Sequential:
        """The network: its layer holds the weights, and it can be saved.

        Raises:
            NotReadyError: nothing was fitted yet.
        """
        if self._model is None:
            raise NotReadyError("Perceptron: it has not seen any rows yet; call fit(x, y) first.")
        return self._model

    def fit(
        self,
        x: Any,
        y: Any,
        epochs: int = 100,
        verbose: Any = 0,
        callbacks: Any = None,
        shuffle: bool = False,
        *,
        seed: int = 0,
        certify: bool = True,
    ) -> History:
        """Learns from zero weights on; the perceptron rule ends with the first epoch without a mistake.

        Args:
            x: Inputs (rows, features).
            y: The class of each row, two different numbers; the larger one is the unit's 1.
            epochs: The most passes over the rows.
            verbose: As in `Model.fit`.
            callbacks: As in `Model.fit`.
            shuffle: Whether each epoch visits the rows in a new order.
            seed: Decides that order.
            certify: Whether to find out by linear programming whether the classes are separable at all.

        Returns:
            The history; `history.outcome.message` and `learning` say what was learned.

        Raises:
            DataError, ShapeError: the rows cannot be used.
        """
        inputs, signs = two_classes(x, y)
        model = self._fresh(inputs.shape[1])
        given = callbacks if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
        rules = [NoMistake()] if self.rule == "perceptron" else []
        history = model.fit(
            inputs,
            signs > 0,
            batch_size=1,
            epochs=epochs,
            verbose=verbose,
            callbacks=[*rules, *given],
            shuffle=shuffle,
            seed=seed,
        )
        self.learning = self._judged(history, inputs, signs, certify)
        assert isinstance(history.outcome, Outcome)
        outcome = dataclasses.replace(history.outcome, message=self.learning.message)
        model.history = dataclasses.replace(history, outcome=outcome)
        return model.history

    def predict(self, x: Any) -> NDArray[Any]:
        """The unit's output for inputs (rows, features): 0 or 1, or the probability of 1; (rows, 1)."""
        outputs: NDArray[Any] = self.model.predict(x)
        return outputs

    def _fresh(self, features: int) -> Sequential:
        unit: Layer = ThresholdUnit()
        loss = "perceptron"
        if self.rule == "logistic":
            unit, loss = Dense(1, "sigmoid", kernel_initializer="zeros"), "binary_crossentropy"
        self._model = Sequential([Input((features,)), unit], name="perceptron", seed=0)
        self._model.compile(self._optimizer, loss, metrics=[BinaryAccuracy(name="accuracy")])
        return self._model

    def _judged(
        self, history: History, inputs: NDArray[np.float64], signs: NDArray[np.float64], certify: bool
    ) -> Learning:
        answers = self.predict(inputs)[:, 0] >= 0.5
        converged, epochs = bool((answers == (signs > 0)).all()), len(history.epoch)
        wrong = 1 - history.values["accuracy"].astype(np.float64)
        mistakes = int(np.rint(wrong * len(signs)).sum())
        updates = mistakes if self.rule == "perceptron" else epochs * len(signs)
        found = separable(inputs, signs) if certify else None
        bound = novikoff_bound(inputs, signs) if found and self.rule == "perceptron" else None
        message = _message(self.rule, converged, epochs, updates, found, bound)
        return Learning(converged, epochs, updates, found, bound, message)


def novikoff_bound(x: Any, y: Any) -> float:
    """The most updates that the perceptron rule makes on separable classes, from zero weights on.

    (R / gamma)^2,  R = max |(x_i, 1)|,  gamma = max over |(w, b)| = 1 of min t_i (w @ x_i + b)

    Args:
        x: Inputs (rows, features).
        y: Two different numbers, one a row.

    Raises:
        DataError, ShapeError: the rows cannot be used.
        UsageError: the classes are not separable, or touch within the solver's rounding.

    Source: Novikoff, "On convergence proofs on perceptrons" (1962); Lawson and Hanson, "Solving least squares
    problems" (1974), chapter 23, for the widest margin.
    """
    from scipy.optimize import nnls

    inputs, signs = two_classes(x, y)
    rows = signs[:, None] * np.column_stack([inputs, np.ones(len(inputs))])
    radius = np.linalg.norm(rows, axis=1).max()
    # The shortest v with rows @ v >= 1 comes from the least squares problem min |E u - f|, u >= 0, whose residual
    # is a multiple of (-v, 1). Rows of length about 1 keep it well conditioned.
    scaled = rows / radius
    E = np.vstack([scaled.T, np.ones(len(scaled))])
    f = np.append(np.zeros(rows.shape[1]), 1.0)
    shares, _ = nnls(E, f)
    normal = scaled.T @ shares
    margin = (scaled @ normal).min() / max(np.linalg.norm(normal), np.finfo(float).tiny)
    if margin <= 0:
        raise UsageError("novikoff_bound: the classes are not linearly separable; there is no bound.")
    return float(margin**-2)


def _message(
    rule: str, converged: bool, epochs: int, updates: int, found: Separability | None, bound: float | None
) -> str:
    did = f"after {epochs} epochs with {updates} updates"
    if converged and rule == "logistic":
        return f"Every row is on its right side {did}."
    if converged:
        return f"Converged {did}" + (f"; Novikoff's bound is {bound:.4g} updates." if bound else ".")
    if found is None:
        return f"Not converged {did}. Whether the classes are separable was not asked (certify=False)."
    if found:
        limit = f", of at most {bound:.4g}" if bound else ""
        return f"Not converged {did}{limit}, but the classes are linearly separable: pass more epochs."
    assert found.common_point is not None
    shown = ", ".join(f"{value:.4g}" for value in found.common_point[:6])
    more = ", ..." if len(found.common_point) > 6 else ""
    return (
        f"The classes are not linearly separable: ({shown}{more}) is a weighted mean of rows of either class. No single "
        f"unit can learn them (not converged {did}); put a hidden layer before it."
    )
