"""How a class of layers says what it computes: the ways beside `init` and `apply` are entered here from above."""

from __future__ import annotations

from collections.abc import Callable

STYLES: list[Callable[[type], None]] = []
"""Each looks at a new class of layers, and gives one that is written in its way what a layer needs."""
