"""A table looked at before anything is learned: `fallline inspect` is its command."""

from __future__ import annotations

from fallline.data.leaks import find_leaks
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.tables import find_column
from fallline.data.target import infer_task, rows_with_target
from fallline.errors import DataError
from fallline.experiment.preparation import named_table
from fallline.experiment.settings import Settings
from fallline.experiment.sources import is_images
from fallline.experiment.table_seen import table_seen
from fallline.report.table_seen import TableSeen


def inspect_table(settings: Settings) -> TableSeen:
    """What is in the table that the settings name; with a target also which columns give it away.

    Raises:
        DataError: the data cannot be read as a table, or a column is not there.
    """
    if is_images(settings.data):
        raise DataError(f"{settings.shown_data} holds arrays; `fallline inspect` looks at tables.")
    settings, table = named_table(settings)
    if settings.target is None:
        return table_seen(table, drop=settings.drop, kinds=settings.types)
    target = find_column(table.frame, settings.target)
    left_out = [find_column(table.frame, name) for name in settings.drop]
    frame, note = rows_with_target(table.frame, target)
    kinds = {find_column(frame, name): kind for name, kind in settings.types.items()}
    preprocessor = TablePreprocessor.fit(frame, target=target, drop=left_out, kinds=kinds)
    task = settings.task or infer_task(frame[target])
    used = [*(encoder.name for encoder in preprocessor.encoders), target]
    leaks = [leak.sentence for leak in find_leaks(frame[used], target, task)]
    notes = [*leaks, *table.notes, *([note] if note else []), *preprocessor.notes]
    return table_seen(table, preprocessor, notes)
