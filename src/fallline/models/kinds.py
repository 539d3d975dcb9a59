"""The kinds of models that a description tells apart; each class enters itself, so that nobody needs to know them all."""

from __future__ import annotations

from typing import Any

KINDS: dict[str, Any] = {}
"""Name of a kind in configurations and files -> the class of its models."""
