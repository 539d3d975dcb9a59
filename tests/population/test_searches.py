"""Each search with networks: who is trained how far, what diverges, and that a sweep that is cut off goes on the same."""

import numpy as np
import pytest

import fallline as fl
from fallline.population import (
    ASHA,
    Hyperband,
    PopulationBasedTraining,
    Replay,
    SuccessiveHalving,
    log_uniform,
)

ROWS = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
TARGETS = (ROWS @ np.array([1.0, -2.0, 0.5, 0.0], np.float32))[:, None]
# From too small to what diverges within the first epochs.
RATES = [1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 1e4, 1e8]


def build(learning_rate, units=4):
    model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(units, "relu"), fl.layers.Dense(1)])
    model.compile(fl.optimizers.SGD(learning_rate), "mse")
    return model


def fitted(search, axes=None, *, epochs=9, members=None, seeds=1, **arguments):
    axes = {"learning_rate": RATES} if axes is None else axes
    population = fl.Population(build, axes, members=members, seeds=seeds, search=search)
    with np.errstate(all="ignore"):
        return population.fit(
            ROWS, TARGETS, batch_size=16, epochs=epochs, validation_split=0.25, verbose=0, **arguments
        )


pytestmark = pytest.mark.filterwarnings("ignore::fallline.errors.TrainingWarning")


def trained(population):
    return [member.epochs for member in population.members]


def told(population):
    return [
        (each.settings, each.epochs, each.status, repr(each.score), each.lineage, each.changes)
        for each in population.members
    ]


MAKERS = {
    "halving": (SuccessiveHalving, {}),
    "hyperband": (Hyperband, {"epochs": 3, "axes": {"learning_rate": log_uniform(1e-5, 1e4)}}),
    "asha": (ASHA, {}),
    "population-based": (lambda: PopulationBasedTraining(interval=3), {}),
    "population-based, several seeds": (
        lambda: PopulationBasedTraining(interval=2),
        {
            "seeds": 2,
            "members": 8,
            "axes": {"learning_rate": log_uniform(1e-3, 1e4)},
            "callbacks": [fl.callbacks.EarlyStopping(patience=1)],
        },
    ),
}


@pytest.fixture(scope="module")
def whole():
    with pytest.warns(fl.errors.TrainingWarning):
        return {name: fitted(make(), **arguments) for name, (make, arguments) in MAKERS.items()}


def test_halving_trains_the_best_to_the_end(whole):
    population = whole["halving"]
    assert sorted(trained(population)) == [1] * 6 + [3, 3, 9]
    assert population.best.epochs == 9
    assert {member.status for member in population.members[-2:]} <= {"diverged", "pruned"}
    assert population.members[-1].status == "diverged"
    assert {member.status for member in population.members} == {"completed", "pruned", "diverged"}


def test_asha_here_does_as_halving(whole):
    assert told(whole["asha"]) == told(whole["halving"])


def test_hyperband_trains_its_table(whole):
    # 3 to 1 epoch and the best of them to 3; 2 to 3, less what diverges
    assert len(whole["hyperband"].members) == 5
    assert sorted(trained(whole["hyperband"]))[-2:] == [3, 3]


def test_population_based_training_replaces_what_diverged(whole):
    population = whole["population-based"]
    for number in (7, 8):
        assert population.members[number].lineage[0][0] == 3
    for member in population.members:
        # Only what diverges after the last ranking stays so.
        assert member.epochs == 9 if member.status == "completed" else member.epochs > 6
        if member.diverged:
            continue
        for epoch, source in member.lineage[-1:]:
            # It has the record of the weights that it went on from.
            other = population.members[source]
            if not [each for each, _ in other.lineage if each >= epoch]:
                np.testing.assert_array_equal(member.values["loss"][:epoch], other.values["loss"][:epoch])
            assert member.score == pytest.approx(member.values["val_loss"][-1])


def test_a_winners_schedule_is_trained_again(whole):
    search = whole["population-based"]._search
    sound = [member.number for member in whole["population-based"].members if not member.diverged]
    longest = max(sound, key=lambda candidate: len(search.schedule_of(candidate)))
    schedule = search.schedule_of(longest)
    assert len(schedule) > 1
    axes = {"learning_rate": log_uniform(1e-6, 1e9)}
    replayed = fitted(Replay(schedule), axes, seeds=2)
    assert trained(replayed) == [9, 9]
    assert replayed.members[0].changes == list(schedule)


@pytest.mark.parametrize("name", MAKERS)
def test_a_sweep_that_is_cut_off_goes_on_the_same(name, whole, tmp_path):
    make, arguments = MAKERS[name]
    cut = fitted(make(), budget=10, folder=tmp_path / "p", **arguments)
    spent = sum(trained(cut))
    resumed = fitted(make(), folder=tmp_path / "p", resume=True, **arguments)
    assert spent <= sum(trained(resumed))
    assert told(resumed) == told(whole[name])
    for one, other in zip(resumed.members, whole[name].members, strict=True):
        for path, array in (other.arrays or {}).items():
            np.testing.assert_array_equal(one.arrays[path], array, err_msg=path)
    kept = fl.Population.load(tmp_path / "p", build)
    assert kept.best.score == resumed.best.score


def test_a_sweep_goes_on_with_the_same_search_alone(tmp_path):
    search = SuccessiveHalving(points=fl.population.Sobol())
    fitted(search, members=4, folder=tmp_path / "p", budget=1)
    with pytest.raises(fl.errors.SavedFileError, match="another population: search was"):
        fitted(SuccessiveHalving(), members=4, folder=tmp_path / "p", resume=True)
    # The very object, which has begun already, is the same search.
    assert len(fitted(search, members=4, folder=tmp_path / "p", resume=True).members) == 4


def test_members_may_go_on_from_another_structure():
    axes = {"learning_rate": log_uniform(1e-3, 1e4), "units": [4, 8]}
    population = fitted(PopulationBasedTraining(interval=3), axes, members=8)
    moved = [
        member
        for member in population.members
        if len({settings["units"] for _, settings in member.changes}) > 1
    ]
    assert moved
    for member in moved:
        assert member.model.layers[0].units == member.settings["units"]
        assert np.isfinite(member.model.predict(ROWS, verbose=0)).all()


def test_trials_in_a_storage_are_found_again(whole, tmp_path):
    optuna = pytest.importorskip("optuna")
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def searched(seed, **arguments):
        journal = optuna.storages.journal.JournalFileBackend(str(tmp_path / "journal"))
        study = optuna.create_study(
            storage=optuna.storages.JournalStorage(journal),
            study_name="rates",
            load_if_exists=True,
            sampler=optuna.samplers.RandomSampler(seed),
        )
        search = fl.population.Optuna(study, pruner=SuccessiveHalving(), batch=9)
        axes = {"learning_rate": log_uniform(1e-3, 1e4)}
        return study, fitted(search, axes, members=18, folder=tmp_path / "p", **arguments)

    searched(0, budget=10)
    study, population = searched(1, resume=True)
    optuna.logging.set_verbosity(level)
    assert len(study.trials) == 18
    assert all(trial.state.is_finished() for trial in study.trials)
    ended = [member for member in population.members if member.status == "completed"]
    best = min(ended, key=lambda member: member.score)
    assert study.best_value == best.score
    assert study.best_trial.user_attrs["fallline"]["candidate"] == best.candidate
    assert study.best_params == best.settings
    for trial, member in zip(study.trials, population.members, strict=True):
        assert trial.params == member.settings
