"""The bridge to Optuna on made-up curves: what it asks, reports and tells."""

import itertools
import math

import pytest

from fallline.errors import UsageError
from fallline.population import Optuna, SuccessiveHalving, choice, integer, log_uniform, uniform, when
from fallline.population.search.optuna_space import labels, params_of, trained

from .driving import begun, drive

optuna = pytest.importorskip("optuna")
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")

AXES = {
    "x": uniform(-5, 5),
    "optimizer": ["sgd", "adam"],
    "momentum": when(uniform(0, 1, 0.1), optimizer="sgd"),
    "units": [(32,), (64, 64)],
}


@pytest.fixture(autouse=True)
def _quiet():
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(level)


def bowl(settings, candidate, epoch):
    return (settings["x"] - 2) ** 2 + 1 / epoch


def by_number(settings, candidate, epoch):
    return float(candidate)


def states(study):
    found = [trial.state.name for trial in study.trials]
    return {name: found.count(name) for name in sorted(set(found))}


def seeded(**arguments):
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), **arguments)


def test_a_study_in_memory_learns_and_starts_from_sobol_points():
    search = begun(Optuna(batch=8), candidates=32, epochs=9, axes={"x": uniform(-5, 5)})
    driven = drive(search, bowl)
    first = sorted((driven.settings[each]["x"] + 5) / 10 for each in range(8))
    assert [int(each * 8) for each in first] == list(range(8))
    assert [len(call) for call in driven.calls] == [8, 8, 8, 8]
    study = search._study
    assert states(study) == {"COMPLETE": 32}
    best = study.best_trial.user_attrs["fallline"]["candidate"]
    assert driven.settings[best]["x"] == study.best_params["x"] == pytest.approx(2, abs=0.3)
    # Steps count from 1, and the last is the end.
    assert all(list(trial.intermediate_values) == [9] for trial in study.trials)
    assert (
        driven.calls == drive(begun(search, candidates=32, epochs=9, axes={"x": uniform(-5, 5)}), bowl).calls
    )


@pytest.mark.parametrize("order", [1, -1], ids=["best first", "worst first"])
def test_a_batch_is_ranked_by_itself(order):
    # Optuna's own pruner keeps one of nine best first, and all nine worst first.
    search = begun(Optuna(seeded(), pruner=SuccessiveHalving(), batch=9), candidates=18, epochs=9, axes=AXES)
    driven = drive(search, by_number, order=lambda told: order * told[0])
    assert [driven.reached(until) for until in (1, 3, 9)] == [18, 6, 2]
    assert {each for each in driven.epochs if driven.epochs[each] == 9} == {0, 9}
    assert states(search._study) == {"COMPLETE": 2, "PRUNED": 16}
    assert search._study.trials[1].intermediate_values == {1: 1.0, 3: 1.0}
    assert search._study.best_value == 0.0


def test_optunas_pruners_compare_with_trials_that_are_done():
    pruner = optuna.pruners.MedianPruner(n_startup_trials=4)
    search = begun(Optuna(seeded(), pruner=pruner, batch=5), candidates=10, epochs=20, axes=AXES)
    driven = drive(search, by_number)
    assert [driven.epochs[each] for each in range(10)] == [20] * 5 + [2] * 5
    assert list(search._study.trials[0].intermediate_values) == list(range(2, 21, 2))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("pruner", [None, "halving", "median", "patient"])
def test_what_diverges_is_pruned_at_once(bad, pruner):
    pruners = {
        None: None,
        "halving": SuccessiveHalving(),
        "median": optuna.pruners.MedianPruner(n_startup_trials=0),
        "patient": optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(), patience=3),
    }
    study = seeded()
    search = begun(Optuna(study, pruner=pruners[pruner], batch=9), candidates=18, epochs=9, axes=AXES)

    def curve(settings, candidate, epoch):
        return bad if candidate % 3 == 0 and epoch >= 1 + candidate % 2 else float(candidate)

    driven = drive(search, curve)
    assert all(driven.epochs[each] <= 2 for each in range(0, 18, 3))
    assert states(study).keys() == {"COMPLETE", "PRUNED"}
    for trial in study.trials:
        assert trial.value is None or math.isfinite(trial.value)
        assert all(map(math.isfinite, trial.intermediate_values.values()))
    assert study.best_value == 1.0


def test_all_diverge():
    study = seeded()
    driven = drive(begun(Optuna(study, batch=4), candidates=8, axes=AXES), lambda *_: math.nan)
    assert len(driven.epochs) == 8
    assert states(study) == {"PRUNED": 8}


