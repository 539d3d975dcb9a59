"""Checkpoints of TensorFlow as Fallline's own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fallline.errors import UsageError, suggestion
from fallline.graph.files.checkpoint_set import CheckpointSet
from fallline.graph.files.location import STATE_FILE, checkpoint_exists
from fallline.graph.files.own_file import ENDING
from fallline.graph.files.reader import CheckpointReader, read_checkpoint


def convert_checkpoint(path: Any, out: Any, drop: Iterable[str] = ()) -> str:
    """Writes what is in a checkpoint as one of Fallline's own, each variable under the name that the program gave it.

    Args:
        path: The checkpoint, as `read_checkpoint` takes it.
        out: The name of the new one, or a folder, in which it has the name of the old one. A folder without a state file
            gets one, so that `latest_checkpoint` finds it.
        drop: Names of variables to leave out.

    Returns:
        The name of the new one.

    Raises:
        DataError: a variable is of no type that a checkpoint holds.
        SavedFileError: there is no checkpoint, or it is damaged.
        UsageError: a checkpoint lies under the new name, or a variable to leave out is not there.
    """
    reader = path if isinstance(path, CheckpointReader) else read_checkpoint(path)
    prefix = os.fsdecode(out).removesuffix(ENDING)
    if Path(prefix).is_dir() or prefix.endswith("/"):
        prefix = str(Path(prefix) / Path(reader.prefix).name.partition("-?????-of-")[0])
    if checkpoint_exists(prefix):
        raise UsageError(
            f"convert: a checkpoint lies under {prefix} already. Give another name, or move it away first."
        )
    names = kept_variables(reader, drop)
    arrays = {name: reader.get_tensor(tensor) for name, tensor in names.items()}
    listed = Path(prefix).with_name(STATE_FILE).exists()
    return CheckpointSet(max_to_keep=None, save_relative_paths=True).save(
        arrays, prefix, write_state=not listed
    )


def kept_variables(reader: CheckpointReader, drop: Iterable[str]) -> dict[str, str]:
    """The name of each variable but some -> the name of its tensor.

    Raises:
        UsageError: one to leave out is not there.
    """
    kept = dict(reader.variables)
    for name in drop:
        if kept.pop(name, None) is None:
            raise UsageError(f'convert: {reader.prefix} has no variable "{name}". {suggestion(name, kept)}')
    return kept
