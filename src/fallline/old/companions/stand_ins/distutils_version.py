"""`distutils.version`, which went with Python 3.12."""

from __future__ import annotations

import re
from functools import total_ordering
from typing import Any


@total_ordering
class LooseVersion:
    """A version by its numbers."""

    def __init__(self, text: Any = "") -> None:
        self.vstring = str(text)
        self.version = [int(number) for number in re.findall(r"\d+", self.vstring)]

    def __eq__(self, other: object) -> bool:
        return self.version == LooseVersion(other).version

    def __lt__(self, other: object) -> bool:
        return self.version < LooseVersion(other).version

    def __hash__(self) -> int:
        return hash(tuple(self.version))

    def __str__(self) -> str:
        return self.vstring


StrictVersion = LooseVersion
