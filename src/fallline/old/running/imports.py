"""The imports of an old program: `tensorflow` and `keras` are Fallline's, within a `with` block and for this process only."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from fallline.errors import ABSENT, nearest
from fallline.old.running.mapping import FIRST, OWN, SECOND, Style, homes
from fallline.own.loading import load

INSTEAD = {
    "convolutional": ABSENT["Conv2D"],
    "pooling": ABSENT["Conv2D"],
    "applications": ABSENT["applications"],
    "recurrent": ABSENT["LSTM"],
    "rnn": ABSENT["LSTM"],
    "hub": ABSENT["applications"],
}
"""Last part of a missing module's name -> what to use instead."""
WITHIN = {"fallline.old.keras.backend.tensorflow_backend": "fallline.old.keras.backend"}
"""Modules that Python looks for within Fallline's, where a program takes them out of one of its own -> what they are."""


@contextmanager
def answering(style: Style) -> Iterator[None]:
    """Within, `import tensorflow`, `from keras.layers import Dense` and their like give Fallline's modules.

    A module is the same object under all of its names. Packages of these names that are loaded already are set aside, and
    are there again after; what the program set on the module `tensorflow` is gone again.

    Args:
        style: What `tensorflow` means to the program.
    """
    aside = _taken_out()
    finder = _Finder(style)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        finder.put_back()
        _taken_out()
        sys.modules.update(aside)


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in OWN]
    return {name: sys.modules.pop(name) for name in names}


class _Finder(MetaPathFinder, Loader):
    """Finds the modules of the old packages, and loads them by handing out Fallline's."""

    def __init__(self, style: Style) -> None:
        self._style: Style = style
        self._without_path: list[ModuleType] = []
        self._before: dict[str, dict[str, Any]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in OWN:
            found = self._module(fullname)
            if found is None:
                raise self._not_there(fullname)
            return ModuleSpec(fullname, self, origin=found.__name__, loader_state=found)
        if fullname in WITHIN:  # `from keras.backend import tensorflow_backend`
            return ModuleSpec(fullname, self, loader_state=load(WITHIN[fullname]))
        space, _, name = fullname.rpartition(".")
        if space in (FIRST, SECOND):  # `from tensorflow import name`, which `tensorflow` does not have
            spec = PathFinder.find_spec(fullname, path, target)
            if spec is None and not name.startswith("_"):
                raise ImportError(_why_not(sys.modules[space], name), name="tensorflow")
            return spec
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = spec.loader_state
        spec.loader_state = module.__spec__
        if module.__name__ in (FIRST, SECOND):
            self._before.setdefault(module.__name__, dict(vars(module)))
        if not hasattr(module, "__path__"):
            # Python looks for what is within a module only where it is a package.
            module.__path__ = []
            self._without_path.append(module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has written the spec of the alias on the module that has one of its own.
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state

    def put_back(self) -> None:
        """Takes back what was changed on Fallline's modules."""
        for module in self._without_path:
            vars(module).pop("__path__", None)
        for name, before in self._before.items():
            module = sys.modules[name]
            for attribute in [*vars(module)]:
                if (
                    attribute not in before
                    and sys.modules.get(f"{name}.{attribute}") is not vars(module)[attribute]
                ):
                    delattr(module, attribute)
            vars(module).update(before)

    def _module(self, name: str) -> ModuleType | None:
        for home in homes(name, self._style):
            if home in sys.modules:
                return sys.modules[home]
            if _is_there(home):
                return load(home)
        # `import tensorflow.nn`, where `nn` is an attribute of what stands for `tensorflow`.
        space, _, last = name.rpartition(".")
        try:
            found = getattr(sys.modules.get(space), last, None)
        except Exception:
            return None
        return found if isinstance(found, ModuleType) else None

    def _not_there(self, name: str) -> ModuleNotFoundError:
        space, _, last = name.rpartition(".")
        known = (
            [each for each in dir(sys.modules[space]) if not each.startswith("_")]
            if space in sys.modules
            else []
        )
        instead = INSTEAD.get(last) or ABSENT.get(last)
        told = f" {instead}" if instead else nearest(last, known)
        return ModuleNotFoundError(f"Fallline has no module {name}.{told}", name=name)


def _is_there(module: str) -> bool:
    """Whether a module of Fallline exists; loads the packages around it."""
    package, _, _ = module.rpartition(".")
    if package and package not in sys.modules:
        if not _is_there(package):
            return False
        importlib.import_module(package)
    path = getattr(sys.modules.get(package), "__path__", None)
    return bool(path) and PathFinder.find_spec(module, path) is not None


def _why_not(module: ModuleType, name: str) -> str:
    try:
        getattr(module, name)
    except Exception as error:
        return f"cannot import {name} from tensorflow: {error}"
    return f"cannot import {name} from tensorflow"
