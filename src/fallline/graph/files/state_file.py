"""The state file of a folder of checkpoints, `checkpoint`: which is the newest, and which others there are.

It is the text that TensorFlow writes and reads, so that either finds what the other left. TensorFlow ignores the whole file
for one field that it does not know: nothing of our own is in it.

Source: TensorFlow, python/training/checkpoint_state.proto, python/checkpoint/checkpoint_management.py.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fallline._files import written_whole
from fallline.errors import SavedFileError, UsageError, warn
from fallline.graph.files.location import STATE_FILE, checkpoint_exists, prefixes_in
from fallline.graph.files.text_format import Value, quoted, read_text

_NEWEST, _ALL = "model_checkpoint_path", "all_model_checkpoint_paths"
_TIMES, _PRESERVED = "all_model_checkpoint_timestamps", "last_preserved_timestamp"


@dataclasses.dataclass(frozen=True)
class CheckpointState:
    """What a state file says.

    Attributes:
        model_checkpoint_path: The name of the newest checkpoint.
        all_model_checkpoint_paths: The names of all that are kept, oldest first.
        all_model_checkpoint_timestamps: When each was written, in seconds since 1970; empty where nobody wrote it down.
        last_preserved_timestamp: When one was last kept for good, likewise; 0 if never.
    """

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: tuple[str, ...] = ()
    all_model_checkpoint_timestamps: tuple[float, ...] = ()
    last_preserved_timestamp: float = 0.0


def get_checkpoint_state(checkpoint_dir: Any, latest_filename: str | None = None) -> CheckpointState | None:
    """What the state file of a folder says, its paths joined to the folder where they are relative.

    Args:
        checkpoint_dir: The folder.
        latest_filename: The name of the state file; `checkpoint` if None.

    Returns:
        The state; None where there is no such file, or, with a warning, where it cannot be read.

    Raises:
        SavedFileError: the file names no checkpoint.
        UsageError: the folder is no path.

    Differs from TensorFlow: where a path leads nowhere and a checkpoint of its last name lies in the folder itself, such as
        after it was moved or came from another machine, that one is meant; a warning says so.
    """
    folder = _folder("get_checkpoint_state", checkpoint_dir)
    path = Path(folder, latest_filename or STATE_FILE)
    if not path.is_file():
        return None
    try:
        state = _parsed(read_text(path.read_bytes().decode("utf-8", "surrogateescape")))
    except ValueError as error:
        warn(f"{path} is ignored: {error}. Name a checkpoint itself, or delete the file.")
        return None
    if not state.model_checkpoint_path:
        raise SavedFileError(
            f"{path} names no checkpoint: {_NEWEST} is missing or empty.{_others(folder)} Write "
            f'{_NEWEST}: "model-1" into it, or name a checkpoint itself.'
        )
    newest = _found(folder, state.model_checkpoint_path)
    if newest != os.path.join(folder, state.model_checkpoint_path):  # noqa: PTH118 - texts, as TensorFlow gives them
        warn(
            f"{path} names {state.model_checkpoint_path}, where nothing lies; {newest} of its folder is taken for it."
        )
    kept = tuple(_found(folder, each) for each in state.all_model_checkpoint_paths)
    return dataclasses.replace(state, model_checkpoint_path=newest, all_model_checkpoint_paths=kept)


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The name of the newest checkpoint of a folder, as its state file says.

    Args:
        checkpoint_dir: The folder.
        latest_filename: The name of the state file; `checkpoint` if None.

    Returns:
        The name, for `restore`; None where there is no state file, or, with a warning, no such checkpoint.

    Raises:
        SavedFileError: the file names no checkpoint.
        UsageError: the folder is no path.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    folder = _folder("latest_checkpoint", checkpoint_dir)
    warn(
        f"latest_checkpoint: {Path(folder, latest_filename or STATE_FILE)} names {state.model_checkpoint_path}, and no such "
        f"checkpoint lies there.{_others(folder)}"
    )
    return None


def write_checkpoint_state(
    save_dir: str, newest: str, kept: Iterable[str] = (), latest_filename: str | None = None
) -> None:
    """Writes the state file of a folder, whole or not at all.

    Args:
        save_dir: The folder.
        newest: The name of the newest checkpoint. Relative to where the program runs, it is written relative to the folder,
            which may then be moved; an absolute one is written as it is.
        kept: The names of all that are kept, oldest first; the newest is added where it is missing.
        latest_filename: The name of the state file; `checkpoint` if None.

    Raises:
        UsageError: the name of the state file has a folder in it.
    """
    filename = latest_filename or STATE_FILE
    if os.path.split(filename)[0]:
        raise UsageError(
            f"latest_filename: expected a name without folder, since it lies beside the checkpoints, got {filename!r:.60}."
        )
    paths = list(kept)
    if newest not in paths:
        paths.append(newest)
    lines = [f"{_NEWEST}: {quoted(_relative(newest, save_dir))}"]
    lines += [f"{_ALL}: {quoted(_relative(each, save_dir))}" for each in paths]
    with written_whole(Path(save_dir, filename)) as file:
        file.write(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def _parsed(content: list[tuple[str, Value]]) -> CheckpointState:
    texts: dict[str, list[str]] = {_NEWEST: [], _ALL: []}
    numbers: dict[str, list[float]] = {_TIMES: [], _PRESERVED: []}
    for name, value in content:
        if name in texts and isinstance(value, str):
            texts[name].append(value)
        elif name in numbers and isinstance(value, float):
            numbers[name].append(value)
        else:
            raise ValueError(f"{name}: {value!r:.40} is nothing that a state file says")
    return CheckpointState(
        model_checkpoint_path=(texts[_NEWEST] or [""])[-1],
        all_model_checkpoint_paths=tuple(texts[_ALL]),
        all_model_checkpoint_timestamps=tuple(numbers[_TIMES]),
        last_preserved_timestamp=(numbers[_PRESERVED] or [0.0])[-1],
    )


def _folder(where: str, folder: Any) -> str:
    if not isinstance(folder, str | os.PathLike):
        raise UsageError(f"{where}: expected a folder of checkpoints, got {folder!r:.60}.")
    return os.fsdecode(folder)


def _found(folder: str, path: str) -> str:
    joined = os.path.join(folder, path)  # noqa: PTH118 - a text, as TensorFlow gives it
    if path and not checkpoint_exists(joined):
        # A path of another machine may have the other kind of slash.
        here = os.path.join(folder, path.replace("\\", "/").rpartition("/")[2])  # noqa: PTH118
        return here if checkpoint_exists(here) else joined
    return joined


def _relative(path: str, folder: str) -> str:
    if os.path.isabs(path):  # noqa: PTH117 - the text is kept
        return path
    parent, name = os.path.split(path)
    parent = os.path.relpath(parent or ".", folder or ".")
    return name if parent == "." and name else f"{parent}/{name}"


def _others(folder: str) -> str:
    names = prefixes_in(folder)
    return f" There are: {', '.join(names[-5:])}." if names else ""
