"""Folders and patterns: several files of one form as one table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.values import joined
from fallline.errors import DataError, suggestion

_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
_MOST_NOTES = 8
_NO_KEY = "__HIVE_DEFAULT_PARTITION__"


def is_pattern(path: Path) -> bool:
    """Whether a path stands for the files that it matches, as `data/*.csv` does."""
    return any(mark in str(path) for mark in "*?[") and not path.exists()


def find_files(path: Path) -> list[Path]:
    """The files that a folder holds or a pattern matches, in natural order (`part-2` before `part-10`).

    Raises:
        DataError: there are none, they are of several forms, or a folder holds other folders than `key=value`.
    """
    if path.is_dir():
        files = list(_inside(path))
    else:
        root = Path(path.anchor)
        found = root.glob(str(path.relative_to(root)))
        files = [file for file in found if file.is_file() and not file.name.startswith(".")]
    if not files:
        raise DataError(
            f"{path} is a folder without files." if path.is_dir() else f'no file matches "{path}".'
        )
    endings = Counter(_ending(file) for file in files)
    if len(endings) > 1:
        shown = ", ".join(f"{count} {ending or 'without ending'}" for ending, count in endings.most_common(8))
        raise DataError(
            f"{path} holds files of several forms ({shown}). Name those that belong together by a pattern, "
            f'such as "{path if path.is_dir() else path.parent}/*{endings.most_common(1)[0][0]}".'
        )
    return sorted(files, key=lambda file: [_natural(part) for part in file.parts])


def read_files(path: Path, files: Sequence[Path], read: Callable[[Path, str | None], Cells]) -> Cells:
    """Reads files and puts their rows one below the other.

    Args:
        path: The folder or pattern, for messages.
        files: Its files.
        read: Reads one; the second argument is a name that its header holds, where that is known.

    Raises:
        DataError: the columns of two files differ, or a file cannot be read.
    """
    first = _with_keys(read(files[0], None), files[0], path)
    if len(files) == 1:
        return replace(first, notes=(f"{files[0]} is the one file of {path}", *first.notes))
    name = None if first.generated_names else first.frame.columns[0]
    parts = [first, *(_aligned(_with_keys(read(file, name), file, path), first) for file in files[1:])]
    frame = pl.DataFrame([joined([part.frame[name] for part in parts]) for name in first.frame.columns])
    starts = np.cumsum([0, *(part.frame.height for part in parts[:-1])])
    notes = [f"{len(parts)} files were joined, from {files[0].name} to {files[-1].name}"]
    more = [f"{part.source}: {note}" for part in parts for note in part.notes]
    if len(more) > _MOST_NOTES:
        more[_MOST_NOTES:] = [f"... and {len(more) - _MOST_NOTES} more such notes"]
    return replace(
        first,
        frame=frame,
        source=str(path),
        what=f"{len(parts)} files, the first of them {first.what}",
        line_numbers=_line_numbers(parts),
        notes=(*notes, *more),
        files=tuple((int(start), part.source) for start, part in zip(starts, parts, strict=True)),
        separator=first.separator if all(part.separator == first.separator for part in parts) else "",
    )


def _inside(folder: Path) -> Iterator[Path]:
    """The files of a folder and of the folders `key=value` in it; not `_SUCCESS` and the like, nor hidden ones."""
    entries = [entry for entry in folder.iterdir() if not (entry.name.startswith(".") or _is_marker(entry))]
    if (folder / "_delta_log").is_dir():
        raise DataError(
            f"{folder} is a Delta table, some of whose files may be out of date. Export it as one Parquet file."
        )
    if other := sorted(entry.name for entry in entries if entry.is_dir() and "=" not in entry.name):
        raise DataError(
            f"{folder} holds folders ({', '.join(other[:5])}). Give one of them, or the files by a pattern, "
            f'such as "{folder}/*/*.csv".'
        )
    for entry in entries:
        if entry.is_dir():
            yield from _inside(entry)
        else:
            yield entry


def _is_marker(path: Path) -> bool:
    """Whether a file or folder is what Spark leaves beside the data (`_SUCCESS`, `_metadata`, `_temporary`)."""
    return path.name.startswith("_") and not path.suffix


def _ending(file: Path) -> str:
    suffixes = [suffix.casefold() for suffix in file.suffixes[-2:]]
    return next((suffix for suffix in reversed(suffixes) if suffix not in _PACKED), "")


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def _with_keys(part: Cells, file: Path, folder: Path) -> Cells:
    """The columns that folders called `key=value` stand for, as Hive and Spark write them."""
    if not folder.is_dir():
        return part
    keys = [folder_name.split("=", 1) for folder_name in file.relative_to(folder).parts[:-1]]
    texts = [(key, None if value == _NO_KEY else unquote(value)) for key, value in keys]
    return replace(
        part, frame=part.frame.with_columns(pl.lit(value, pl.String).alias(key) for key, value in texts)
    )


def _aligned(part: Cells, first: Cells) -> Cells:
    """A later file with the columns of the first, in its order.

    Raises:
        DataError: a column is missing, or there is one more.
    """
    names, expected = part.frame.columns, first.frame.columns
    if part.generated_names and not first.generated_names and len(names) == len(expected):
        note = f"it names no columns; those of {first.source} were taken in their order"
        return replace(
            part, frame=part.frame.rename(dict(zip(names, expected, strict=True))), notes=(*part.notes, note)
        )
    missing, extra = (
        [name for name in expected if name not in names],
        [name for name in names if name not in expected],
    )
    if missing or extra:
        lacking = f'has no column "{missing[0]}", which {first.source} has' if missing else ""
        more = f'has a column "{extra[0]}", which {first.source} has not' if extra else ""
        hint = f" {suggestion(missing[0], extra)}" if missing and extra else ""
        raise DataError(
            f"{part.source} {lacking or more}: files that are joined need the same columns.{hint}"
        )
    return replace(part, frame=part.frame[expected])


def _line_numbers(parts: Sequence[Cells]) -> np.ndarray | None:
    if all(part.line_numbers is None for part in parts):
        return None
    counted = [np.arange(1, part.frame.height + 1) for part in parts]
    return np.concatenate(
        [
            part.line_numbers if part.line_numbers is not None else count
            for part, count in zip(parts, counted, strict=True)
        ]
    )
