"""`keras.datasets.california_housing`."""

from typing import Any

from fallline.own.loading import load


def __getattr__(name: str) -> Any:
    return getattr(load("fallline.datasets.california_housing"), name)
