"""Data: arrays checked once, the order of rows, tables and images from files.

arrays.py          arrays as the user gives them, checked
batch.py           rows that belong together
permutation.py     permutations from a seed
order.py           which rows each step takes; sampling.py other choices than a shuffle
tables/            a source into the cells of a table
forms/             how the cells of a column are written: numbers, times, words
reading.py         a typed table: its cells, read by their forms
columns.py         what kind each column is to a network
encoders/          a column as features, a kind a file
preprocessing.py   a table as a matrix, fitted on the training part
target.py          the task, and targets to numbers and back
separability.py    whether a hyperplane parts two classes, proved either way
splits.py          training, validation and test rows: at random, by time, by groups
leaks/             what makes the test rows easier than new rows will be
bundled.py         real data sets that come with scikit-learn
images.py          images from .npz files
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fallline.errors import suggestion

if TYPE_CHECKING:
    from fallline.data.arrays import as_rows as as_rows, as_values as as_values
    from fallline.data.order import Order as Order
    from fallline.data.sampling import (
        ClassBalanced as ClassBalanced,
        Curriculum as Curriculum,
        HardExamples as HardExamples,
        Sampling as Sampling,
        WeightedRows as WeightedRows,
    )
    from fallline.data.separability import Separability as Separability, separable as separable

# Module -> its public names. They are loaded when they are asked for: who reads a table needs none, nor JAX.
_NAMES = {
    "arrays": ("as_rows", "as_values"),
    "order": ("Order",),
    "sampling": ("ClassBalanced", "Curriculum", "HardExamples", "Sampling", "WeightedRows"),
    "separability": ("Separability", "separable"),
}
_HOMES = {name: f"fallline.data.{module}" for module, names in _NAMES.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names stand above


def __dir__() -> list[str]:
    return list(__all__)


# Hidden from type checkers, which would else accept any attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name not in _HOMES:
            # No other kind of error: `from fallline.data import preprocessing` then looks for a file of that name.
            raise AttributeError(
                f'module "fallline.data" has no attribute "{name}". {suggestion(name, __all__)}', name=name
            )
        globals()[name] = value = getattr(import_module(_HOMES[name]), name)
        return value