def test_who_ended_early_is_complete_with_its_score():
    study = seeded()
    search = Optuna(study, pruner=SuccessiveHalving(), batch=9)
    driven = drive(begun(search, candidates=9, epochs=9, axes=AXES), by_number, ends={0: 2, 8: 1})
    assert (driven.epochs[0], study.trials[0].state.name, study.trials[0].value) == (2, "COMPLETE", 0.0)
    assert study.trials[8].state.name == "COMPLETE"
    assert study.trials[0].intermediate_values == {1: 0.0, 2: 0.0}


@pytest.mark.parametrize("sampler", ["grid", "brute force"])
def test_finite_samplers_end_when_the_space_is_used_up(sampler):
    # tell raises "Study.stop is supposed to be invoked ..." there, and asked further both repeat old points.
    axes = {"a": [1, 2, 3], "b": ["x", "y"]}
    made = {
        "grid": lambda: optuna.samplers.GridSampler(axes, seed=0),
        "brute force": lambda: optuna.samplers.BruteForceSampler(seed=0),
    }[sampler]()
    study = optuna.create_study(sampler=made)
    driven = drive(begun(Optuna(study, batch=4), axes=axes), by_number)
    assert len({tuple(each.items()) for each in driven.settings.values()}) == 6
    assert set(states(study)) == {"COMPLETE"}


def test_a_small_grid_within_larger_axes():
    sampler = optuna.samplers.GridSampler({"a": [1, 2]}, seed=0)
    driven = drive(begun(Optuna(optuna.create_study(sampler=sampler)), axes={"a": range(1, 9)}), by_number)
    assert len(driven.settings) == 2


def test_repeated_settings_are_answered_and_not_trained_again():
    study = seeded()
    driven = drive(
        begun(Optuna(study, batch=3), axes={"a": [1, 2, 3, 4]}), lambda settings, *_: -settings["a"]
    )
    assert len(driven.settings) == 4
    assert len(study.trials) > 4  # drawn at random
    assert all(trial.value == -trial.params["a"] for trial in study.trials if trial.value is not None)
    assert "RUNNING" not in states(study)


@pytest.mark.parametrize("name", ["RandomSampler", "TPESampler", "QMCSampler", "NSGAIISampler"])
def test_samplers(name):
    study = optuna.create_study()
    search = Optuna(study, sampler=getattr(optuna.samplers, name)(seed=0), batch=6)
    driven = drive(
        begun(search, candidates=24, epochs=3, axes={"x": uniform(-5, 5), "n": integer(1, 64, log=True)}),
        bowl,
    )
    assert type(study.sampler).__name__ == name
    assert len({tuple(each.items()) for each in driven.settings.values()}) == 24


def test_settings_are_inside_the_axes_and_conditions_hold():
    search = begun(Optuna(seeded()), candidates=40, epochs=1, axes=AXES)
    driven = drive(search, bowl)
    for settings in driven.settings.values():
        assert list(settings) == [name for name in AXES if name in settings]
        assert ("momentum" in settings) == (settings["optimizer"] == "sgd")
        assert all(search.facts.axes[name].contains(value) for name, value in settings.items())
        # 0.3, where Optuna has 0.30000000000000004
        assert repr(settings.get("momentum", 0.0)) in [repr(i / 10) for i in range(11)]


def test_options_are_stored_as_numbers_and_text():
    class Odd:
        pass

    def relu():
        pass

    assert labels(choice(0, 0.2, "auto", None)) == (0, 0.2, "auto", None)
    assert labels(choice(0, False, 1, True)) == ("0", "False", "1", "True")
    assert labels(choice(1, 1.0, "1")) == ("0: 1", "1: 1.0", "2: 1")
    assert labels(choice((64, 64), (32,))) == ("(64, 64)", "(32,)")
    assert labels(choice(relu, Odd(), len)) == ("relu", "Odd", "len")
    same = Odd(), Odd()
    assert labels(choice(*same)) == ("0: Odd", "1: Odd")
    assert trained(choice(*same), "1: Odd") is same[1]
    # GPSampler gives both for one point.
    assert {trained(uniform(0, 3, 0.3), each) for each in (0.3, 0.29999999999999993)} == {0.3}


