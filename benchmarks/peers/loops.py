"""Keras and PyTorch in a loop over settings and seeds, and scikit-learn's random search on all cores."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from peers.contender import EPSILON, Contender, Weights
from peers.swept import RATES, settings


def contender_class(name: str) -> type[Contender]:
    """The class behind a name; imports its library."""
    return {"keras-loop": _keras, "pytorch-loop": _pytorch, "scikit-learn-search": _scikit}[name]()


def _keras() -> type[Contender]:
    import keras  # type: ignore[import-not-found,unused-ignore]

    from peers.keras import Keras

    class KerasLoop(Keras):
        """One compiled model for all members, which is kinder than a loop that builds one for each.

        Only rate and weights change; the dropout is 0.2 for all, which costs what any other does.
        """

        def _network(self) -> Any:
            case = self.case
            hidden = [keras.layers.Dense(units, activation="relu") for units in case.hidden]
            hidden.insert(1, keras.layers.Dropout(0.2))
            return keras.Sequential(
                [keras.Input((case.features,)), *hidden, keras.layers.Dense(case.classes)]
            )

        def train(self) -> float:
            losses = []
            for rate, _, seed in settings(self.case.members):
                self.prepare(seed)
                self._model.optimizer.learning_rate.assign(rate)
                losses.append(super().train())
            return float(np.mean(losses))

    return KerasLoop


def _pytorch() -> type[Contender]:
    import torch  # type: ignore[import-not-found,unused-ignore]
    from torch import nn

    from peers.pytorch import PyTorch

    class PyTorchLoop(PyTorch):
        """A hand-written loop, once a member."""

        def train(self) -> float:
            losses = []
            for rate, dropout, seed in settings(self.case.members):
                self.prepare(seed)
                self._model.insert(2, nn.Dropout(dropout))
                self._optimizer = torch.optim.Adam(self._model.parameters(), lr=rate, eps=EPSILON, fused=True)
                losses.append(super().train())
            return float(np.mean(losses))

    return PyTorchLoop


def _scikit() -> type[Contender]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit
    from sklearn.neural_network import MLPClassifier

    from peers.scikit import ScikitLearn

    class ScikitSearch(ScikitLearn):
        """`RandomizedSearchCV(n_jobs=-1)` with one split, which holds out next to nothing: a fit a candidate.

        Without dropout, which `MLPClassifier` does not have; its `alpha` stands in the place.
        """

        def prepare(self, seed: int) -> None:
            case = self.case
            warnings.simplefilter("ignore", ConvergenceWarning)
            network = MLPClassifier(
                hidden_layer_sizes=case.hidden,
                solver="adam",
                batch_size=case.batch_size,
                epsilon=EPSILON,
                max_iter=case.epochs,
                tol=0.0,
                n_iter_no_change=sys.maxsize,
            )
            space = {
                "learning_rate_init": list(RATES),
                "alpha": [0.0, 1e-5, 1e-4, 1e-3],
                "random_state": list(range(16)),
            }
            split = ShuffleSplit(1, test_size=10, random_state=0)
            self._search = RandomizedSearchCV(
                network, space, n_iter=case.members, n_jobs=-1, cv=split, refit=False, random_state=seed
            )

        def train(self) -> float:
            self._search.fit(self.x, self.y)
            return float("nan")

        def weights(self) -> Weights:
            return []

    return ScikitSearch
