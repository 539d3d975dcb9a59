"""Seeds of a candidate share what the builder made, where it makes the same for each."""

from __future__ import annotations

import numpy as np

import fallline as fl

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int32)
AXES = {"learning_rate": [0.01, 0.1]}


def built(made: list[int], learning_rate: float, rate: float = 0.1) -> fl.Sequential:
    made.append(1)
    layers = [
        fl.Input((3,)),
        fl.layers.Dense(4),
        fl.layers.Dropout(rate),
        fl.layers.Dense(2, activation="softmax"),
    ]
    model = fl.Sequential(layers)
    model.compile(fl.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy")
    return model


def trained(build: object, made: list[int], seeds: int) -> tuple[fl.Population, int]:
    made.clear()
    population = fl.Population(build, AXES, seeds=seeds)
    population.fit(X, Y, epochs=1, verbose=0)
    return population, len(made)


def test_a_network_is_made_once_a_candidate() -> None:
    made: list[int] = []

    def build(learning_rate: float) -> fl.Sequential:
        return built(made, learning_rate)

    few, many = (trained(build, made, seeds) for seeds in (2, 5))
    assert many[1] == few[1], "more seeds, no more networks made"
    losses = {float(member.values["loss"][0]) for member in many[0].members}
    assert len(losses) == 10, "each seed has weights of its own"
    for one in few[0].members:
        other = next(
            each for each in many[0].members if (each.candidate, each.seed) == (one.candidate, one.seed)
        )
        np.testing.assert_allclose(one.values["loss"], other.values["loss"], rtol=1e-5)


def test_a_builder_may_put_its_seed_anywhere() -> None:
    made: list[int] = []

    def build(learning_rate: float, seed: int) -> fl.Sequential:
        return built(made, learning_rate, 0.1 + 0.2 * seed)

    population, count = trained(build, made, 3)
    assert count >= 6
    for member in population.members:
        alone = build(member.settings["learning_rate"], member.seed)
        alone._reseed(member.seed)
        history = alone.fit(X, Y, epochs=1, verbose=0, seed=member.seed)
        np.testing.assert_allclose(history.history["loss"], member.values["loss"], rtol=1e-5)
