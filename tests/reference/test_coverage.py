"""Every public name of the catalogue has a test here that compares it with an independent source.

A test says what it compares by `@pytest.mark.references("layers.Dense")`; conftest.py reads the marks.
"""

from __future__ import annotations

import importlib
import inspect

from fallline import callbacks
from fallline.callbacks import Callback
from fallline.engine import Rule
from fallline.registry.tables import TABLES

from .conftest import Marks

NOUNS = (
    "activations",
    "initializers",
    "regularizers",
    "constraints",
    "losses",
    "metrics",
    "layers",
    "optimizers",
)

NOT_COMPARED = {
    "callbacks.Callback": "the base of your own",
    "callbacks.CallbackList": "calls the others in turn",
}
"""Public callbacks in which there is nothing to compare, each with the reason."""


def registered() -> set[str]:
    """The classes of this package in its tables, under the names by which marks and files know them."""
    for noun in NOUNS:
        importlib.import_module(f"fallline.{noun}")
    return {
        f"{module}.{name}"
        for module, table in TABLES.items()
        for name, cls in table.classes().items()
        if cls.__module__.startswith("fallline.")
    }


def public_callbacks() -> set[str]:
    """The public callbacks and rules."""
    found = {name for name in callbacks.__all__ if issubclass(getattr(callbacks, name), Callback | Rule)}
    return {f"callbacks.{name}" for name in found} - set(NOT_COMPARED)


def exists(name: str) -> bool:
    """Whether a name is one of a table, or a public one of a module."""
    module, _, attribute = name.rpartition(".")
    if module in TABLES:
        return attribute in TABLES[module].classes()
    try:
        return attribute in importlib.import_module(f"fallline.{module}").__all__
    except ImportError:
        return False


def test_every_public_name_is_compared(marks: Marks) -> None:
    without = sorted((registered() | public_callbacks()) - marks.names)
    assert not without, f"no reference test is marked with {', '.join(without)}"


def test_every_marked_name_exists(marks: Marks) -> None:
    registered()
    strange = sorted(name for name in marks.names if not exists(name))
    assert not strange, f"marked, but not in the package: {', '.join(strange)}"


def test_the_exceptions_are_still_there() -> None:
    assert all(inspect.isclass(getattr(callbacks, name.partition(".")[2])) for name in NOT_COMPARED)
