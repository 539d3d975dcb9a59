"""What is recorded, under the names of other years: `acc` and `accuracy`, `mae` and `mean_absolute_error`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from fallline.history.recorded import Recorded
from fallline.old import age

LATER_THAN_2_3: dict[str, str] = {
    "accuracy": "acc",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "cosine": "cosine_proximity",
    "kld": "kullback_leibler_divergence",
}
"""What a metric is recorded under since Keras 2.3 -> before it, whatever the program had called it in `compile`.

Source: Keras 2.2.4, keras/engine/training_utils.py and metrics.py; release notes of Keras 2.3.0.
"""

_PAIRS = [
    *LATER_THAN_2_3.items(),
    *((old, new) for new, old in LATER_THAN_2_3.items()),
    ("lr", "learning_rate"),
    ("learning_rate", "lr"),
]


def of_the_years(name: str) -> str:
    """The name under which the Keras of the program's years records a metric."""
    return LATER_THAN_2_3.get(name, name) if age.current().before((2, 3)) else name


def twin(name: Any, known: Collection[str]) -> Any:
    """The name among the known ones that is another year's spelling of this one; the name itself where there is none."""
    if name in known or not isinstance(name, str):
        return name
    for ours, theirs in _PAIRS:
        if name == ours or name.endswith((f"_{ours}", f" {ours}")):
            other = name[: len(name) - len(ours)] + theirs
            if other in known:
                return other
    return name


class Spelled(Recorded):
    """Recorded values that answer to the names of other years too."""

    def __missing__(self, name: object) -> Any:
        known = twin(name, self)
        if known is not name and known in self:
            return self[known]
        return super().__missing__(name)

    def get(self, name: Any, default: Any = None) -> Any:
        """As of every dictionary."""
        return super().get(twin(name, self), default)

    def spelled(self, names: Iterable[str]) -> Spelled:
        """The same with further names, where they are spellings of names that are there."""
        found = Spelled(self)
        for name in names:
            if name not in self and (known := twin(name, self)) in self:
                found[name] = self[known]
        return found
