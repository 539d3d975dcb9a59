"""Fallline: a population as one run, and as many models fitted in a loop."""

from __future__ import annotations

from typing import Any

import numpy as np

import fallline as fl
from peers import fallline
from peers.contender import EPSILON, VALIDATION, Weights
from peers.swept import grid, settings


class _Swept(fallline.Fallline):
    """What both share: the network of a member, and how it is fitted."""

    def prepare(self, seed: int) -> None:
        """Nothing: models are made within the clock, as a user's are."""

    def _build(self, learning_rate: float, dropout: float, seed: int = 0) -> fl.Sequential:
        case = self.case
        hidden: list[Any] = [fl.layers.Dense(units, activation="relu") for units in case.hidden]
        hidden.insert(1, fl.layers.Dropout(dropout))
        layers = [fl.Input((case.features,)), *hidden, fl.layers.Dense(case.classes, activation="softmax")]
        model = fl.Sequential(layers, seed=seed)
        optimizer = fl.optimizers.Adam(learning_rate, epsilon=EPSILON)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        return model

    def _arguments(self) -> dict[str, Any]:
        case = self.case
        arguments: dict[str, Any] = {"batch_size": case.batch_size, "epochs": case.epochs, "verbose": 0}
        if case.as_run:
            patience = case.patience or case.epochs
            stopping = fl.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
            arguments |= {"validation_split": VALIDATION, "callbacks": [stopping]}
        return arguments


class Population(_Swept):
    """`fl.Population`: a search over all settings, from the builder to the last member's weights."""

    _population: fl.Population | None = None

    def train(self) -> float:
        """One `fit` of the population."""
        rates, dropouts, seeds = grid(self.case.members)

        def build(learning_rate: float, dropout: float) -> fl.Sequential:
            return self._build(learning_rate, dropout)

        axes = {"learning_rate": list(rates), "dropout": list(dropouts)}
        self._population = fl.Population(build, axes, seeds=seeds)
        self._population.fit(self.x, self.y, **self._arguments())
        assert len(self._population.members) == self.case.members
        return float(np.mean([member.values["loss"][-1] for member in self._population.members]))

    def member_epochs(self) -> int:
        """Epochs of all members together."""
        assert self._population is not None
        return sum(member.epochs for member in self._population.members)

    def weights(self) -> Weights:
        """Of the best member."""
        assert self._population is not None
        flat = self._population.best.model.get_weights()
        return list(zip(flat[::2], flat[1::2], strict=True))


class FalllineLoop(_Swept):
    """A loop over settings and seeds: build, fit, next."""

    def train(self) -> float:
        """All members, one after the other."""
        losses = []
        for learning_rate, dropout, seed in settings(self.case.members):
            self._model = self._build(learning_rate, dropout, seed)
            history = self._model.fit(self.x, self.y, **self._arguments())
            losses.append(history.history["loss"][-1])
        return float(np.mean(losses))
