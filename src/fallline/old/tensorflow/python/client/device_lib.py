"""`device_lib.list_local_devices()`: programs ask whether there is a GPU."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """A device, by the names that TensorFlow gives it.

    Attributes:
        name: Such as "/device:GPU:0".
        device_type: "CPU" or "GPU".
    """

    name: str
    device_type: str
    memory_limit: int = 0
    physical_device_desc: str = ""


def list_local_devices() -> list[Device]:
    """The devices of this machine, the processor first."""
    import jax

    devices = jax.devices()
    graphics = [each for each in devices if each.platform == "gpu"]
    named = [Device(f"/device:GPU:{number}", "GPU") for number, _ in enumerate(graphics)]
    return [Device("/device:CPU:0", "CPU"), *named]
