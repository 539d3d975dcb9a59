"""`six` where it is not installed: one spelling for Python 2 and 3."""

from __future__ import annotations

import builtins
import io
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from fallline.old.companions.stand_ins import six_moves as moves

__all__ = [
    "PY2", "PY3", "BytesIO", "StringIO", "add_metaclass", "b", "binary_type", "class_types", "ensure_binary", "ensure_str",
    "ensure_text", "integer_types", "iteritems", "iterkeys", "itervalues", "moves", "next", "print_", "string_types", "text_type",
    "u", "unichr", "with_metaclass",
]  # fmt: skip

PY2, PY3, PY34 = False, True, True
__version__ = "1.17.0"
string_types, integer_types, class_types = (str,), (int,), (type,)
text_type, binary_type = str, bytes
MAXSIZE = sys.maxsize
StringIO, BytesIO = io.StringIO, io.BytesIO
unichr, next, print_ = chr, builtins.next, print


def iteritems(of: Mapping[Any, Any]) -> Iterator[Any]:
    """Keys and values."""
    return iter(of.items())


def iterkeys(of: Mapping[Any, Any]) -> Iterator[Any]:
    """Keys."""
    return iter(of)


def itervalues(of: Mapping[Any, Any]) -> Iterator[Any]:
    """Values."""
    return iter(of.values())


def b(text: str) -> bytes:
    """A text of one byte a letter, as bytes."""
    return text.encode("latin-1")


def u(text: str) -> str:
    """A text."""
    return text


def ensure_binary(text: Any, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Bytes."""
    return text if isinstance(text, bytes) else text.encode(encoding, errors)


def ensure_str(text: Any, encoding: str = "utf-8", errors: str = "strict") -> str:
    """A text."""
    return text.decode(encoding, errors) if isinstance(text, bytes) else text


ensure_text = ensure_str


def with_metaclass(meta: type, *bases: type) -> type:
    """A base class of this metaclass."""
    return meta("base", bases, {})


def add_metaclass(meta: type) -> Any:
    """Makes a class anew, of this metaclass."""

    def made(kind: type) -> type:
        names = {name: value for name, value in vars(kind).items() if name not in ("__dict__", "__weakref__")}
        return meta(kind.__name__, kind.__bases__, names)

    return made
