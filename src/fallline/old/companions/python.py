"""Python's own library of 2.7 to 3.11."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import Changes

ABSTRACT = (
    "Callable", "Container", "Generator", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping",
    "MutableMapping", "MutableSequence", "MutableSet", "Sequence", "Set", "Sized", "ValuesView",
)  # fmt: skip

ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "base64": {"encodestring": "base64.encodebytes", "decodestring": "base64.decodebytes"},
    "collections": {name: f"collections.abc.{name}" for name in ABSTRACT},
    "fractions": {"gcd": "math.gcd"},
    "inspect": {"getargspec": "inspect.getfullargspec"},
    "itertools": {
        "izip": "builtins.zip", "imap": "builtins.map", "ifilter": "builtins.filter", "izip_longest": "itertools.zip_longest",
    },
    "os": {"getcwdu": "os.getcwd"},
    "string": {
        "maketrans": "builtins.str.maketrans", "letters": "string.ascii_letters", "lowercase": "string.ascii_lowercase",
        "uppercase": "string.ascii_uppercase",
    },
    "sys": {"maxint": "sys.maxsize"},
    "time": {"clock": "time.perf_counter"},
    "urllib": {
        "urlretrieve": "urllib.request.urlretrieve", "urlopen": "urllib.request.urlopen", "quote": "urllib.parse.quote",
        "urlencode": "urllib.parse.urlencode", "unquote": "urllib.parse.unquote",
    },
}  # fmt: skip
"""Module -> its old names, and where each lies now."""


def give_back(module: ModuleType, changes: Changes) -> None:
    """Adds the old names of one module."""
    old = {name: now for name, now in ELSEWHERE[module.__name__].items() if name not in vars(module)}
    values: dict[str, tuple[Callable[[], Any], str]] = {
        name: (partial(_found, now), now.removeprefix("builtins.")) for name, now in old.items()
    }
    changes.names(module, values)


def _found(path: str) -> Any:
    space, _, name = path.rpartition(".")
    if space == "builtins.str":
        return getattr(str, name)
    return getattr(import_module(space), name)
