"""`keras.datasets.fashion_mnist`."""

from typing import Any

from fallline.own.loading import load


def __getattr__(name: str) -> Any:
    return getattr(load("fallline.datasets.fashion_mnist"), name)
