"""`imp`, which went with Python 3.12."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

reload = importlib.reload
new_module = ModuleType


def load_source(name: str, path: str) -> ModuleType:
    """The module of a file, loaded."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module in {path}", name=name, path=path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
