"""What the libraries beside TensorFlow and Keras took away since, given back to the program that runs.

Nothing is imported that the program does not import: a library is changed when it is first imported, and is after the run
as it was before. What is asked for is said once, with the later word for it.

python        Python's own library
jax           arrays as tensors
numpy  pandas  scikit_learn  scipy  matplotlib
changes       a change that can be taken back
absent        whole modules that are gone, or are not installed
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from fallline.old.companions.absent import AbsentModules
from fallline.old.companions.changes import Changes

ROOM = "fallline.old.companions"
COMPANIONS = {
    "jax": "jax",
    "numpy": "numpy",
    "pandas": "pandas",
    "sklearn.preprocessing": "scikit_learn",
    "sklearn.datasets": "scikit_learn",
    "sklearn.metrics": "scikit_learn",
    "sklearn.model_selection": "scikit_learn",
    "sklearn.feature_extraction.text": "scikit_learn",
    "scipy": "scipy",
    "scipy.misc": "scipy",
    "matplotlib": "matplotlib",
    "matplotlib.pyplot": "matplotlib",
    **dict.fromkeys(
        [
            "base64",
            "collections",
            "fractions",
            "inspect",
            "itertools",
            "os",
            "string",
            "sys",
            "time",
            "urllib",
        ],
        "python",
    ),
}
"""Module -> the file here that gives back what it lost."""


@contextmanager
def given_back() -> Iterator[None]:
    """Within, libraries have their old names, too."""
    changes = Changes()
    first, last = _Finder(changes), AbsentModules()
    sys.meta_path.insert(0, first)
    sys.meta_path.append(last)
    try:
        for name in COMPANIONS:
            if name in sys.modules:
                _give_back(sys.modules[name], changes)
        yield
    finally:
        sys.meta_path.remove(first)
        sys.meta_path.remove(last)
        last.forget()
        changes.take_back()


def _give_back(module: ModuleType, changes: Changes) -> None:
    import_module(f"{ROOM}.{COMPANIONS[module.__name__]}").give_back(module, changes)


class _Finder(MetaPathFinder):
    """Waits for a library to be imported."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._asking: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in COMPANIONS or fullname in self._asking:
            return None
        self._asking.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._asking.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._changes)
        return spec


class _Loader(Loader):
    """Loads a library as its own loader does, then gives back what it lost."""

    def __init__(self, own: Any, changes: Changes) -> None:
        self._own = own
        self._changes = changes

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._own
        if module.__spec__ is not None:
            module.__spec__.loader = self._own
        self._own.exec_module(module)
        _give_back(module, self._changes)
