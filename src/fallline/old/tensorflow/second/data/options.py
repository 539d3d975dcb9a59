"""Settings of datasets, which need nothing here."""

from __future__ import annotations

from typing import Any

AUTOTUNE = -1


class Options:
    """Settings of a dataset: taken and left alone."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = Options()
        return self.__dict__[name]


class experimental:  # noqa: N801 - TensorFlow's
    """Older places of names."""

    AUTOTUNE = AUTOTUNE

    @staticmethod
    def cardinality(dataset: Any) -> Any:
        """How many elements there are."""
        return dataset.cardinality()
