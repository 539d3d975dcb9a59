"""What workers are given to do in the tests. It is sent with its code: workers do not have the tests."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from fallline import losses
from fallline.activations import Linear
from fallline.engine import Batch, Data, Numbers, Plan, run
from fallline.errors import TrainingWarning, UnknownNameError, warn
from fallline.layers import Dense, Input
from fallline.models import Head, NetworkObjective, Sequential
from fallline.optimizers import SGD
from fallline.population.workers.payload import Task
from fallline.population.workers.running import run_groups

PLAN = Plan(epochs=2, batch_size=64)


@contextmanager
def sent_with_its_code() -> Iterator[None]:
    from cloudpickle import register_pickle_by_value, unregister_pickle_by_value

    register_pickle_by_value(sys.modules[__name__])
    try:
        yield
    finally:
        unregister_pickle_by_value(sys.modules[__name__])


def data() -> Data:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 8)).astype(np.float32)
    return Data(Batch(x, (x[:, 0] > 0).astype(np.int32)))


def build(learning_rate: float) -> Sequential:
    layers = [Input((8,)), Dense(4, activation="relu"), Dense(2, activation="softmax")]
    model = Sequential(layers)
    model.compile(SGD(learning_rate), "sparse_categorical_crossentropy")
    return model


def trained(data: Data) -> list[np.ndarray]:
    """Three members of a population: losses and weights."""
    import jax

    network = Sequential([Input((8,)), Dense(4, activation="relu"), Dense(2, activation="softmax")]).network
    objective = NetworkObjective.of(
        network, [Head("class", Linear(), losses.get("sparse_categorical_crossentropy"))]
    )
    numbers = [Numbers(objective, SGD(rate), seed=seed) for seed, rate in enumerate([0.1, 0.02, 0.3])]
    result = run(objective, data, PLAN, Numbers.stack(numbers))
    return [result.trace["loss"], *map(np.asarray, jax.tree.leaves(result.variables))]


def work(content, data, tell):
    """One kind of each task."""
    kind, folder, *slowly = content
    slowly = slowly[0] if slowly else 0.0
    tell({"kind": kind})
    if kind == "trains":
        import jax

        x = data.train.x
        given, whole = trained(data), trained(Data(Batch(np.array(x), np.array(data.train.y))))
        return {
            "same": all(map(np.array_equal, whole, given)),
            "writable": x.flags.writeable,
            "devices": len(jax.devices()),
            "threads": [os.environ.get(name) for name in ("NPROC", "OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")],
        }
    if kind.startswith("dies"):
        time.sleep(
            slowly
        )  # workers of Dask that died at once were seen not to come back, in two of eight runs
    if kind == "dies once" and not (Path(folder) / "died").exists():
        (Path(folder) / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "dies":
        os.write(2, b"last words")
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "fails":
        raise UnknownNameError("optimizer", "adm", ["adam"])
    if kind == "speaks":
        print("into nowhere")
        warn("careful", TrainingWarning)
    if kind == "nests":
        inner = run_groups([Task(0, None)], lambda content, data, tell: os.getpid())
        return [done.content for done in inner] == [os.getpid()]
    return kind
