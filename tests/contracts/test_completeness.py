"""The table holds every class of the catalogue, and every class can be had where its name says."""

from __future__ import annotations

import importlib

import pytest

from fallline.registry.tables import TABLES

from .table import TABLE_OF_ALL

HOMES = {"schedules": "optimizers.schedules", "mixing": "layers"}
"""Where a noun's classes are to be had, if not in the module of its name."""


def catalogue() -> list[str]:
    """Every registered class of this package."""
    return sorted(
        f"{module}.{name}"
        for module, table in TABLES.items()
        for name, cls in table.classes().items()
        if cls.__module__.startswith("fallline.")
    )


def test_every_class_is_in_the_table() -> None:
    missing = set(catalogue()) - {line.name for line in TABLE_OF_ALL}
    assert not missing, f"no line in tests/contracts/table.py: {', '.join(sorted(missing))}"


@pytest.mark.parametrize("module", sorted(TABLES))
def test_every_class_is_public(module: str) -> None:
    home = importlib.import_module(f"fallline.{HOMES.get(module, module)}")
    own = [name.partition(".")[2] for name in catalogue() if name.startswith(f"{module}.")]
    public = getattr(home, "__all__", vars(home))
    missing = [name for name in own if name not in public]
    assert not missing, f"not in fallline.{HOMES.get(module, module)}: {', '.join(missing)}"
