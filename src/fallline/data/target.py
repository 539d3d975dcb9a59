"""What is to be predicted: which task a target column poses, and its values as a network sees them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Float32, Int, Int32, Int64, Shaped

from fallline.data.encoders import to_numbers, to_texts
from fallline.data.forms.layouts import is_dated, layout_of
from fallline.data.forms.numbers import is_number
from fallline.data.saved import from_saved
from fallline.errors import DataError, SavedFileError, UsageError
from fallline.own.shown import fields_shown

Task = Literal["binary", "multiclass", "regression"]
Label = str | int | float | bool
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")

MOST_CLASSES = 1000
EVEN = 0.5
"""The threshold between two classes at which the likelier one is taken."""
_MOST_INTEGER_CLASSES = 20
_ROWS_PER_CLASS = 5
_CARRIED = 0.8
"""Of a normal target the farthest 1 % of the rows carry 8 % of the variance, of prices of diamonds 13 %."""


def infer_task(target: pl.Series) -> Task:
    """The task that a target column poses, by its type and values (missing ones aside).

    - text or booleans: classes;
    - two distinct numbers: `binary`;
    - whole numbers: `multiclass` when there are at most 20 distinct ones, counting up without a gap from
      0 or 1, with at least 5 rows for each on average; this is how classes are numbered;
    - all else: `regression`; so is a rating such as 3 to 9, whose order a network should use.

    Raises:
        DataError: the target has no values, only one, or holds dates.
    """
    present = _present(target)
    distinct = present.unique().sort()
    if present.dtype in (pl.String, pl.Boolean):
        return "binary" if distinct.len() == 2 else "multiclass"
    if distinct.len() == 2:
        return "binary"
    values = distinct.cast(pl.Float64).to_numpy()
    few = values.size <= _MOST_INTEGER_CLASSES and present.len() >= _ROWS_PER_CLASS * values.size
    numbered = values[0] in (0, 1) and bool(np.all(np.diff(values) == 1))
    return "multiclass" if few and numbered else "regression"


@dataclass(frozen=True)
class TargetEncoder:
    """The target's values as a network is trained on, and its answers back as they stood in the data.

    Classes become codes 0, 1, ... in sorted order. A number is standardised by the training rows:
    `(y - mean) / deviation`.

    Args:
        name: The target column.
        task: `binary`, `multiclass` or `regression`.
        classes: The classes as they stood in the data (text, whole numbers, numbers, booleans), sorted.
        mean: Of the training rows; 0 for classes.
        deviation: Standard deviation of the training rows; 1 for classes.
        notes: What a reader of the results should know, in sentences.
        threshold: Of two classes: the probability of the second above which a row is taken for it.
        temperature: Of classes: at which the network's probabilities are taken (`calibration.TemperatureScaling`).
    """

    __repr__ = fields_shown

    name: str
    task: Task
    classes: tuple[Label, ...] = ()
    mean: float = 0.0
    deviation: float = 1.0
    notes: tuple[str, ...] = ()
    threshold: float = EVEN
    temperature: float = 1.0

    @classmethod
    def fit(cls, target: pl.Series, task: Task | None = None) -> TargetEncoder:
        """Learns classes, or mean and deviation. Missing values are left aside.

        For classes give the whole column, so that a class of few rows is known wherever its rows fall; for
        regression the training rows alone.

        Raises:
            UsageError: there is no such task.
            DataError: no values, one value only, not the kind of values or number of classes for the task.
        """
        if task is not None and task not in TASKS:
            near = difflib.get_close_matches(task, TASKS, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Known: {', '.join(TASKS)}."
            raise UsageError(f'unknown task "{task}".{hint}')
        present = _present(target)
        task = task or infer_task(target)
        return _fit_numbers(present) if task == "regression" else _fit_classes(present, task)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes as text, as a file of predictions has them: booleans are `true` and `false`."""
        return tuple(pl.Series(self.classes).cast(pl.String).to_list())

    def encode(self, target: pl.Series) -> Int32[np.ndarray, " rows"] | Float32[np.ndarray, " rows"]:
        """Class codes (int32) or standardised numbers (float32) of some rows.

        Raises:
            DataError: a missing value, a class that training did not know, a text that is no number.
        """
        if missing := target.null_count():
            raise DataError(
                f'target "{self.name}": {missing} of {target.len()} rows have no value. '
                "Leave these rows out (`rows_with_target` finds the others)."
            )
        if self.task == "regression":
            return ((to_numbers(target) - self.mean) / self.deviation).astype(np.float32)
        classes = pl.Series(self.classes)
        codes = _comparable(target, classes).replace_strict(
            _comparable(classes, classes), pl.Series(range(classes.len())), default=-1, return_dtype=pl.Int32
        )
        result: Int32[np.ndarray, " rows"] = codes.to_numpy()
        if (unknown := result < 0).any():
            row = int(unknown.argmax())
            known = [str(label) for label in self.classes]
            near = difflib.get_close_matches(str(target[row]), known, n=1)
            shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
            hint = f'did you mean "{near[0]}"?' if near else f"known classes: {shown}."
            raise DataError(
                f'target "{self.name}", data row {row + 1}: "{target[row]}" is no class of the training data; {hint}'
            )
        return result

    def decode(
        self, values: Int[np.ndarray, " rows"] | Float[np.ndarray, " rows"]
    ) -> Shaped[np.ndarray, " rows"]:
        """Class codes as the classes stood in the data; standardised numbers in the target's own unit (float64)."""
        if self.task == "regression":
            return np.asarray(values, np.float64) * self.deviation + self.mean
        return pl.Series(self.classes).to_numpy()[np.asarray(values, np.int64)]

    def decide(
        self, probabilities: Float[np.ndarray, "rows classes"], threshold: float | None = None
    ) -> Int64[np.ndarray, " rows"]:
        """The code of the class that each row is taken for.

        Of two classes the second where its probability is above the threshold, of more the likeliest; where two are
        equally likely the first of them.

        Args:
            probabilities: Of each class; rows sum to 1.
            threshold: In place of the encoder's own, as another model's.
        """
        if self.task == "binary":
            above = self.threshold if threshold is None else threshold
            return (probabilities[:, 1] > above).astype(np.int64)
        return np.asarray(np.argmax(probabilities, axis=1), np.int64)

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal encoder."""
        return {
            "name": self.name,
            "task": self.task,
            "classes": list(self.classes),
            "mean": self.mean,
            "deviation": self.deviation,
            "notes": list(self.notes),
            "threshold": self.threshold,
            **({} if self.temperature == 1 else {"temperature": self.temperature}),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TargetEncoder:
        """The encoder that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            return from_saved(cls, {"temperature": 1.0, **config})
        except (KeyError, TypeError, ValueError) as error:
            raise SavedFileError(f"the saved target cannot be read: {error!r}.") from error


