"""Rows as pairs of a true and a predicted class: what metrics of classes count, and what is no class."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from fallline.errors import DataError, ShapeError
from fallline.losses.arrays import as_array, floating, require_rows


class Classes(NamedTuple):
    """True and predicted class numbers of rows.

    Attributes:
        truth: The true ones.
        predicted: The predicted ones.
        known: Whether both are whole numbers from 0 to number - 1 (a probability: from 0 to 1).
        number: How many classes there are.
    """

    truth: Int[Array, "rows"]
    predicted: Int[Array, "rows"]
    known: Bool[Array, "rows"]
    number: int

    def tally(self, weight: Float[Array, "rows"] | None) -> tuple[Array, Array]:
        """The counts of the known rows by true and predicted class, and of those of no class."""
        place = jnp.where(self.known, self.truth * self.number + self.predicted, self.number**2)
        amounts = jnp.ones_like(place) if weight is None else weight
        sums = jax.ops.segment_sum(amounts, place, num_segments=self.number**2 + 1)
        return sums[:-1].reshape(self.number, self.number), sums[-1]

    def require_known(self, y_true: Any, y_pred: Any, weight: Any, owner: str, remedy: str) -> None:
        """Refuses rows of no class, where values are there to be looked at; rows of weight 0 pass.

        Raises:
            DataError: names the first row.
        """
        if isinstance(self.known, jax.core.Tracer):
            return
        bad = ~np.asarray(self.known)
        if weight is not None:
            bad &= np.broadcast_to(np.asarray(weight).reshape(-1, 1) != 0, (np.size(weight), 1))[:, 0]
        if not bad.any():
            return
        row = int(np.argmax(bad))
        true, predicted = (np.asarray(y).reshape(len(bad), -1)[row].tolist() for y in (y_true, y_pred))
        raise DataError(
            f"{owner}: row {row} has the target {_plain(true)} and the prediction {_plain(predicted)}; expected "
            f"targets 0..{self.number - 1}. {remedy}"
        )


def _plain(values: list[Any]) -> Any:
    return f"{values[0]:g}" if len(values) == 1 else values


def whole_within(numbers: Array, count: int) -> Bool[Array, "*shape"]:
    """Which numbers are whole and from 0 to count - 1."""
    return (numbers == jnp.round(numbers)) & (numbers >= 0) & (numbers < count)


def class_numbers(y_true: Any, y_pred: Any, num_classes: int | None, owner: str) -> Classes:
    """True and predicted class numbers of the rows.

    Args:
        y_true: Class numbers (n,) or (n, 1), or one-hot rows (n, classes).
        y_pred: Scores (n, classes); or (n,) or (n, 1): class numbers where `num_classes` is given, else the
            probability of class 1 in [0, 1].
        num_classes: The number of classes, or None.
        owner: What a message begins with.

    Raises:
        ShapeError: they do not fit together.
    """
    y_true, y_pred = as_array(y_true, "y_true"), floating(y_pred, "y_pred")
    require_rows(y_pred)
    rows, scores = y_pred.shape[0], y_pred.ndim == 2 and y_pred.shape[-1] > 1
    if scores:
        classes, predicted = y_pred.shape[-1], jnp.argmax(y_pred, axis=-1)
        known = jnp.ones(rows, jnp.bool_)
    elif y_pred.size == rows:
        line = y_pred.reshape(-1)
        classes = 2 if num_classes is None else num_classes
        predicted = line > 0.5 if num_classes is None else jnp.round(line)
        known = (line >= 0) & (line <= 1) if num_classes is None else whole_within(line, classes)
    if not (scores or y_pred.size == rows) or num_classes not in (None, classes):
        expected = f"(n, {num_classes or 'classes'}), (n, 1) or (n,)"
        raise ShapeError(f"{owner}: expected predictions {expected}, got {y_pred.shape}.")
    if y_true.shape == (rows, classes):
        y_true = jnp.argmax(y_true, axis=-1)
    elif y_true.shape not in ((rows,), (rows, 1)):
        raise ShapeError(
            f"{owner}: expected targets ({rows},), ({rows}, 1) or ({rows}, {classes}), got {y_true.shape}."
        )
    y_true = y_true.reshape(-1)
    known &= whole_within(y_true, classes)
    return Classes(y_true.astype(jnp.int32), predicted.astype(jnp.int32), known, classes)
