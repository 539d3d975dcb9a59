"""SciPy of before 1.4 to 1.12: NumPy's names at its top."""

from __future__ import annotations

from functools import partial
from types import ModuleType

from fallline.old.companions.changes import Changes

OF_NUMPY = (
    "array", "zeros", "ones", "dot", "exp", "log", "sqrt", "sin", "cos", "pi", "mean", "std", "var", "arange", "linspace",
    "interp", "where", "sum", "absolute", "eye", "transpose", "argmax", "argsort", "vstack", "hstack", "concatenate",
)  # fmt: skip


def give_back(scipy: ModuleType, changes: Changes) -> None:
    """Adds the names that were NumPy's."""
    import numpy as np

    changes.names(
        scipy,
        {name: (partial(getattr, np, name), f"numpy.{name}") for name in OF_NUMPY if name not in vars(scipy)}
        | {
            "rand": (lambda: np.random.rand, "numpy.random.rand"),
            "randn": (lambda: np.random.randn, "numpy.random.randn"),
        },
    )
