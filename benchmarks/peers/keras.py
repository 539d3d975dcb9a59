"""Keras 3: `model.fit` on NumPy arrays, `jit_compile` and everything else at its defaults.

`steps_per_execution` too, unless asked for: it cuts the time of the JAX backend on small networks, and
few programs set it. The loss is computed from logits, which saves Keras a softmax and its gradient.
"""

from __future__ import annotations

import importlib
from typing import Any

import keras  # type: ignore[import-not-found,unused-ignore]

from peers.cases import Case
from peers.contender import EPSILON, LEARNING_RATE, VALIDATION, Contender, Weights
from peers.datasets import Rows


class Keras(Contender):
    """One model for all rounds, so that its compiled step stays warm."""

    def __init__(self, case: Case, rows: Rows) -> None:
        super().__init__(case, rows)
        self._model: Any = None
        self._unused: list[Any] = []

    def prepare(self, seed: int) -> None:
        """New weights, and the optimizer's variables as they were before the first step."""
        keras.utils.set_random_seed(seed)
        if self._model is None:
            self._model = self._compiled()
            self._unused = [keras.ops.convert_to_numpy(v).copy() for v in self._model.optimizer.variables]
        else:
            self._model.set_weights(self._network().get_weights())
            for variable, value in zip(self._model.optimizer.variables, self._unused, strict=True):
                variable.assign(value)

    def train(self) -> float:
        """One `fit`."""
        case = self.case
        arguments: dict[str, Any] = {}
        if case.as_run:
            stopping = keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=case.epochs, restore_best_weights=True
            )
            arguments = {"validation_split": VALIDATION, "callbacks": [stopping]}
        history = self._model.fit(
            self.x, self.y, batch_size=case.batch_size, epochs=case.epochs, verbose=0, **arguments
        )
        return float(history.history["loss"][-1])

    def weights(self) -> Weights:
        """Kernels and biases of the trained network."""
        flat = self._model.get_weights()
        return list(zip(flat[::2], flat[1::2], strict=True))

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        backend = keras.backend.backend()
        return {"keras": keras.__version__, backend: importlib.import_module(backend).__version__}

    def _network(self) -> Any:
        case = self.case
        hidden = [keras.layers.Dense(units, activation="relu") for units in case.hidden]
        return keras.Sequential([keras.Input((case.features,)), *hidden, keras.layers.Dense(case.classes)])

    def _compiled(self) -> Any:
        model = self._network()
        model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"] if self.case.as_run else None,
            steps_per_execution=self.case.steps_per_execution,
        )
        model.optimizer.build(model.trainable_variables)
        return model
