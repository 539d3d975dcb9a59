"""A checkpoint as something to read from, whoever wrote it."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from fallline.errors import SavedFileError, suggestion
from fallline.graph.files import object_graph
from fallline.graph.files.bundle import Bundle
from fallline.graph.files.location import (
    BUNDLE,
    OWN,
    STATE_FILE,
    checked_prefix,
    kind_of,
    prefixes_in,
    shards_of,
)
from fallline.graph.files.own_file import OwnFile
from fallline.graph.files.state_file import latest_checkpoint
from fallline.graph.files.tensor_spec import TensorSpec
from fallline.graph.files.version_1 import Version1


class Source(Protocol):
    """Files of one kind."""

    path: Path
    specs: dict[str, TensorSpec]

    def read(self, name: str) -> np.ndarray:
        """The numbers of a tensor."""
        ...


class CheckpointReader:
    """What is in a checkpoint; a tensor's numbers are read when it is asked for, and checked.

    A checkpoint of TensorFlow 2 keeps its variables by attributes (`model/w/.ATTRIBUTES/VARIABLE_VALUE`); each is found
    under the name that the program gave it too.

    Args:
        source: The files.
        prefix: The checkpoint's name.
        kind: "own", "V2" or "V1".
    """

    def __init__(self, source: Source, prefix: str, kind: str) -> None:
        self._source = source
        self.prefix = prefix
        self.kind = kind
        self.specs: Mapping[str, TensorSpec] = dict(sorted(source.specs.items(), key=_by_bytes))

    @property
    def names(self) -> list[str]:
        """The names of all tensors, sorted by their bytes."""
        return list(self.specs)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> the lengths of the axes."""
        return {name: spec.shape for name, spec in self.specs.items()}

    @property
    def dtypes(self) -> dict[str, np.dtype]:
        """Name -> the type; `object` for texts, which are `bytes`."""
        return {name: spec.dtype for name, spec in self.specs.items()}

    @functools.cached_property
    def variables(self) -> dict[str, str]:
        """The name of each variable, as a program calls it -> the name of its tensor.

        They differ in checkpoints of TensorFlow 2 alone, where two variables of one name keep their tensors' names.

        Raises:
            SavedFileError: the checkpoint's description of its objects is damaged.
        """
        if object_graph.KEY not in self.specs:
            return {name: name for name in self.specs}
        try:
            named = object_graph.full_names(self.get_tensor(object_graph.KEY).item())
        except ValueError as error:
            raise SavedFileError(
                f"{self._source.path}: its description of objects is damaged: {error}."
            ) from error
        found = {named.get(name, name): name for name in self.specs if name != object_graph.KEY}
        return dict(sorted(found.items(), key=_by_bytes))

    def has_tensor(self, name: str) -> bool:
        """Whether there is a tensor or a variable of this name."""
        return name in self.specs or name in self.variables

    def get_tensor(self, name: str) -> np.ndarray:
        """The numbers of a tensor.

        Args:
            name: Its name, or that of its variable.

        Raises:
            SavedFileError: there is none of this name, or its numbers are damaged or missing.
        """
        return self._source.read(self._tensor(name))

    def spec(self, name: str) -> TensorSpec:
        """Shape and type of a tensor.

        Args:
            name: Its name, or that of its variable.

        Raises:
            SavedFileError: there is none of this name.
        """
        return self.specs[self._tensor(name)]

    def get_tensors(
        self, expected: Mapping[str, TensorSpec], *, reshape: bool = False
    ) -> dict[str, np.ndarray]:
        """The numbers of some variables, all of them or none.

        Args:
            expected: Name -> the shape and type that they must have.
            reshape: Whether an equal number of numbers will do, which are then given in the shape asked for.

        Raises:
            SavedFileError: some are missing, have another shape or type, or are damaged.
        """
        missing = [name for name in sorted(expected) if not self.has_tensor(name)]
        if missing:
            raise SavedFileError(self._told_missing(missing, len(expected)))
        for name, wanted in expected.items():
            found = self.spec(name)
            fits = found.size == wanted.size if reshape else found.shape == wanted.shape
            if found.dtype != wanted.dtype or not fits:
                raise SavedFileError(
                    f'{self.prefix}: variable "{name}" is {wanted.type_name} {wanted.shape}, but the checkpoint has '
                    f"{found.type_name} {found.shape}."
                    + (
                        " Saver(reshape=True) takes equal sizes."
                        if found.size == wanted.size and not fits
                        else ""
                    )
                )
        return {name: self.get_tensor(name).reshape(wanted.shape) for name, wanted in expected.items()}

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> shape as a list, as TensorFlow's reader gives it."""
        return {name: list(spec.shape) for name, spec in self.specs.items()}

    def get_variable_to_dtype_map(self) -> dict[str, np.dtype]:
        """Name -> type, as TensorFlow's reader gives it."""
        return self.dtypes

    def _tensor(self, name: str) -> str:
        if name in self.specs:
            return name
        if name in self.variables:
            return self.variables[name]
        raise SavedFileError(self._told_missing([name], 1))

    def _told_missing(self, missing: list[str], expected: int) -> str:
        known = list(self.variables)
        first = missing[0]
        if first.endswith(":0") and self.has_tensor(first[:-2]):
            advice = f'Leave ":0" out: "{first[:-2]}" is there.'
        else:
            advice = suggestion(first, known) if known else "It holds nothing."
        others = f", and {len(missing) - 1} more of {expected}" if len(missing) > 1 else ""
        return f'{self.prefix} ({len(known)} variables) has no "{first}"{others}. {advice}'


