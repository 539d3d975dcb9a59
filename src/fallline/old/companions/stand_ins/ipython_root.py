"""`IPython` itself, where it is not installed: its modules are in `ipython`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "8.24.0"
version_info = (8, 24, 0, "")


def get_ipython() -> None:
    """No IPython runs."""


def __getattr__(name: str) -> Any:
    if name in ("core", "display"):
        return import_module(f"IPython.{name}")
    if name in ("pylabtools", "interactiveshell"):
        return import_module(f"IPython.core.{name}")
    raise AttributeError(name)
