"""`keras.datasets.cifar10`."""

from typing import Any

from fallline.own.loading import load


def __getattr__(name: str) -> Any:
    return getattr(load("fallline.datasets.cifar10"), name)