def read_checkpoint(path: Any) -> CheckpointReader:
    """Opens a checkpoint that Fallline or TensorFlow wrote (V2 or V1, also in shards).

    Args:
        path: Its name (`logs/model-100`), one of its files, or a folder, of which the newest is taken; of the folder of a
            `SavedModel`, its variables.

    Raises:
        SavedFileError: there is none, or it is damaged.
        UsageError: it is no path.
    """
    prefix = checked_prefix("read_checkpoint", path)
    kind = kind_of(prefix)
    folder, name = os.path.split(prefix)
    if kind not in (OWN, BUNDLE) and (name == STATE_FILE or Path(prefix).is_dir()):
        folder = prefix if Path(prefix).is_dir() else folder
        inner = os.path.join(folder, "variables", "variables")  # noqa: PTH118 - a text, as TensorFlow gives it
        prefix = latest_checkpoint(folder) or (inner if Path(folder, "saved_model.pb").is_file() else "")
        kind = kind_of(prefix) if prefix else None
    if kind is None:
        raise SavedFileError(_told_absent(prefix or str(path), folder))
    return CheckpointReader(_source(prefix, kind), prefix, kind)


def _source(prefix: str, kind: str) -> Source:
    if kind == OWN:
        return OwnFile(prefix)
    return Bundle(prefix) if kind == BUNDLE else Version1(shards_of(prefix) or [Path(prefix)])


def _told_absent(path: str, folder: str) -> str:
    names = prefixes_in(folder)
    if not names:
        holds = f"The folder {folder or '.'} holds"
        if path == folder:
            return f"{holds} no checkpoint: no file in it ends in .index or .safetensors."
        where = f"{holds} none" if Path(folder or ".").is_dir() else f"There is no folder {folder}"
        return f"{path} is no checkpoint: no file {path}.index or {path}.safetensors. {where}."
    shown = ", ".join(names[-5:])
    return f"{path} is no checkpoint. In {folder or '.'} there {'is' if len(names) == 1 else 'are'}: {shown}."


def _by_bytes(item: tuple[str, Any]) -> bytes:
    return item[0].encode("utf-8", "surrogateescape")
