"""What `fit` gives back, under the names of other years too."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline import history
from fallline._tree import assign
from fallline.old.keras.behaviour.spellings import Spelled


@dataclasses.dataclass(frozen=True, repr=False)
class History(history.History):
    """What `fit` recorded, with what programs of other years look for on it.

    Attributes:
        model: The model that was trained.
    """

    model: Any = None

    @staticmethod
    def of(found: history.History, model: Any) -> History:
        """A history, as this room gives it."""
        if isinstance(found, History):
            return dataclasses.replace(found, model=model)
        fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(history.History)}
        names = model.metrics_names if model._compiled is not None and model._traced is not None else []
        order = [*names, *(f"val_{name}" for name in names)]
        fields["values"] = {name: found.values[name] for name in order if name in found.values} | found.values
        return History(**fields, model=model)

    def __post_init__(self) -> None:
        metrics = list(self.values)
        assign(self, params={**self.params, "nb_epoch": self.params.get("epochs"), "metrics": metrics})

    @property
    def history(self) -> dict[str, list[Any]]:
        """Name -> its value after each epoch."""
        return Spelled(super().history)

    @property
    def totals(self) -> dict[str, Any]:
        """The last values, as Keras 0 named them."""
        return Spelled({name: values[-1] for name, values in self.history.items() if values})
