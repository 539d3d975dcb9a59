"""Loading a module when it is first asked for, without a trace in the numbers that a program draws.

JAX draws from NumPy's global generator when it is imported. A program seeds that generator, then asks for the first
name of this package, which loads JAX: its data must not depend on it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


def load(module: str) -> ModuleType:
    """The module, imported; NumPy's global generator stays where it was."""
    numpy = sys.modules.get("numpy")
    if numpy is None or "jax" in sys.modules:
        return import_module(module)
    before = numpy.random.get_state()
    try:
        return import_module(module)
    finally:
        numpy.random.set_state(before)
