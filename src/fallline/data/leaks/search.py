"""The search for leaks on one table, before it is divided."""

from __future__ import annotations

import re

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.leaks.answers import Answers, as_numbers
from fallline.data.leaks.flags import silent_flags
from fallline.data.leaks.leak import Leak, by_harm
from fallline.data.leaks.order import belonging, in_time
from fallline.data.leaks.single import LEAST_ROWS, look, running_number
from fallline.data.leaks.sums import MOST_NUMBERS, add_up
from fallline.data.target import Task, infer_task

_FIRST_ROWS, _FEWEST_FIRST_ROWS = 2000, 500
_MOST_ROWS = 50_000
_FIRST_TOLERANCE = 5.0
_KEY_NAMES = re.compile(
    r"(?i)^(|id|index|idx|row.*|no|nr|number|key|unnamed.*|column_1|x|obs.*|.*[_ ]id|.*[a-z]Id)$"
)


def find_leaks(frame: pl.DataFrame, target: str, task: Task | None = None) -> tuple[Leak, ...]:
    """What in a table tells more about the target than new rows will, the most harmful first.

    Every column is looked at on at most 2,000 rows, and what seems to tell the target there on at most 50,000; of
    classes equally many rows are drawn, so that rare ones are seen. Nothing is said of fewer than 20 rows.

    Args:
        frame: The table with typed columns, rows in their order; columns that are left out anyway need not be there.
        target: The target column; rows without a value are passed over.
        task: What the target poses; None to see it from its values.
    """
    if frame[target].null_count():
        frame = frame.filter(frame[target].is_not_null())
    names = [name for name in frame.columns if name != target]
    if frame.height < LEAST_ROWS or not names or frame[target].n_unique() < 2:
        return ()
    answers = Answers.of(frame[target], task or infer_task(frame[target]))
    if answers is None:
        return ()
    inputs = frame[names]
    found = _in_order(inputs, answers) + _single(inputs, answers)
    copies = [name for leak in found if leak.kind == "copy" for name in leak.columns]
    others = [name for name in names if name not in copies]
    if others and (leak := add_up(inputs[others], answers)):
        found.append(leak)
    return by_harm(_one_each(found, bool(answers.labels)))


def _single(inputs: pl.DataFrame, answers: Answers) -> list[Leak]:
    rows = answers.draw(max(_FEWEST_FIRST_ROWS, min(_FIRST_ROWS, MOST_NUMBERS // inputs.width)))
    sample, seen = inputs[rows], answers.take(rows)
    more = answers.draw(_MOST_ROWS) if rows.size < len(answers) else rows
    seen_more = answers.take(more) if more is not rows else seen
    silent = silent_flags(sample, seen)
    found = []
    for name in inputs.columns:
        if name in silent:
            continue
        tolerance = _FIRST_TOLERANCE if more is not rows else 1.0
        leak = _tells(sample[name], inputs[name], seen, tolerance)
        if leak is not None and more is not rows:
            leak = _tells(inputs[name][more], inputs[name], seen_more, 1.0)
        # Of one input, that it tells the target is what is asked for.
        if leak is not None and (inputs.width > 1 or leak.kind != "tells"):
            found.append(leak)
    return found


def _tells(sample: pl.Series, column: pl.Series, seen: Answers, tolerance: float) -> Leak | None:
    if sample.dtype.is_integer() and (leak := running_number(sample, seen, tolerance)) and _is_key(column):
        return leak
    return look(sample, seen, tolerance)


def _is_key(column: pl.Series) -> bool:
    if column.null_count() or column.n_unique() < column.len():
        return False
    steps = np.sign(np.diff(as_numbers(column)))
    return bool(_KEY_NAMES.match(column.name)) or bool(abs(steps.mean()) == 1)


def _in_order(inputs: pl.DataFrame, answers: Answers) -> list[Leak]:
    found = []
    for name in inputs.columns:
        leak = in_time(inputs[name], answers) or belonging(inputs[name], answers)
        if leak is not None:
            found.append(leak)
    return found


def _one_each(found: list[Leak], classes: bool) -> list[Leak]:
    """One finding a column: the target under another name is that, whatever else it is."""

    def columns(*kinds: str) -> set[str]:
        return {name for leak in found if leak.kind in kinds for name in leak.columns}

    certain, ordered = columns("copy", "gaps", "sum"), columns("time", "group")
    # What a running number tells beside a time, or of a number a column that begins later, is the time's doing.
    told_by = {"time": certain, "group": certain, "key": ordered, "tells": ordered}
    in_time = bool(columns("time"))
    return [
        leak
        for leak in found
        if not told_by.get(leak.kind, set()).intersection(leak.columns)
        and not (in_time and (leak.kind == "key" or (leak.kind == "gaps" and not classes)))
    ]
