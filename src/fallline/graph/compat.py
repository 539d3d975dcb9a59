"""`tf.compat`: texts and bytes; `tf.compat.v1` is the name space itself."""

from __future__ import annotations

import importlib
from typing import Any

from fallline.graph.core.failures import absent

__all__ = ["as_bytes", "as_str", "as_str_any", "as_text"]


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """A text as bytes."""
    return bytes_or_text if isinstance(bytes_or_text, bytes) else str(bytes_or_text).encode(encoding)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as a text."""
    return bytes_or_text.decode(encoding) if isinstance(bytes_or_text, bytes) else str(bytes_or_text)


as_str = as_str_any = as_text


def __getattr__(name: str) -> Any:
    if name == "v1":
        return importlib.import_module("fallline.graph")
    raise absent("tf.compat", name)
