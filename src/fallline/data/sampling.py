"""Which rows a step takes: other choices than a new shuffle of all rows in each epoch.

An epoch has as many steps as a shuffle would give it, whatever is drawn, so that epochs compare.

ClassBalanced, Curriculum, WeightedRows   known before the run: drawn on the host from (seed, epoch)
HardExamples                              known after each epoch: drawn inside the compiled run
"""

from __future__ import annotations

import abc
import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from fallline._random import Key, uniform
from fallline._ranges import FRACTION, NOT_NEGATIVE, check_numbers, checked_number, whole
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.data.permutation import generator_of
from fallline.errors import DataError, UsageError
from fallline.own.shown import fields_shown


class Sampling(abc.ABC):
    """A choice of rows that is known before the run."""

    def bound(self, rows: int, y: Any) -> Sampling:
        """The same choice, knowing the training set.

        Args:
            rows: Rows in the training set.
            y: Its targets, or None.

        Raises:
            DataError: the choice does not fit such data.
        """
        del rows, y
        return self

    @abc.abstractmethod
    def epoch(self, seed: int, number: int, count: int) -> NDArray[np.int32]:
        """The rows of an epoch in their order: `count` indices, a function of seed, number and count alone."""


@dataclasses.dataclass(frozen=True)
class ClassBalanced(Sampling):
    """Every batch holds each class equally often (within two rows), however rare the class is.

    Rows of a class come in shuffled passes: a rare class is repeated, a frequent one takes several epochs to be
    seen whole. Targets are class numbers or one-hot rows; two classes may also be 0 and 1 in one column.

    Source: Shen, Lin, Huang, Relay backpropagation (2016), section 3.3 (class-aware sampling).
    """

    __repr__ = fields_shown

    classes: NDArray[Any] | None = None

    def bound(self, rows: int, y: Any) -> ClassBalanced:
        """Reads the class of each row.

        Raises:
            DataError: the targets are no classes.
        """
        labels = np.asarray(y) if y is not None and not isinstance(y, tuple) else np.zeros((0, 0, 0))
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        elif labels.ndim == 2 and ((labels == 1).sum(1) == 1).all() and ((labels == 0) | (labels == 1)).all():
            labels = labels.argmax(1)
        if labels.ndim != 1 or len(labels) != rows or (labels != np.floor(labels)).any():
            raise DataError(
                "ClassBalanced: needs one output whose targets are class numbers or one-hot rows."
            )
        return ClassBalanced(labels.astype(np.int64))

    def epoch(self, seed: int, number: int, count: int) -> NDArray[np.int32]:
        """One row of each class, in random order, again and again."""
        assert self.classes is not None
        labels = np.unique(self.classes)
        turns = -(-count // len(labels))
        drawn = np.empty((turns, len(labels)), np.int64)
        for column, label in enumerate(labels):
            members = np.flatnonzero(self.classes == label)
            drawn[:, column] = _passes(seed, number * turns, turns, members, int(label))
        generator = generator_of(seed, number)
        return generator.permuted(drawn, axis=1).reshape(-1)[:count].astype(np.int32)


@dataclasses.dataclass(frozen=True)
class Curriculum(Sampling):
    """Easy rows first: epoch e draws from the easiest share of the rows, which grows until it is all.

    share(e) = start + (1 - start) * min(1, e / epochs)

    Attributes:
        difficulty: One number per row; smaller is easier, e.g. the loss of a simpler model.
        start: Share of the rows in the first epoch, above 0.
        epochs: The epoch from which all rows take part.

    Raises:
        UsageError: a number is out of its range.

    Source: Bengio, Louradour, Collobert, Weston, Curriculum learning (2009).
    """

    __repr__ = fields_shown

    difficulty: Any
    start: float = 0.2
    epochs: int = 10

    def __post_init__(self) -> None:
        if not 0 < checked_number("Curriculum: start", self.start, FRACTION) <= 1:
            raise UsageError(f"Curriculum: start must be above 0 and at most 1, got {self.start}.")
        whole("Curriculum: epochs", self.epochs, least=1)

    def bound(self, rows: int, y: Any) -> Curriculum:
        """Orders the rows.

        Raises:
            DataError: there is not one finite number per row.
        """
        values = _numbers("Curriculum: difficulty", self.difficulty)
        if values.shape != (rows,) or not np.isfinite(values).all():
            raise DataError(
                f"Curriculum: difficulty must hold one finite number per training row ({rows},); got {values.shape}."
            )
        return dataclasses.replace(self, difficulty=values)

    def epoch(self, seed: int, number: int, count: int) -> NDArray[np.int32]:
        """Shuffled passes over the easiest share."""
        share = self.start + (1 - self.start) * min(1.0, number / self.epochs)
        easiest = np.argsort(self.difficulty, kind="stable")[: max(1, round(share * len(self.difficulty)))]
        return _passes(seed, 0, count, easiest, number).astype(np.int32)


@dataclasses.dataclass(frozen=True)
class WeightedRows(Sampling):
    """Draws each row with a probability proportional to its weight, with replacement.

    P(row i) = weights_i / sum_j weights_j, for each draw on its own

    Attributes:
        weights: One number of at least 0 per row.

    Source: PyTorch's `WeightedRandomSampler`.
    """

    __repr__ = fields_shown

    weights: Any

    def bound(self, rows: int, y: Any) -> WeightedRows:
        """Makes the weights probabilities.

        Raises:
            DataError: there is not one weight per row, or they are not at least 0 with a positive sum.
        """
        values = _numbers("WeightedRows: weights", self.weights)
        if (
            values.shape != (rows,)
            or not np.isfinite(values).all()
            or (values < 0).any()
            or not values.sum() > 0
        ):
            raise DataError(
                f"WeightedRows: weights must hold one number of at least 0 per training row ({rows},), not all 0; "
                f"got shape {values.shape}."
            )
        return WeightedRows(values / values.sum())

    def epoch(self, seed: int, number: int, count: int) -> NDArray[np.int32]:
        """Independent draws."""
        return generator_of(seed, number).choice(len(self.weights), count, p=self.weights).astype(np.int32)


def _numbers(where: str, given: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{where} must be numbers, one per training row; got {given!r:.60}.") from None


@tree
class HardExamples:
    """Draws rows in proportion to their error at the end of the last epoch, with replacement.

    p_i = (1 - even) * e_i^power / sum_j e_j^power + even / n

    e_i is the loss of row i; the first epoch draws evenly. The errors are those of one forward pass over the
    training rows at the end of each epoch. With `correction` the loss of a drawn row is weighed by
    (1 / (n p_i))^correction: 0 trains on what is drawn, 1 makes the step unbiased for the mean over all rows.

    Args:
        power: How strongly the error counts, at least 0; 0 draws evenly.
        correction: Exponent of the importance weights, 0 to 1.
        even: Share of the draws that is even, 0 to 1: no row is forgotten.

    Raises:
        UsageError: a number is out of its range.

    Source: Schaul, Quan, Antonoglou, Silver, Prioritized experience replay (2016), equations 1 and 2;
        Katharopoulos, Fleuret, Not all samples are created equal (2018).
    """

    power: Number = 1.0
    correction: Number = 0.0
    even: Number = 0.1

    def __post_init__(self) -> None:
        check_numbers(self, power=NOT_NEGATIVE, correction=FRACTION, even=FRACTION)

    def draw(
        self, errors: Float[Array, "rows"], key: Key, count: int
    ) -> tuple[Int[Array, "count"], Float[Array, "count"]]:
        """Rows and the weights of their losses.

        Args:
            errors: The error of each row.
            key: Randomness of this epoch.
            count: How many rows are drawn.
        """
        rows = errors.shape[0]
        # An error that is not finite ends the run anyway; here it must not make indices invalid.
        safe = jnp.nan_to_num(jnp.maximum(errors, 0.0), nan=0.0, posinf=0.0)
        strength = jnp.where(safe > 0, safe, 0.0) ** as_dtype_of(self.power, errors)
        total = strength.sum()
        even = as_dtype_of(self.even, errors)
        share = jnp.where(total > 0, strength / jnp.where(total > 0, total, 1.0), 1.0 / rows)
        probability = (1 - even) * share + even / rows
        edges = jnp.cumsum(probability)
        chosen = jnp.searchsorted(edges / edges[-1], uniform(key, (count,)).astype(errors.dtype))
        chosen = jnp.minimum(chosen, rows - 1).astype(jnp.int32)
        weights = (1.0 / (rows * probability[chosen])) ** as_dtype_of(self.correction, errors)
        return chosen, jax.lax.stop_gradient(weights)


def _passes(seed: int, first: int, count: int, members: NDArray[Any], stream: int) -> NDArray[np.int64]:
    """Entries `first` to `first + count` of an endless row of shuffled passes over the members."""
    size = len(members)
    numbers = range(first // size, -(-(first + count) // size))
    stretch = [
        members[
            np.random.Generator(np.random.Philox(key=[seed % 2**64, (stream << 32) + number])).permutation(
                size
            )
        ]
        for number in numbers
    ]
    start = first - numbers.start * size
    return np.concatenate(stretch)[start : start + count]
