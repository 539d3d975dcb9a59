"""A population on the disk: written as it trains, so that one that was killed goes on with the same results.

    population.json               who there is, how far everybody came, and what the search was told
    ended-<n>.fallline-members    weights and records of members that ended; never written again
    running-<n>.fallline-members  the whole state of those in training, at the end of the last stretch that was saved
    best.fallline                 the best network so far, an ordinary model

`population.json` is written last and whole, and names the files that belong to it.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fallline._files import written_whole
from fallline.data.batch import Batch
from fallline.engine import Outcome
from fallline.errors import SavedFileError, TrainingWarning, UsageError, warn
from fallline.population.member import Member, Saved
from fallline.wire.sealed import check_seal, write_sealed

if TYPE_CHECKING:
    from fallline.population.sweep import Sweep

FORMAT = "fallline-population-1"
FILE = "population.json"
ENDING = ".fallline-members"
BEST = "best.fallline"
SECONDS_BETWEEN = 5.0
"""A population is written this often at most: a kill costs that much, and writing costs little beside it."""

SHARE_OF_WRITING = 0.05
"""Of large networks it is written more rarely, so that writing takes no more than this part of the time."""

HELD = 1 << 30
"""Bytes of members that ended that stay in memory; of more than that each is read where it lies."""

Arrays = dict[str, NDArray[Any]]


class Store:
    """The folder of a population.

    Args:
        folder: Where it is; made if it is missing.
        facts: What the population is told from others by: goes on only with the same.

    Raises:
        UsageError: the folder cannot be made.
    """

    def __init__(self, folder: str | Path, facts: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self._facts = dict(facts)
        self._written: dict[int, str] = {}
        self._count = 0
        self._due = -math.inf
        self._lines: dict[int, int] = {}
        self._best: tuple[int, ...] | None = None
        self._complained = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"Population: the folder {folder} cannot be made: {error.strerror}.") from None

    def taken(self) -> bool:
        """Whether a population lies there."""
        return (self.folder / FILE).is_file()

    def write_if_due(self, sweep: Sweep) -> None:
        """Writes where the last time is long enough ago; a full disk costs the copy, not the training."""
        began = time.monotonic()
        if began < self._due:
            return
        try:
            self.write(sweep)
        except OSError as error:
            if not self._complained:
                warn(
                    f"Population: {self.folder} cannot be written ({error.strerror}); the training goes on and is kept in "
                    "memory. Make room, or it cannot be resumed.",
                    TrainingWarning,
                )
            self._complained = True
        took = time.monotonic() - began
        self._due = began + max(SECONDS_BETWEEN, took / SHARE_OF_WRITING)

    def write(self, sweep: Sweep) -> None:
        """Writes how far a population came.

        Raises:
            OSError: the disk is full, say; what was there before stays.
        """
        self._count += 1
        for number in [n for n in self._written if len(sweep.members[n].lineage) != self._lines[n]]:
            del self._written[number]  # it went on from another's weights
        ended = [member for member in sweep.members if member.ended and member.number not in self._written]
        running = [member for member in sweep.members if not member.ended and member.epochs]
        files = {}
        if ended:
            name = f"ended-{self._count}{ENDING}"
            self._arrays(name, ended)
            self._written |= {member.number: name for member in ended}
            self._lines |= {member.number: len(member.lineage) for member in ended}
        if running:
            name = f"running-{self._count}{ENDING}"
            self._arrays(name, running)
            files = {member.number: name for member in running}
        description = {
            "format": FORMAT,
            "facts": self._facts,
            "monitor": sweep.monitor,
            "minimise": sweep.minimise,
            "seconds": sweep.seconds,
            "journal": sweep.journal,
            "queues": sweep.queued(),
            "inputs": _shapes(sweep.like),
            "members": [
                _described(member, self._written.get(member.number) or files.get(member.number))
                for member in sweep.members
            ],
        }
        with written_whole(self.folder / FILE) as file:
            file.write(json.dumps(description, default=_plain).encode())
        for old in self.folder.glob(f"*{ENDING}"):
            if old.name not in {*self._written.values(), *files.values()}:
                old.unlink(missing_ok=True)
        if sum(member.held for member in sweep.members) > HELD:
            for member in sweep.members:
                if (kept := self._written.get(member.number)) is not None:
                    member.read = functools.partial(read_arrays, self.folder / kept, member.number)
                    member.arrays = None
        best = sweep.best
        state = None if best is None else (best.number, best.epochs, len(best.lineage))
        if best is not None and best.arrays is not None and best.revive is not None and state != self._best:
            # Made anew: one that is trained on is not the network that it was.
            best.revive(best).save(self.folder / BEST)
            self._best = state

    def restore(self, sweep: Sweep) -> None:
        """Brings a sweep that has just begun to where this population stands.

        Raises:
            SavedFileError: the files are damaged, or of another population.
        """
        content = read(self.folder)
        then = content["facts"]
        now = json.loads(json.dumps(self._facts, default=_plain))
        if other := [name for name in now if then.get(name) != now[name]]:
            raise SavedFileError(
                f"{self.folder} holds another population: {other[0]} was {then.get(other[0])!r:.100}, now it is "
                f"{now[other[0]]!r:.100}. Fit as then to go on, or take another folder."
            )
        sweep.replay(content["journal"])
        if len(sweep.members) != len(content["members"]):
            raise SavedFileError(
                f"{self.folder}: the search gave {len(sweep.members)} members where it once gave "
                f"{len(content['members'])}; it cannot be resumed. Take another folder to begin anew."
            )
        fill(self.folder, content["members"], sweep.members)
        sweep.seconds = content["seconds"]
        sweep.requeue(content["queues"])
        self._written = {
            item["number"]: item["file"] for item in content["members"] if item["file"] and _ended(item)
        }
        self._lines = {number: len(sweep.members[number].lineage) for number in self._written}
        self._count = max((int(name.split("-")[1].split(".")[0]) for name in _files(content)), default=0)

    def _arrays(self, name: str, members: Sequence[Member]) -> None:
        arrays: Arrays = {}
        for member in members:
            parts = {
                "values": member.values,
                "arrays": member.arrays or {},
                "saved": {} if member.saved is None else member.saved.arrays,
                "trace": {} if member.saved is None else member.saved.trace,
            }
            for part, found in parts.items():
                arrays |= {
                    f"{member.number}/{part}/{key}": np.asarray(array, order="C")
                    for key, array in found.items()
                }
        with written_whole(self.folder / name) as file:
            write_sealed(file, arrays, {"fallline": FORMAT})


def read_arrays(path: Path, number: int) -> Arrays:
    """The weights of a member, and its optimizer's state, from the file where they lie.

    Raises:
        SavedFileError: the file is damaged or missing.
    """
    from safetensors import SafetensorError, safe_open

    prefix = f"{number}/arrays/"
    try:
        with safe_open(path, framework="numpy") as file:
            names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118 - no mapping
            return {name.removeprefix(prefix): file.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise SavedFileError(f"{path} is missing or damaged ({type(error).__name__}).") from error


def read(folder: str | Path) -> dict[str, Any]:
    """What `population.json` says.

    Raises:
        SavedFileError: there is none, or it is damaged or of another version.
    """
    path = Path(folder) / FILE
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = content["format"] == FORMAT
    except OSError as error:
        raise SavedFileError(
            f"{folder} holds no population: {FILE} cannot be read ({error.strerror})."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise SavedFileError(f"{path} is damaged ({type(error).__name__}).") from None
    if not known:
        raise SavedFileError(f"{path} is of another version ({content['format']!r:.40}).")
    return content


def fill(folder: Path, described: Sequence[Mapping[str, Any]], members: Sequence[Member]) -> None:
    """Gives members what the files say of them.

    Raises:
        SavedFileError: a file is damaged or missing.
    """
    arrays: dict[str, Arrays] = {}
    for item, member in zip(described, members, strict=True):
        for name in ("status", "epochs", "seconds"):
            setattr(member, name, item[name])
        member.score = math.nan if item["score"] is None else item["score"]
        member.outcome = None if item["outcome"] is None else Outcome(**item["outcome"])
        member.params = item["params"]
        member.lineage = [(epoch, number) for epoch, number in item["lineage"]]
        # What the settings were the search says again; the file knows when they changed.
        settings = [settings for _, settings in member.changes]
        member.changes = [(epoch, own) for (epoch, _), own in zip(item["changes"], settings, strict=True)]
        if item["file"] is None:
            continue
        if item["file"] not in arrays:
            arrays[item["file"]] = _read_arrays(folder / item["file"])
        own = {part: _part(arrays[item["file"]], f"{member.number}/{part}/") for part in _PARTS}
        member.values = own["values"]
        member.arrays = own["arrays"] or None
        member.saved = Saved(own["saved"], own["trace"]) if own["saved"] else None


_PARTS = ("values", "arrays", "saved", "trace")


def members_of(content: Mapping[str, Any]) -> list[Member]:
    """The members as the file describes them, without their arrays."""
    made = []
    for item in content["members"]:
        changes = [(epoch, _tuples(settings)) for epoch, settings in item["changes"]]
        settings = dict(changes[-1][1]) if changes else {}
        member = Member(item["number"], item["candidate"], settings, item["seed"], item["fold"])
        member.changes = changes
        made.append(member)
    return made


def _tuples(value: Any) -> Any:
    """JSON's lists as the tuples that options are."""
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _shapes(like: Batch | None) -> Any:
    """The inputs of a row: [[shape, type], ...], several, or one alone."""
    if like is None:
        return None
    several = isinstance(like.x, tuple)
    shapes = [[list(array.shape[1:]), str(array.dtype)] for array in (like.x if several else (like.x,))]
    return {"several": several, "shapes": shapes}


