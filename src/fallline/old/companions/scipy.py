"""SciPy of before 1.4 to 1.12: NumPy's names at its top."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import Changes

OF_NUMPY = (
    "array", "zeros", "ones", "dot", "exp", "log", "sqrt", "sin", "cos", "pi", "mean", "std", "var", "arange", "linspace",
    "interp", "where", "sum", "absolute", "eye", "transpose", "argmax", "argsort", "vstack", "hstack", "concatenate",
)  # fmt: skip


def give_back(scipy: ModuleType, changes: Changes) -> None:
    """Adds the names that were NumPy's; to `scipy.misc`, which is empty now, what it had."""
    import numpy as np

    if scipy.__name__ == "scipy.misc":
        changes.put(scipy, "__getattr__", _of_misc)
        return

    changes.names(
        scipy,
        {name: (partial(getattr, np, name), f"numpy.{name}") for name in OF_NUMPY if name not in vars(scipy)}
        | {
            "rand": (lambda: np.random.rand, "numpy.random.rand"),
            "randn": (lambda: np.random.randn, "numpy.random.randn"),
        },
    )


def _of_misc(name: str) -> Any:
    from fallline.old.companions.stand_ins import scipy_misc

    return getattr(scipy_misc, name)
