"""The classes of models that the room reads and makes anew; each enters itself."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, Any] = {}
"""Name of a kind, as in `fallline.models.kinds` -> the room's class."""
