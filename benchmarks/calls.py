"""What does one call cost? A step, a prediction, a score, a layer, where the program around them is the user's.

Question: a loop of one's own (a GAN, reinforcement, a service that predicts row by row) calls a small network many
    times: how long does such a call take beside its arithmetic, whatever the layers are written like?
Baselines: Keras 3 on JAX, where it is installed: its `train_on_batch`, `predict_on_batch`, `test_on_batch`, a layer's call.
Metric: the best of the rounds, in milliseconds a call; in a round both take their turn. Compiling is not counted.

    python benchmarks/calls.py                     every call, half a minute
    python benchmarks/calls.py --calls 500 --rounds 20
    python benchmarks/calls.py --json result.json  with the time of each round

The network is that of the case `table`: 20 features, 64-64-3 units, relu and softmax, Adam, 32 rows. "Dense" has
Keras's own layers, "written" two hidden layers with an `__init__`, `build` and `call`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from peers.machine import machine
from rich.console import Console
from rich.table import Table

FEATURES, UNITS, CLASSES, ROWS = 20, 64, 3, 32
TARGETS = {"train_on_batch": 0.2, "predict, one row": 0.15}
"""Milliseconds that a call may take; a step besides at most a third of Keras's."""

RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, FEATURES)).astype(np.float32)
Y = RNG.integers(0, CLASSES, ROWS).astype(np.int32)
ONE = X[:1].copy()


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _arguments()
    found = machine()
    console = Console(width=110)
    console.print(
        f"{found['cpu']}, {found['cores']} cores, load {found['load_average'][0]:.2f}", highlight=False
    )
    libraries = {"fallline": _fallline()} | _keras()
    results = []
    for layers in ("Dense", "written"):
        contenders = {name: calls_of(library, layers == "written") for name, library in libraries.items()}
        for call in contenders["fallline"]:
            turns = {name: calls[call] for name, calls in contenders.items()}
            times = in_turn(turns, arguments.calls, arguments.rounds)
            results.append({"layers": layers, "call": call, "seconds": times})
    console.print(table(results, list(libraries)))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"machine": found, "results": results}, indent=1) + "\n")


def calls_of(library: Any, written: bool) -> dict[str, Callable[[], Any]]:
    """Name of a call -> the call, on one network."""
    hidden = [_written(library, UNITS) if written else _dense(library, UNITS) for _ in range(2)]
    model = library.Sequential(
        [library.layers.Input((FEATURES,)), *hidden, library.layers.Dense(CLASSES, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    layer = hidden[0]
    return {
        "train_on_batch": lambda: model.train_on_batch(X, Y),
        "predict, one row": lambda: model.predict_on_batch(ONE),
        "evaluate": lambda: model.test_on_batch(X, Y),
        "layer(x)": lambda: np.asarray(layer(X)),
    }


def _dense(library: Any, units: int) -> Any:
    return library.layers.Dense(units, activation="relu")


def _written(library: Any, units: int) -> Any:
    class Hidden(library.layers.Layer):  # type: ignore[misc]
        """A hidden layer as programs for Keras write one."""

        def __init__(self, units: int) -> None:
            super().__init__()
            self.units = units

        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform")
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

        def call(self, inputs: Any) -> Any:
            return library.ops.relu(library.ops.matmul(inputs, self.kernel) + self.bias)

    return Hidden(units)


def in_turn(turns: dict[str, Callable[[], Any]], calls: int, rounds: int) -> dict[str, list[float]]:
    """Seconds a call of each, for each round in which all take their turn."""
    for call in turns.values():
        for _ in range(3):
            call()
    times: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, call in turns.items():
            started = time.perf_counter()
            for _ in range(calls):
                call()
            times[name].append((time.perf_counter() - started) / calls)
    return times


def table(results: list[dict[str, Any]], names: list[str]) -> Table:
    """The results for a reader."""
    shown = Table(title="milliseconds a call, the best of the rounds")
    for heading in ("layers", "call", *names, "x Fallline", "target"):
        shown.add_column(heading, justify="left" if heading in ("layers", "call") else "right")
    for result in results:
        best = {name: min(seconds) * 1e3 for name, seconds in result["seconds"].items()}
        ratio = f"{best['keras'] / best['fallline']:.1f}" if "keras" in best else ""
        target = TARGETS.get(result["call"])
        shown.add_row(
            result["layers"],
            result["call"],
            *(f"{best[name]:.3f}" for name in names),
            ratio,
            "" if target is None else f"{target:g}",
        )
    return shown


def _fallline() -> Any:
    import fallline

    return fallline


def _keras() -> dict[str, Any]:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return {"keras": importlib.import_module("keras")} if importlib.util.find_spec("keras") else {}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time single calls of a small network, Keras in turn.")
    parser.add_argument("--calls", type=int, default=100, metavar="N", help="calls a round (default 100)")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="rounds (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to FILE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
