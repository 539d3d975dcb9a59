"""In a model: what is saved and loaded is the same, and mixed precision is near float32."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fallline.engine import compilation_report
from fallline.layers import Dense, Flatten, Input
from fallline.models import Model, Sequential, load_model
from fallline.models.configuration import describe
from fallline.optimizers import SGD
from fallline.registry.configuration import to_config

from .entry import Entry
from .table import TABLE_OF_ALL

ROWS = 4
LAYERS = [
    line
    for line in TABLE_OF_ALL
    if line.module == "layers" and line.name not in ("layers.Lambda", "layers.InputLayer")
]
PARTS = [line for line in TABLE_OF_ALL if line.module != "layers"]
WHERE = {
    "activations": "activation",
    "initializers": "kernel_initializer",
    "regularizers": "kernel_regularizer",
    "constraints": "kernel_constraint",
}


def network(line: Entry, **options: Any) -> tuple[Model, Any]:
    """A small model with the line's layer in it, and rows for it."""
    rng = np.random.default_rng(zlib.crc32(line.name.encode()))
    if isinstance(line.given, list):
        sources = [Input(shape) for shape in line.given]
        outputs = Dense(2)(line.made()(sources))
        return Model(sources, outputs, seed=1, **options), [
            rng.normal(size=(ROWS, *shape)).astype(np.float32) for shape in line.given
        ]
    whole = line.given[0] == "whole"
    shape = line.given[1:] if whole else line.given
    x = rng.integers(0, 5, (ROWS, *shape)) if whole else rng.normal(size=(ROWS, *shape)).astype(np.float32)
    head = Input(shape, dtype="int32") if whole else Input(shape)
    return Sequential([head, line.made(), Flatten(), Dense(2)], seed=1, **options), x


@pytest.mark.parametrize("line", LAYERS, ids=str)
def test_a_layer_in_a_model(line: Entry, tmp_path: Path) -> None:
    model, x = network(line)
    before = model.predict(x, verbose=0)
    path = tmp_path / "model.safetensors"
    model.save(path)
    programs = len(compilation_report().programs)
    again = load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), before)
    assert len(compilation_report().programs) == programs, "the loaded model compiles another program"
    assert describe(again) == describe(model)

    mixed, _ = network(line, dtype_policy="mixed_bfloat16")
    mixed.set_weights(model.get_weights())
    got = mixed.predict(x, verbose=0)
    assert str(got.dtype) in ("float32", "bfloat16")
    got = np.asarray(got, np.float32)
    assert np.isfinite(got).all()
    if line.cls.__name__ not in ("ThresholdUnit", "Discretization"):  # a step: rounding may cross it
        np.testing.assert_allclose(got, before, atol=0.03 * max(1.0, np.abs(before).max()))


@pytest.mark.parametrize("module", WHERE)
def test_parts_of_dense_layers(module: str, tmp_path: Path) -> None:
    """All lines of a noun in one model, a layer each, as drawing the weights of sixty models would take long."""
    lines = [line for line in PARTS if line.module == module]
    model = Sequential([Input((6,)), *(Dense(4, **{WHERE[module]: line.made()}) for line in lines)], seed=1)
    path = tmp_path / "model.safetensors"
    model.save(path)
    again = load_model(path)
    for line, layer, own in zip(lines, again.layers, model.layers, strict=True):
        assert to_config(getattr(layer, WHERE[module])) == to_config(line.made()), line
        for one, other in zip(layer.get_weights(), own.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("line", [line for line in PARTS if line.module not in WHERE], ids=str)
def test_a_part_of_compile(line: Entry, tmp_path: Path) -> None:
    made = line.made()
    name, value = {
        "losses": ("loss", made),
        "metrics": ("metrics", [made]),
        "optimizers": ("optimizer", made),
        "schedules": ("optimizer", made),
        "mixing": ("mixing", made),
    }[line.module]
    model = Sequential([Input((3, 3)), Flatten(), Dense(2)], seed=1)
    model.compile(**{"loss": "mse", name: SGD(made) if line.module == "schedules" else value})
    path = tmp_path / "model.safetensors"
    model.save(path)
    again = load_model(path)
    assert to_config(made) in found(to_config(again.compile_arguments()))
    assert to_config(again.compile_arguments()) == to_config(model.compile_arguments())


def found(config: Any) -> list[Any]:
    """All configurations within one."""
    if isinstance(config, list):
        return [item for part in config for item in found(part)]
    if isinstance(config, dict):
        return [config, *(item for part in config.values() for item in found(part))]
    return []
