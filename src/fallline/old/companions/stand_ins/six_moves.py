"""`six.moves`: what lies elsewhere in Python 3."""

from __future__ import annotations

import functools
import importlib
from importlib import import_module
from itertools import filterfalse as filterfalse, zip_longest as zip_longest
from typing import Any

range, input, zip, map, filter = range, input, zip, map, filter  # noqa: PLW0127 - names of this module, too
xrange = range
reduce, reload_module = functools.reduce, importlib.reload

MODULES = {
    "cPickle": "pickle", "configparser": "configparser", "queue": "queue", "http_client": "http.client", "urllib": "urllib",
    "builtins": "builtins", "copyreg": "copyreg",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in ("StringIO", "cStringIO"):
        return import_module("io").StringIO
    if name not in MODULES:
        raise AttributeError(name)
    if name == "urllib":
        for part in ("request", "parse", "error"):
            import_module(f"urllib.{part}")
    return import_module(MODULES[name])


def __dir__() -> list[str]:
    return sorted({*globals(), *MODULES, "StringIO", "cStringIO"})