@pytest.mark.parametrize("storage", ["journal", "sqlite"])
def test_a_sweep_is_resumed_from_a_storage(storage, tmp_path):
    def opened():
        if storage == "sqlite":
            kept = f"sqlite:///{tmp_path}/study.db"
        else:
            kept = optuna.storages.JournalStorage(
                optuna.storages.journal.JournalFileBackend(str(tmp_path / "journal"))
            )
        return optuna.create_study(
            storage=kept, study_name="s", load_if_exists=True, sampler=optuna.samplers.RandomSampler()
        )

    def step(search, calls, stop=math.inf):
        """Asks and tells, recorded, until so many are told."""
        told = 0
        while not search.done:
            jobs = search.ask(100)
            assert jobs
            calls.append(("ask", [(job.candidate, job.until, job.settings) for job in jobs]))
            for job in jobs:
                if told == stop:
                    return
                told += 1
                answer = (job.candidate, float(job.candidate), job.until, False)
                calls.append(("tell", answer))
                search.tell(*answer)

    def search():
        return Optuna(opened(), pruner=SuccessiveHalving(), batch=3)

    facts = {"candidates": 6, "epochs": 3, "axes": AXES, "sweep": "folder"}
    calls = []
    step(begun(search(), **facts), calls, stop=5)

    again = begun(search(), resumed=True, **facts)
    asked = []
    for kind, content in calls:
        if kind == "tell":
            again.tell(*content)
        else:
            asked = [(job.candidate, job.until, job.settings) for job in again.ask(100)]
            assert asked == content
    for candidate, until, _ in asked[
        1:
    ]:  # those whose answer was lost: 3 + 1 of the first batch and one were told
        again.tell(candidate, float(candidate), until, False)
    step(again, [])
    study = opened()
    assert len(study.trials) == 6
    assert states(study) == {"COMPLETE": 2, "PRUNED": 4}

    # Begun anew in the same folder it is another sweep.
    drive(begun(search(), **facts), by_number)
    assert states(opened()) == {"COMPLETE": 4, "PRUNED": 8}


def test_what_nobody_goes_on_with_does_not_stay_open():
    study = seeded()
    search = begun(Optuna(study, batch=4), candidates=8, axes=AXES)
    search.tell(search.ask(4)[0].candidate, 1.0, 27, False)
    search.close()
    assert states(study) == {"COMPLETE": 1, "FAIL": 3}


def test_trials_that_a_person_puts_into_the_queue():
    study = seeded()
    study.enqueue_trial({"x": 4.5, "optimizer": "adam", "units": "(64, 64)"})
    driven = drive(begun(Optuna(study), candidates=3, axes=AXES), bowl)
    assert driven.settings[0] == {"x": 4.5, "optimizer": "adam", "units": (64, 64)}
    study.enqueue_trial({"x": 1.0, "optimizer": "adamw"})
    with pytest.raises(UsageError, match="a trial of the study does not fit the axes"):
        begun(Optuna(study), candidates=3, axes=AXES).ask(1)
    assert "RUNNING" not in states(study)


def test_a_score_to_maximise():
    search = begun(Optuna(), candidates=4, axes=AXES, minimise=False)
    drive(search, by_number)
    assert search._study.best_value == 3.0


def test_params_and_back():
    search = begun(Optuna(), candidates=1, axes=AXES)
    for settings in itertools.islice((search.facts.axes.drawn(search.facts.generator) for _ in range(5)), 5):
        params = params_of(settings, search.facts.axes)
        assert {name: trained(search.facts.axes[name], value) for name, value in params.items()} == settings


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Optuna(batch=0), "batch must be a whole number of at least 1"),
        (lambda: Optuna(interval=0), "interval must be a whole number"),
        (lambda: begun(Optuna("study"), candidates=3), "study must be one of optuna.create_study"),
        (lambda: begun(Optuna(pruner="median"), candidates=3), "pruner must be fl.population.SuccessiveHalving"),
        (lambda: begun(Optuna(), axes={"x": log_uniform(1, 2)}), "Say members=64"),
        (
            lambda: begun(Optuna(optuna.create_study(directions=["minimize"] * 2)), candidates=3),
            "one score, but the study has 2 objectives",
        ),
        (
            lambda: begun(Optuna(optuna.create_study(direction="maximize")), candidates=3),
            'direction maximize, but this score is to minimize. Say optuna.create_study.direction="minimize"',
        ),
        (
            lambda: begun(Optuna(pruner=optuna.pruners.HyperbandPruner()), candidates=3),
            "HyperbandPruner judges by the order",
        ),
        (
            lambda: begun(Optuna(optuna.create_study(pruner=optuna.pruners.SuccessiveHalvingPruner())), candidates=3),
            "SuccessiveHalvingPruner judges by the order.*pruner=fl.population.SuccessiveHalving",
        ),
    ],
)  # fmt: skip
def test_wrong_uses(make, message):
    with pytest.raises(UsageError, match=message):
        make()
