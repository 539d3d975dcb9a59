"""Small trained networks, shared by the tests of ensembles."""

from __future__ import annotations

import functools

import numpy as np
from sklearn.datasets import load_iris

import fallline as fl

DATA, TARGETS = load_iris(return_X_y=True)
X = ((DATA - DATA.mean(axis=0)) / DATA.std(axis=0)).astype(np.float32)
Y = TARGETS.astype(np.int32)
ORDER = np.random.default_rng(0).permutation(len(X))
TRAIN, HELD = ORDER[:100], ORDER[100:]


def classifier(units: int = 8, seed: int = 0, *, logits: bool = False) -> fl.Sequential:
    model = fl.Sequential(
        [
            fl.Input((4,)),
            fl.layers.Dense(units, activation="relu"),
            fl.layers.Dense(3, activation=None if logits else "softmax"),
        ],
        name="net",
        seed=seed,
    )
    loss = fl.losses.SparseCategoricalCrossentropy(from_logits=logits)
    model.compile(fl.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model


@functools.cache
def trained(units: int = 8, seed: int = 0, *, logits: bool = False) -> fl.Sequential:
    model = classifier(units, seed, logits=logits)
    model.fit(X[TRAIN], Y[TRAIN], epochs=2, verbose=0)
    return model
