"""Files of their own for the validation or the test rows: what they must have in common with the training data."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.table import TableForm
from fallline.data.tables.header import is_value
from fallline.errors import DataError
from fallline.experiment.settings import Settings

NAMES_SHOWN = 6


def require_columns_of(
    form: TableForm, frame: pl.DataFrame, target: str, part: str, path: str, data: str
) -> None:
    """Requires the target in the file of a part.

    Args:
        form: The columns of the training data.
        frame: The rows of the file.
        target: The target's name.
        part: The part, by the name of its setting: `test`.
        path: The file.
        data: The file of the training data.

    Raises:
        DataError: it lacks the target; where it has none of the columns, or a row of data in their place, that is said.
    """
    if target in frame.columns:
        return
    names = [column.name for column in form.columns]
    file, has = f'--{part} "{path}"', _listed(frame.columns)
    if set(names) & set(frame.columns):
        raise DataError(
            f'{file} has no column "{target}", the target: rows to judge by need their answers. It has: {has}.'
        )
    if any(map(is_value, frame.columns)):
        raise DataError(
            f"{file} seems to have no header: its first line reads {has}. Put the names of the training data above it, "
            f'{_listed(names)}: (head -n 1 "{data}"; cat "{path}") > named.csv, and give --{part} named.csv.'
        )
    raise DataError(
        f"{file} has other columns than the training data: {has}. Name them as there, {_listed(names)}, or leave out "
        f"--{part}: a part of the training data is kept in its place."
    )


@contextlib.contextmanager
def about_part(settings: Settings, part: str) -> Iterator[None]:
    """Names the file of a part in the errors about its rows, where it has one."""
    try:
        yield
    except DataError as error:
        path = getattr(settings, part, None)
        if not isinstance(path, str):
            raise
        raise DataError(f'--{part} "{path}": {error}') from None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:NAMES_SHOWN]) + (", ..." if len(names) > NAMES_SHOWN else "")
