"""`tf.config`: which processors there are, and settings that need nothing here."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax


class PhysicalDevice(NamedTuple):
    """A processor."""

    name: str
    device_type: str


LogicalDevice = PhysicalDevice


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processors of a kind, "CPU" or "GPU"; None: all."""
    found = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    if jax.default_backend() == "gpu":
        found += [
            PhysicalDevice(f"/physical_device:GPU:{place}", "GPU") for place in range(jax.device_count())
        ]
    return [each for each in found if device_type in (None, each.device_type)]


list_logical_devices = get_visible_devices = list_physical_devices


def run_functions_eagerly(run_eagerly: bool = True) -> None:
    """Nothing to do: functions run as they stand."""


experimental_run_functions_eagerly = run_functions_eagerly


def functions_run_eagerly() -> bool:
    """True."""
    return True


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Taken and left alone: JAX places arrays; the environment's JAX_PLATFORMS says where."""


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Taken and left alone."""


def set_soft_device_placement(enabled: bool) -> None:
    """Taken and left alone."""


def LogicalDeviceConfiguration(*_: Any, **__: Any) -> None:
    """Taken and left alone."""


class _Settings:
    list_physical_devices = list_logical_devices = get_visible_devices = staticmethod(list_physical_devices)

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


experimental = _Settings()
"""Older places of these functions; all are taken."""
optimizer = threading = experimental