def row_like(content: Mapping[str, Any]) -> Batch | None:
    """A row of the data that the population was trained on, of zeros."""
    inputs = content["inputs"]
    if inputs is None:
        return None
    arrays = tuple(np.zeros((1, *shape), kind) for shape, kind in inputs["shapes"])
    return Batch(arrays if inputs["several"] else arrays[0])


def _read_arrays(path: Path) -> Arrays:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        check_seal(path)
    except (SafetensorError, OSError) as error:
        raise SavedFileError(f"{path} is missing or damaged ({type(error).__name__}).") from error
    return arrays


def _described(member: Member, file: str | None) -> dict[str, Any]:
    return {
        "number": member.number,
        "candidate": member.candidate,
        "settings": member.settings,
        "seed": member.seed,
        "fold": member.fold,
        "status": member.status,
        "epochs": member.epochs,
        "outcome": None if member.outcome is None else dataclasses.asdict(member.outcome),
        "score": member.score if math.isfinite(member.score) else None,
        "seconds": member.seconds,
        "lineage": member.lineage,
        "changes": member.changes,
        "params": member.params,
        "file": file,
    }


def _ended(item: Mapping[str, Any]) -> bool:
    return str(item["file"]).startswith("ended")


def _files(content: Mapping[str, Any]) -> set[str]:
    return {item["file"] for item in content["members"] if item["file"]}


def _part(arrays: Arrays, prefix: str) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _plain(value: Any) -> Any:
    """What JSON does not know: NumPy's numbers, and things of a person's own by how they are shown."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return repr(value)