def rows_with_target(frame: pl.DataFrame, target: str) -> tuple[pl.DataFrame, str]:
    """The rows whose target is known, and a note about the others (empty when there are none).

    Raises:
        DataError: no row has a target.
    """
    _present(frame[target])
    return known_rows(frame, target)


def known_rows(frame: pl.DataFrame, target: str) -> tuple[pl.DataFrame, str]:
    """As `rows_with_target`, whatever the rows hold. The rows are those of `numbers_of_known`."""
    missing = frame[target].null_count()
    if not missing:
        return frame, ""
    noun, were = ("row has", "was") if missing == 1 else ("rows have", "were")
    # Where a class is called None, nothing else says why it is gone.
    reason = "; in a text file None, NaN and NA are no values" if frame[target].dtype == pl.String else ""
    note = f'{missing} {noun} no "{target}" and {were} left out{reason}.'
    return frame.filter(frame[target].is_not_null()), note


def numbers_of_known(target: pl.Series) -> Int[np.ndarray, " known"]:
    """The places of the rows whose target is known, counted from 0."""
    return np.flatnonzero(target.is_not_null().to_numpy())


def _present(target: pl.Series) -> pl.Series:
    present = target.drop_nulls()
    if present.len() == 0:
        raise DataError(f'target "{target.name}" has no values. Choose another column.')
    if present.dtype in (pl.Date, pl.Datetime):
        raise DataError(f'target "{target.name}" holds dates; expected classes or numbers.')
    if present.n_unique() == 1:
        what = "has a single class" if present.dtype in (pl.String, pl.Boolean) else "is constant"
        raise DataError(
            f'target "{target.name}" {what}: every row has {present[0]}. There is nothing to predict.'
        )
    if present.dtype.is_float():
        to_numbers(target)
    return present


