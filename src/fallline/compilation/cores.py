"""Each core of the processor as a device of its own, so that the members of a population share them all.

JAX sees the whole processor as one device, and can only be told otherwise before its backend begins. One network alone
runs on the first device as before: its operations use all cores either way.

    JAX_NUM_CPU_DEVICES=1      leaves it at one device
"""

from __future__ import annotations

import os

import jax

from fallline._files import processors

MOST = 64
"""Devices at most: each costs a quarter of a MiB and two threads, and more members than that seldom run at once."""


def offer_all_cores() -> None:
    """Makes a device of each core, where JAX has not begun and nobody has said how many there should be."""
    if jax.config.values["jax_num_cpu_devices"] > 0 or _FLAG in os.environ.get("XLA_FLAGS", ""):
        return
    try:
        jax.config.update("jax_num_cpu_devices", min(processors(), MOST))
    except RuntimeError:
        return  # the backend has begun; `idle_cores` tells who would gain by it


def idle_cores() -> str | None:
    """What to tell who trains a population on one device of several cores; None where all are used."""
    devices, there = jax.devices(), processors()
    if devices[0].platform != "cpu" or len(devices) > 1 or there == 1:
        return None
    return (
        f"JAX began with one device for {there} cores, so that members share one core at a time. Import fallline before "
        f"anything is computed with JAX, or set JAX_NUM_CPU_DEVICES={there}."
    )


_FLAG = "xla_force_host_platform_device_count"
