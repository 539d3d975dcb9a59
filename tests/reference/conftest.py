"""The peers whose answers these tests compare with: Keras (on its JAX backend) and PyTorch.

A test asks for the `keras` or `torch` fixture of `tests/conftest.py`. What it compares is written in its mark
`references`; `test_coverage.py` reads the marks that are collected here.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest


@dataclasses.dataclass(frozen=True)
class Marks:
    """What the tests of this folder are marked to compare, and whether all of them were collected."""

    names: frozenset[str]
    files_left_out: tuple[str, ...]


MARKS = pytest.StashKey[Marks]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Reads the marks before `-k` and its like take tests away; in each worker of pytest-xdist alike."""
    folder = Path(__file__).parent
    own = [item for item in items if folder in item.path.parents]
    # Of a file named with `::` only some tests are here.
    cut = {Path(argument.partition("::")[0]).name for argument in config.args if "::" in argument}
    whole = {item.path.name for item in own} - cut
    config.stash[MARKS] = Marks(
        names=frozenset(
            name for item in own for mark in item.iter_markers("references") for name in mark.args
        ),
        files_left_out=tuple(
            sorted({path.name for path in folder.glob("test_*.py")} - {"test_coverage.py"} - whole)
        ),
    )


@pytest.fixture
def marks(pytestconfig: pytest.Config) -> Marks:
    """The marks of all reference tests; skips where only a part of them was collected."""
    found = pytestconfig.stash[MARKS]
    if found.files_left_out:
        pytest.skip(f"not collected, or skipped as a whole: {', '.join(found.files_left_out)}")
    return found
