"""A population of tiny networks: each member is what it is alone."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import errors
from fallline.population import Population, group, log_uniform

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 4)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(np.int32)
FIT = {"epochs": 6, "validation_split": 0.25, "batch_size": 16}


def build(learning_rate: float = 0.01, dropout: float = 0.1, units: int = 5) -> fl.Sequential:
    model = fl.Sequential(
        [
            fl.Input((4,)),
            fl.layers.Dense(units, activation="relu"),
            fl.layers.Dropout(dropout),
            fl.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(fl.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def stopping(patience: int = 2) -> list[fl.callbacks.EarlyStopping]:
    return [fl.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)]


@pytest.fixture(scope="module")
def trained() -> Population:
    """Five members of one group on two places, one of which diverges."""
    axes = {"learning_rate": [0.003, 1e25, 0.3, 0.03], "dropout": [0.0, 0.3]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "PLACES", 3)
        patch.setattr(group, "MEMBER_STEPS", 30)
        with pytest.warns(
            errors.TrainingWarning, match=r"2 of 8 members diverged, all with learning_rate 1e\+25\."
        ):
            return Population(build, axes, seeds=1, seed=3).fit(X, Y, callbacks=stopping(), **FIT)


def test_each_member_is_what_it_is_alone(trained: Population) -> None:
    for member in trained.members:
        alone = build(**member.settings)
        alone._reseed(member.seed)
        if member.diverged:
            with pytest.warns(errors.TrainingWarning):
                history = alone.fit(X, Y, callbacks=stopping(), verbose=0, seed=member.seed, **FIT)
        else:
            history = alone.fit(X, Y, callbacks=stopping(), verbose=0, seed=member.seed, **FIT)
        assert history.outcome == member.outcome
        assert member.status == history.outcome.kind
        assert member.epochs == len(history.epoch)
        for name, values in history.history.items():
            np.testing.assert_allclose(member.values[name], values, rtol=2e-5, atol=2e-6)
        for own, solo in zip(member.model.get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(own, solo, rtol=2e-5, atol=2e-6)


def test_they_ended_in_different_ways_and_the_best_is_found(trained: Population) -> None:
    statuses = {member.status for member in trained.members}
    assert {"diverged", "early_stopped"} <= statuses
    scores = [member.score for member in trained.members]
    assert np.isnan(
        [score for score, member in zip(scores, trained.members, strict=True) if member.diverged]
    ).all()
    assert trained.best.score == np.nanmin(scores)
    assert trained.best.score == trained.best.values["val_loss"].min()


def test_its_results_are_those_of_its_members(trained: Population) -> None:
    table = trained.results.frame()
    assert table["score"].to_list() == pytest.approx(
        [member.score for member in trained.members], nan_ok=True
    )
    assert table["learning_rate"].to_list() == [
        member.settings["learning_rate"] for member in trained.members
    ]
    ranking = trained.results.rank()
    assert ranking.best.candidate == trained.best.candidate
    bad = [member.number for member in trained.members if member.diverged]
    assert [number for standing in ranking.standings for number in standing.diverged] == bad
    assert "diverged (members 2, 3): all 2 have learning_rate at least 1e+25" in " ".join(
        trained.results.findings()
    )


def test_folds_are_trained_on_their_rows() -> None:
    population = Population(build, {"learning_rate": [0.03]}).fit(X, Y, epochs=2, batch_size=16, folds=3)
    assert [member.fold for member in population.members] == [0, 1, 2]
    folded = population.folded
    assert folded is not None
    assert population.results.overlap == 0.5  # a third of the rows judges, two thirds train
    for member in population.members:
        fold = folded.folds[member.fold or 0]
        alone = build(**member.settings)
        alone._reseed(0)
        history = alone.fit(
            X[fold.train],
            Y[fold.train],
            16,
            2,
            0,
            validation_data=(X[fold.validation], Y[fold.validation]),
            seed=0,
        )
        np.testing.assert_allclose(member.values["val_loss"], history.history["val_loss"], rtol=2e-5)


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        ({"learning_rat": [0.1]}, "learning_rate"),
        ({"learning_rate": []}, "learning_rate"),
        ({"learning_rate": log_uniform(1e-3, 1e-1)}, "members"),
    ],
)
def test_axes_that_cannot_be(axes: dict[str, object], told: str) -> None:
    with pytest.raises(errors.UsageError, match=told):
        Population(build, axes).fit(X, Y, **FIT)


def test_all_diverged_is_told_with_what_they_share() -> None:
    population = Population(build, {"learning_rate": [1e24, 1e25]})
    with pytest.warns(errors.TrainingWarning, match="2 of 2 members diverged"):
        population.fit(X, Y, **FIT)
    with pytest.raises(
        errors.NotReadyError, match=r"all 2 members diverged, all with learning_rate from 1e\+24 to 1e\+25"
    ):
        _ = population.best
