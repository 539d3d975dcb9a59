"""What an analyst notes of each column of a table: what it holds, what is missing, what becomes of it, what is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.columns import column_kind
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.reading import Table
from fallline.errors import DataError
from fallline.report.table_seen import ColumnSeen, TableSeen


def table_seen(
    table: Table,
    preprocessor: TablePreprocessor | None = None,
    notes: Sequence[str] | None = None,
    *,
    drop: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
) -> TableSeen:
    """What was seen in a table.

    Args:
        table: The table, as it was read.
        preprocessor: What was learned from its training rows; None to say what all rows would give.
        notes: What a person should know, the worst first; None for what was noted in reading it.
        drop: Where nothing was learned, columns that are to be left out.
        kinds: Where nothing was learned, what a person says that some columns are.
    """
    frame = table.frame
    counts = frame.select(pl.all().drop_nulls().n_unique()).row(0) if frame.width else ()
    missing = frame.null_count().row(0) if frame.width else ()
    learned = preprocessor or _learned(frame, drop, kinds)
    becomes = _by_itself(frame) if learned is None else learned.doing
    groups = {} if learned is None else learned.feature_groups
    forms = {column.name: column for column in table.form.columns}
    return TableSeen(
        table.source,
        table.what,
        frame.height,
        tuple(
            ColumnSeen(
                name=name,
                holds=forms[name].words,
                missing=missing[k] / max(1, frame.height),
                distinct=counts[k],
                examples=table.examples[name],
                becomes=becomes.get(name, ""),
                odd=" ".join(forms[name].notes),
                features=sum(groups.get(name, {}).values()),
            )
            for k, name in enumerate(frame.columns)
        ),
        table.notes if notes is None else tuple(notes),
        "" if learned is None else learned.feature_words,
        tuple(dict.fromkeys(sort for of_column in groups.values() for sort in of_column)),
    )


def _learned(
    frame: pl.DataFrame, drop: Sequence[str], kinds: Mapping[str, str] | None
) -> TablePreprocessor | None:
    """What all rows would give; None of a table that a network could not learn from."""
    try:
        return TablePreprocessor.fit(frame, target=None, drop=drop, kinds=kinds)
    except DataError:
        # Nothing to learn, or a number that it could not take.
        return None


def _by_itself(frame: pl.DataFrame) -> dict[str, str]:
    """What would be done with each column if the others were no hindrance."""
    each = [column_kind(column) for column in frame]
    return {kind.name: f"left out: {kind.doing}" if kind.kind == "dropped" else kind.kind for kind in each}
