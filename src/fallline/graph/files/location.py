"""Where the files of a checkpoint lie: its name is a prefix, `folder/model-1`, and what is there says which kind it is.

A name is never a pattern: brackets, stars and backslashes in it are letters.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from fallline.errors import UsageError, warn
from fallline.graph.files.own_file import ENDING, file_of
from fallline.graph.files.version_1 import PATTERN, files_of

OWN, BUNDLE, VERSION_1 = "own", "V2", "V1"
"""The kinds: Fallline's, and TensorFlow's of today and of before 2017."""

STATE_FILE = "checkpoint"

_ENDINGS = re.compile(rf"(\.index|\.meta|\.data-\d{{5}}-of-\d{{5}}|{re.escape(ENDING)})\Z")
_SHARD = re.compile(r"(.*)-\d{5}-of-(\d{5})\Z", re.DOTALL)


def checked_prefix(where: str, path: Any) -> str:
    """The name of a checkpoint, from what a person gave: the name, or one of its files.

    Args:
        where: Begins the message.
        path: A text or a path.

    Raises:
        UsageError: it is neither, or empty.
    """
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise UsageError(
            f"{where}: expected the name of a checkpoint, such as logs/model-100, got {path!r:.60}."
            + (" latest_checkpoint gives None where a folder has none." if path is None else "")
        )
    prefix = os.fsdecode(path)
    bare = _ENDINGS.sub("", prefix)
    return bare if bare != prefix and Path(prefix).is_file() else prefix


def kind_of(prefix: str) -> str | None:
    """Which kind of checkpoint lies under a name; None where there is none.

    Where Fallline and TensorFlow both wrote one, the one that was written last, with a warning.
    """
    own, theirs, kind = file_of(prefix), Path(f"{prefix}.index"), BUNDLE
    if not theirs.is_file():
        theirs, kind = (shards_of(prefix) or [Path(prefix)])[0], VERSION_1
    if not own.is_file():
        return kind if theirs.is_file() else None
    if not theirs.is_file():
        return OWN
    newer, older = (own, theirs) if own.stat().st_mtime_ns >= theirs.stat().st_mtime_ns else (theirs, own)
    warn(
        f"{prefix}: two checkpoints lie under this name, one of Fallline ({own.name}) and one of TensorFlow ({theirs.name}); "
        f"{newer.name} was written last and is taken. Move {older.name} away."
    )
    return OWN if newer is own else kind


def shards_of(prefix: str) -> list[Path]:
    """The files of an old checkpoint in shards, by its pattern `model-1-?????-of-00002`, by `model-1` or by one of the files."""
    if PATTERN.match(prefix):
        return files_of(prefix)
    shard = _SHARD.match(prefix)
    if shard and Path(prefix).is_file():
        return files_of(f"{shard[1]}-?????-of-{shard[2]}")
    folder, name = os.path.split(prefix)
    if Path(prefix).is_file() or not name:
        return []
    first = re.compile(re.escape(name) + r"-00000-of-(\d{5})")
    found = [match[1] for match in map(first.fullmatch, _names_in(folder)) if match]
    return files_of(f"{prefix}-?????-of-{found[0]}") if len(found) == 1 else []


def checkpoint_exists(checkpoint_prefix: Any) -> bool:
    """Whether a checkpoint of Fallline or of TensorFlow lies under a name.

    Args:
        checkpoint_prefix: The name, `folder/model-1`, or one of its files.

    Raises:
        UsageError: it is no path.

    Differs from TensorFlow: a name is never taken for a pattern, and a state file is no checkpoint.
    """
    prefix = checked_prefix("checkpoint_exists", checkpoint_prefix)
    single = [Path(prefix)] if Path(prefix).name != STATE_FILE else []
    candidates = [file_of(prefix), Path(f"{prefix}.index"), *shards_of(prefix), *single]
    return any(path.is_file() for path in candidates)


def prefixes_in(folder: str) -> list[str]:
    """The names of the checkpoints that lie in a folder, whatever its state file says, oldest first."""
    found = {}
    for name in _names_in(folder):
        if name.endswith((".index", ENDING)):
            found[_ENDINGS.sub("", name)] = Path(folder, name).stat().st_mtime_ns
    return sorted(found, key=lambda name: (found[name], name))


def files_under(prefix: str) -> list[Path]:
    """The files of the checkpoint under a name: Fallline's where there is one, else TensorFlow's."""
    if file_of(prefix).is_file():
        return [file_of(prefix)]
    folder, name = os.path.split(prefix)
    theirs = re.compile(re.escape(name) + r"(\.index|\.data-\d{5}-of-\d{5}|\.meta)?")
    found = [Path(folder, each) for each in _names_in(folder) if each and theirs.fullmatch(each)]
    return sorted(path for path in {*found, *shards_of(prefix)} if path.is_file())


def _names_in(folder: str) -> list[str]:
    return os.listdir(folder or ".") if Path(folder).is_dir() else []  # noqa: PTH208 - names alone
