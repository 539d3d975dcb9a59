"""A process that runs TensorFlow-1 programs on one library: a command a line in, seconds a line out.

python -m peers.graph_worker fallline|tensorflow

{"do": "steps", "program": "table", "steps": 2000}    -> {"seconds": ...}: of that many sess.run calls
{"do": "start", "program": "table", "steps": 1000}    -> graph, session, first run and all steps, anew
{"do": "run", "how": "loop|objective|layers"}         -> epochs over a table, compiling not counted
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

FEATURES, UNITS, CLASSES, BATCH, ROWS, EPOCHS = 20, 64, 3, 32, 10_000, 10
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, FEATURES)).astype(np.float32)
LABELS = (X[:, :CLASSES] + 0.3 * RNG.normal(size=(ROWS, CLASSES))).argmax(1)
Y = np.eye(CLASSES, dtype=np.float32)[LABELS]


def library(name: str) -> Any:
    """The module that programs take for TensorFlow."""
    if name == "fallline":
        import fallline.graph

        return fallline.graph
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


def weights(tf: Any, rows: int, columns: int) -> Any:
    """A matrix by Glorot's uniform rule, as a variable."""
    limit = (6 / (rows + columns)) ** 0.5
    return tf.Variable(tf.random_uniform([rows, columns], -limit, limit))


def table(tf: Any) -> tuple[Any, Any, Any, Any, Any]:
    """The network of the case `table`: 64-64-3, relu, softmax, Adam."""
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, CLASSES])
    hidden = x
    for before, after in ((FEATURES, UNITS), (UNITS, UNITS)):
        hidden = tf.nn.relu(tf.matmul(hidden, weights(tf, before, after)) + tf.Variable(tf.zeros([after])))
    logits = tf.matmul(hidden, weights(tf, UNITS, CLASSES)) + tf.Variable(tf.zeros([CLASSES]))
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
    return x, y, loss, tf.train.AdamOptimizer(0.001).minimize(loss), logits


def two_variables(tf: Any) -> tuple[Any, Any, Any, Any, Any]:
    """A line through points, by gradient descent."""
    x, y = tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 1])
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    said = w * x + b
    loss = tf.reduce_mean(tf.square(said - y))
    return x, y, loss, tf.train.GradientDescentOptimizer(0.01).minimize(loss), said


PROGRAMS: dict[str, Callable[[Any], tuple[Any, Any, Any, Any, Any]]] = {
    "table": table,
    "two variables": two_variables,
}


class Worker:
    """One library, its graphs and sessions."""

    def __init__(self, name: str) -> None:
        started = time.perf_counter()
        self.tf = library(name)
        _ = self.tf.placeholder  # loads all that is loaded when a name is first asked for
        self.name = name
        self.import_seconds = time.perf_counter() - started
        self._open: dict[str, Any] = {}
        self._trained: dict[str, Callable[[], Any]] = {}

    def opened(self, program: str) -> Any:
        """A graph in a session, warm."""
        if program not in self._open:
            graph = self.tf.Graph()
            with graph.as_default():
                self.tf.set_random_seed(1)
                x, y, loss, step, _ = PROGRAMS[program](self.tf)
                session = self.tf.Session(graph=graph)
                session.run(self.tf.global_variables_initializer())
            self._open[program] = (session, x, y, loss, step)
            self.loop(self._open[program], 50, program)
        return self._open[program]

    @staticmethod
    def loop(opened: Any, steps: int, program: str) -> float:
        """A training loop as courses write it; the last loss."""
        session, x, y, loss, step = opened
        targets = Y if program == "table" else Y[:, :1]
        inputs = X if program == "table" else X[:, :1]
        count = ROWS // BATCH
        value = 0.0
        for number in range(steps):
            first = number % count * BATCH
            rows = slice(first, first + BATCH)
            _, value = session.run([step, loss], feed_dict={x: inputs[rows], y: targets[rows]})
        return float(value)

    def steps(self, program: str, steps: int) -> dict[str, float]:
        """Warm steps."""
        opened = self.opened(program)
        started = time.perf_counter()
        loss = self.loop(opened, steps, program)
        return {"seconds": time.perf_counter() - started, "loss": loss}

    def start(self, program: str, steps: int) -> dict[str, float]:
        """From an empty graph to the end of a loop."""
        started = time.perf_counter()
        self.tf.reset_default_graph()
        self.tf.set_random_seed(1)
        x, y, loss, step, _ = PROGRAMS[program](self.tf)
        with self.tf.Session() as session:
            session.run(self.tf.global_variables_initializer())
            value = self.loop((session, x, y, loss, step), steps, program)
        return {"seconds": time.perf_counter() - started, "loss": value}

    def run(self, how: str) -> dict[str, float]:
        """Ten epochs over a table; the first call compiles and is not to be counted."""
        if how == "loop":
            return self.steps("table", EPOCHS * (ROWS // BATCH))
        if how not in self._trained:
            self._trained[how] = self._trainer(how)
        started = time.perf_counter()
        loss = self._trained[how]()
        return {"seconds": time.perf_counter() - started, "loss": loss}

    def _trainer(self, how: str) -> Callable[[], float]:
        import fallline as fl

        if how == "objective":
            with self.tf.Graph().as_default():
                self.tf.set_random_seed(1)
                x, y, loss, _, logits = table(self.tf)
                objective = self.tf.objective(loss, x, y, outputs=logits)

            def train() -> float:
                trained = fl.train(
                    objective, data=(X, Y), optimizer=fl.optimizers.Adam(0.001, epsilon=1e-8), epochs=EPOCHS,
                    batch_size=BATCH, seed=1, verbose=0,
                )  # fmt: skip
                assert trained.history is not None
                return float(trained.history.history["loss"][-1])

            return train
        dense = fl.layers.Dense
        model = fl.Sequential(
            [fl.Input((FEATURES,)), dense(UNITS, "relu"), dense(UNITS, "relu"), dense(CLASSES)]
        )
        model.compile(
            fl.optimizers.Adam(0.001, epsilon=1e-8), fl.losses.CategoricalCrossentropy(from_logits=True)
        )
        start = model.get_weights()

        def fit() -> float:
            model.set_weights(start)
            history = model.fit(X, Y, epochs=EPOCHS, batch_size=BATCH, verbose=0, seed=1)
            return float(history.history["loss"][-1])

        return fit


def main() -> None:
    """Answer commands until the input ends."""
    try:
        worker = Worker(sys.argv[1])
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    version = getattr(worker.tf, "__version__", "")
    print(json.dumps({"version": version, "import_seconds": worker.import_seconds}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(getattr(worker, command.pop("do"))(**command)), flush=True)


if __name__ == "__main__":
    main()
