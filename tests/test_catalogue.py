"""docs/reference/catalogue.md is what the docstrings say, and they say enough."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[1] / "scripts" / "catalogue.py"

IN_WORDS = {
    "initializers.Constant": "one value",
    "initializers.Ones": "one value",
    "initializers.Zeros": "one value",
    "layers.InputLayer": "computes nothing",
    "layers.RandomErasing": "a rectangle, which its docstring describes",
    **{
        f"metrics.{name}": "a count"
        for name in ("FalseNegatives", "FalsePositives", "TrueNegatives", "TruePositives")
    },
    **{
        f"metrics.{name}": "the best of a curve"
        for name in (
            "PrecisionAtRecall",
            "RecallAtPrecision",
            "SensitivityAtSpecificity",
            "SpecificityAtSensitivity",
        )
    },
}
"""What has no equation, and why words say all of it."""

FORMULA = re.compile(
    r"[=/^@+]|\\\*|\bU\(|\bN\(|-log|\w\(\w+\(|\bbecomes\b|max\(|min\(|\[x|x\\_1|\[i\]|`.*\(.*`"
)


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    """The script that writes the page, as a module."""
    specification = importlib.util.spec_from_file_location("catalogue_script", FILE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    specification.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    # In a process of its own, as the script runs: other tests import modules in another order.
    result = subprocess.run(
        [sys.executable, str(FILE), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_name_has_its_equation_and_source(catalogue: ModuleType) -> None:
    holes = []
    for module in catalogue.NOUNS:
        for row in catalogue.rows_of_table(module):
            name = f"{module}.{row.name}"
            equation = row.equation or FORMULA.search(row.what) or name in IN_WORDS
            holes += [
                f"{name}: no {what}"
                for what, given in (("first line", row.what), ("equation", equation), ("Source:", row.source))
                if not given
            ]
    assert not holes, "; ".join(holes)


def test_what_is_said_in_words_exists_and_has_no_equation(catalogue: ModuleType) -> None:
    rows = {
        f"{module}.{row.name}": row for module in catalogue.NOUNS for row in catalogue.rows_of_table(module)
    }
    assert [name for name in IN_WORDS if rows[name].equation] == []


def test_every_row_has_the_columns_of_its_table(catalogue: ModuleType) -> None:
    columns = 0
    for line in catalogue.page().splitlines():
        if line.startswith("|"):
            bars = len(re.findall(r"(?<!\\)\|", line))
            columns = columns or bars
            assert bars == columns, line
        else:
            columns = 0


def test_names_are_in_alphabetical_order(catalogue: ModuleType) -> None:
    for module in catalogue.NOUNS:
        names = [row.name for row in catalogue.rows_of_table(module)]
        assert names == sorted(names)


def test_what_is_no_equation_is_not_taken_for_one(catalogue: ModuleType) -> None:
    row = catalogue.row(
        "X", (), "What it does.\n\n    y = a | b\n\nThe sum x = 1 is prose.\n\nSource: Me (1900).\n"
    )
    assert row.equation == "`    y = a \\| b`"
    assert str(row).count("\\|") == 1
    assert row.source == "Me (1900)."
