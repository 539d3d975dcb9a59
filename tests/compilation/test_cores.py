"""Each core is a device, unless somebody has said otherwise or JAX has begun."""

from __future__ import annotations

import subprocess
import sys

import jax
import pytest

from fallline._files import processors
from fallline.compilation import cores

ASK = "import {first}, jax, fallline.compilation.program; print(len(jax.devices()))"


def devices(first: str = "sys", **environment: str) -> int:
    import os

    kept = {name: value for name, value in os.environ.items() if name != "JAX_NUM_CPU_DEVICES"}
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(first=first)],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_all_cores_are_devices_unless_the_user_says_otherwise() -> None:
    assert devices() == min(processors(), cores.MOST)
    assert devices(JAX_NUM_CPU_DEVICES="3") == 3


def test_a_backend_that_has_begun_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(jax.devices())
    monkeypatch.setitem(jax.config.values, "jax_num_cpu_devices", -1)
    monkeypatch.setattr(cores, "processors", lambda: before + 1)
    cores.offer_all_cores()
    assert len(jax.devices()) == before


def test_who_trains_on_one_device_of_several_cores_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores.idle_cores() is None
    monkeypatch.setattr(jax, "devices", lambda: jax.local_devices()[:1])
    monkeypatch.setattr(cores, "processors", lambda: 4)
    assert "JAX_NUM_CPU_DEVICES=4" in (cores.idle_cores() or "")
    monkeypatch.setattr(cores, "processors", lambda: 1)
    assert cores.idle_cores() is None


def test_a_population_says_that_cores_are_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    import fallline as fl
    from fallline.errors import TrainingWarning

    monkeypatch.setattr("fallline.population.population.idle_cores", lambda: "Set JAX_NUM_CPU_DEVICES=9.")

    def build(learning_rate: float) -> fl.Sequential:
        model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
        model.compile(fl.optimizers.SGD(learning_rate), "mse")
        return model

    x = np.ones((8, 2), np.float32)
    with pytest.warns(TrainingWarning, match="JAX_NUM_CPU_DEVICES=9"):
        fl.Population(build, {"learning_rate": [0.01]}).fit(x, x[:, :1], verbose=0)
