"""The pure functions called as they are give what the compiled program gives."""

from __future__ import annotations

import pytest

from fallline._tree import canonical

from .answers import answer, compiled, data_for, same
from .entry import Entry
from .table import TABLE_OF_ALL


@pytest.mark.parametrize("line", TABLE_OF_ALL, ids=str)
def test_compiled_or_not(line: Entry) -> None:
    made, data = line.made(), data_for(line)
    same(compiled(line)(canonical(made), data), answer(line, made, data))
