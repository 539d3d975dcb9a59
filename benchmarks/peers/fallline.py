"""Fallline, through its public interface."""

from __future__ import annotations

import fallline as fl
from peers.cases import Case
from peers.contender import EPSILON, LEARNING_RATE, VALIDATION, Contender, Weights
from peers.datasets import Rows


class Fallline(Contender):
    """A new model each time: the compiled program is found again by its structure."""

    def __init__(self, case: Case, rows: Rows) -> None:
        super().__init__(case, rows)
        self._model: fl.Sequential | None = None

    def prepare(self, seed: int) -> None:
        """Make a new network."""
        case = self.case
        hidden = [fl.layers.Dense(units, activation="relu") for units in case.hidden]
        model = fl.Sequential(
            [fl.Input((case.features,)), *hidden, fl.layers.Dense(case.classes, activation="softmax")],
            seed=seed,
        )
        model.compile(
            optimizer=fl.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"] if case.as_run else None,
        )
        self._model = model

    def train(self) -> float:
        """One `fit`."""
        assert self._model is not None
        case = self.case
        stopping = fl.callbacks.EarlyStopping(
            monitor="val_loss", patience=case.epochs, restore_best_weights=True
        )
        history = self._model.fit(
            self.x,
            self.y,
            batch_size=case.batch_size,
            epochs=case.epochs,
            verbose=0,
            validation_split=VALIDATION if case.as_run else 0.0,
            callbacks=[stopping] if case.as_run else None,
        )
        return float(history.history["loss"][-1])

    def weights(self) -> Weights:
        """Kernels and biases of the trained network."""
        assert self._model is not None
        flat = self._model.get_weights()
        return list(zip(flat[::2], flat[1::2], strict=True))

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        import jax

        return {"fallline": fl.__version__, "jax": jax.__version__}

    def compile_seconds(self) -> float:
        """Tracing and compiling of all programs so far."""
        programs = fl.compilation_report().programs
        return float(sum(program.trace_seconds + program.compile_seconds for program in programs))