def _fit_numbers(present: pl.Series) -> TargetEncoder:
    if present.dtype == pl.String and present.cast(pl.Float64, strict=False).null_count():
        wrong = present.filter(present.cast(pl.Float64, strict=False).is_null()).unique(maintain_order=True)
        raise DataError(
            f'target "{present.name}" is not numeric, as regression needs: it holds "{wrong[0]}"'
            f"{f' and {wrong.len() - 1} more different texts' if wrong.len() > 1 else ''}. "
            "Correct them, or use --task multiclass."
        )
    numbers = to_numbers(present)
    mean, deviation = float(numbers.mean()), float(numbers.std())
    return TargetEncoder(
        present.name, "regression", (), mean, deviation, notes=_tail_note(present.name, numbers)
    )


def _tail_note(name: str, numbers: Float[np.ndarray, " rows"]) -> tuple[str, ...]:
    """That a few far values are nearly all that a squared error sees of a target, and what to do."""
    few = numbers.size // 100
    squares = np.square((numbers - numbers.mean()) / (np.abs(numbers).max() or 1.0))
    if not few or np.sort(squares)[-few:].sum() < _CARRIED * squares.sum():
        return ()
    remedy = (
        "Its logarithm"
        if numbers.min() > 0
        else "What is left of it once far values are clipped, or its rank,"
    )
    return (
        f'1 % of the training rows carry {_CARRIED:.0%} or more of the variance of "{name}": the squared error hears little of '
        f"the others. {remedy} may be what you want to predict.",
    )


def _fit_classes(present: pl.Series, task: Task) -> TargetEncoder:
    # Under a name of our own: the column's may be that of the counts.
    counts = present.alias("class").value_counts(name="rows").sort("class")
    classes, rows = counts["class"].to_list(), counts["rows"].to_numpy()
    found = len(classes)
    if task == "binary" and found != 2:
        raise DataError(
            f'target "{present.name}" has {found} classes; binary needs 2. Use --task multiclass'
            f"{'' if present.dtype == pl.String else ' or regression'}."
        )
    if found > MOST_CLASSES or (found > 20 and 2 * found > present.len()):
        remedy = "Choose another column" if present.dtype == pl.String else "Use --task regression"
        if present.dtype == pl.String:
            remedy = _remedy(present) or remedy
        limit = (
            f"at most {MOST_CLASSES}" if found > MOST_CLASSES else "a class needs 2 rows or more on average"
        )
        raise DataError(
            f'target "{present.name}" has {found} classes in {present.len()} rows: too many to learn ({limit}). {remedy}.'
        )
    notes: tuple[str, ...] = ()
    if single := [str(name) for name, count in zip(classes, rows, strict=True) if count == 1]:
        shown = ", ".join(single[:5]) + (", ..." if len(single) > 5 else "")
        noun = "One class has" if len(single) == 1 else f"{len(single)} classes have"
        notes = (f"{noun} one row only ({shown}): too little to learn from or to judge by.",)
    return TargetEncoder(present.name, task, tuple(classes), notes=notes)


def _remedy(texts: pl.Series) -> str:
    """What to do about a target of many different texts that are no classes but numbers or times; else empty."""
    cells, half = texts.to_list(), texts.len() / 2
    others = [cell for cell in cells if not is_number(cell)]
    if len(others) < half:
        words = list(dict.fromkeys(others))
        said = f'{len(others)} of {len(cells)} rows hold no number but "{words[0]}"' if words else ""
        if not words:
            return (
                "They look like numbers with a comma: write 1234.5, with a decimal point and without thousands marks"
                if texts.str.contains(",", literal=True).any()
                else f'They look like numbers: if they are, say so: --type "{texts.name}=number"'
            )
        more = f" and {len(words) - 1} more" if len(words) > 1 else ""
        return f"{said}{more}. Where that stands for missing, say so: --missing {','.join(words[:3])}"
    kinds = [layout_of(cell.strip()) for cell in cells]
    if sum(map(bool, kinds)) > half:
        if any(is_dated(form) for layout in kinds for form in layout):
            return "It holds dates, which cannot be predicted as such: give the days from a fixed date as numbers"
        return f'It holds times: if they are spans, say so: --type "{texts.name}=span"'
    return ""


def _comparable(values: pl.Series, classes: pl.Series) -> pl.Series:
    """Values in a type in which they equal their class: a class may be `1` here and `1.0` or "1" there."""
    if classes.dtype == pl.String:
        return to_texts(values)
    if classes.dtype == pl.Boolean and values.dtype == pl.String:
        values = values.str.to_lowercase().replace_strict(["true", "false"], [1.0, 0.0], default=None)
    return values.cast(pl.Float64, strict=False)
