"""`keras.datasets.cifar100`."""

from typing import Any

from fallline.own.loading import load


def __getattr__(name: str) -> Any:
    return getattr(load("fallline.datasets.cifar100"), name)
