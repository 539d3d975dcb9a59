"""Population-based training on made-up curves: who copies whom, how settings move, and the winner's schedule."""

import math

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.population import PopulationBasedTraining, Replay, log_uniform, uniform, when
from fallline.population.search import Job, settings_by_epoch

from .driving import begun, drive

AXES = {"rate": log_uniform(1e-4, 1e-1), "dropout": uniform(0, 0.5), "units": [16, 32]}


def by_number(settings, candidate, epoch):
    return float(candidate)


def population(search=None, *, candidates=8, epochs=20, curve=by_number, axes=AXES, fixed=("units",), **rest):
    search = search or PopulationBasedTraining(interval=5)
    made = begun(search, candidates=candidates, epochs=epochs, axes=axes, fixed=frozenset(fixed))
    return search, drive(made, curve, **rest)


@pytest.mark.parametrize(
    ("quantile", "candidates", "replaced"),
    [(0.25, 2, 1), (0.25, 3, 1), (0.25, 4, 1), (0.25, 5, 2), (0.25, 8, 2), (0.25, 10, 3), (0.25, 20, 5),
     (0.1, 4, 1), (0.1, 10, 1), (0.5, 9, 4), (0, 8, 0)],
)  # fmt: skip
def test_how_many_are_replaced(quantile, candidates, replaced):
    # Ray's _quantiles: ceil(n q), at most floor(n / 2).
    search, driven = population(
        PopulationBasedTraining(interval=5, quantile=quantile), candidates=candidates, epochs=10
    )
    assert [each.candidate for each in search.lineage] == list(range(candidates - replaced, candidates))
    assert all(each.source < max(replaced, 1) for each in search.lineage)
    assert set(driven.epochs.values()) == {10}
    assert driven.spent == search.cost(10, candidates)


def test_copying_jobs_come_before_their_sources_move_on():
    search, driven = population(places=3)
    copies = [job for call in driven.calls for job in call if job[2] is not None]
    assert len(copies) == len(search.lineage) == 3 * 2
    for i, call in enumerate(driven.calls):
        for _, until, source, settings in call:
            later = [
                job for calls in driven.calls[i:] for job in calls if job[0] == source and job[1] == until
            ]
            assert source is None or later
            assert source is None or settings is not None


def test_settings_move_by_the_factors_and_stay_inside():
    search, driven = population(PopulationBasedTraining(interval=1, resample=0.0), epochs=60)
    now = {number: driven.calls[0][number][3] for number in range(8)}
    for each in search.lineage:
        for name, value in each.settings.items():
            before = now[each.source][name]
            if name == "units":
                assert value == before
                continue
            low, high = (AXES[name].low, AXES[name].high)
            allowed = [min(max(before * factor, low), high) for factor in (0.8, 1.2)]
            assert min(abs(value - one) for one in allowed) < 1e-12
        now[each.candidate] = each.settings
    ends = [each.settings["rate"] for each in search.lineage]
    assert min(ends) >= 1e-4
    assert max(ends) <= 1e-1


def test_resampling_draws_anew():
    search, _ = population(PopulationBasedTraining(interval=1, resample=1.0), epochs=40)
    drawn = [each.settings["dropout"] for each in search.lineage]
    assert len(set(drawn)) == len(drawn)
    assert np.mean(drawn) == pytest.approx(0.25, abs=0.05)


def test_a_choice_moves_to_a_neighbour_and_conditions_hold():
    axes = {"size": [1, 2, 4, 8], "kind": ["a", "b"], "extra": when(uniform(0, 1), kind="b")}
    search, driven = population(
        PopulationBasedTraining(interval=1, resample=0.0), axes=axes, fixed=(), epochs=40
    )
    now = {number: driven.calls[0][number][3] for number in range(8)}
    for each in search.lineage:
        order = [1, 2, 4, 8]
        assert abs(order.index(each.settings["size"]) - order.index(now[each.source]["size"])) <= 1
        assert ("extra" in each.settings) == (each.settings["kind"] == "b")
        now[each.candidate] = each.settings


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("quantile", [0.25, 0.0])
def test_what_diverges_is_replaced_at_the_next_ranking(bad, quantile):
    # Ray leaves NaN out of its quantiles, so that it stays to the end.
    diverged = set()

    def curve(settings, candidate, epoch):
        if candidate < 5 and epoch == 3:
            diverged.add(candidate)
            return bad
        return float(candidate)

    search, driven = population(PopulationBasedTraining(interval=5, quantile=quantile), curve=curve)
    assert diverged == set(range(5))
    first = [each for each in search.lineage if each.epoch == 5]
    assert (
        [each.candidate for each in first] == list(range(5))
        if quantile == 0
        else set(range(5)) <= {each.candidate for each in first}
    )
    assert all(each.source >= 5 for each in first)
    assert set(driven.epochs.values()) == {20}


def test_all_diverge():
    _, driven = population(curve=lambda *_: math.nan)
    assert set(driven.epochs.values()) == {1}


def test_equals_are_not_copied():
    # Ray's first exploits the last of equals.
    search, driven = population(curve=lambda *_: 1.0)
    assert search.lineage == []
    assert set(driven.epochs.values()) == {20}


def test_who_was_stopped_early_is_no_source():
    search, driven = population(ends={0: 2, 7: 3})
    assert driven.epochs[0] == 2
    assert {each.source for each in search.lineage} <= {1, 2}
    assert 7 in {each.candidate for each in search.lineage}  # among the lowest: it goes on from another
    _, driven = population(ends=dict.fromkeys(range(8), 2))
    assert set(driven.epochs.values()) == {2}


def test_a_score_to_maximise():
    search = begun(PopulationBasedTraining(interval=5), candidates=8, axes=AXES, epochs=10, minimise=False)
    drive(search, by_number)
    assert {each.candidate for each in search.lineage} == {0, 1}


def test_the_last_interval():
    for epochs, interval, boundaries in (
        (10, 3, [3, 6, 10]),
        (11, 3, [3, 6, 9, 11]),
        (7, 10, [7]),
        (20, None, 10),
    ):
        _, driven = population(PopulationBasedTraining(interval=interval), epochs=epochs)
        until = sorted({job[1] for call in driven.calls for job in call})
        assert until == boundaries if isinstance(boundaries, list) else len(until) == boundaries


def test_the_schedule_of_a_winner_is_what_its_weights_have_seen():
    # A weight that remembers under which rate each of its epochs was trained: the schedule must say the same.
    seen = {}

    search = begun(
        PopulationBasedTraining(interval=2), candidates=6, epochs=12, axes=AXES, fixed=frozenset({"units"})
    )
    settings = {}
    while not search.done:
        jobs = search.ask(100)
        before = dict(seen)
        for job in jobs:
            settings[job.candidate] = job.settings or settings[job.candidate]
            own = before.get(job.candidate if job.copies is None else job.copies, [])
            seen[job.candidate] = own + [settings[job.candidate]] * (job.until - len(own))
        for job in jobs:
            # Whoever is good changes: long lines of descent.
            search.tell(job.candidate, float((job.candidate * 5 + job.until) % 7), job.until, False)
    assert len(search.lineage) >= 8
    for candidate in range(6):
        schedule = search.schedule_of(candidate)
        assert settings_by_epoch(schedule, 12) == seen[candidate]
        assert search.ancestors_of(candidate)[-1][1] == candidate
        assert search.ancestors_of(candidate)[0][0] == 0
    longest = max(range(6), key=lambda each: len(search.schedule_of(each)))
    replayed = drive(begun(Replay(search.schedule_of(longest)), axes=AXES, epochs=12), by_number)
    assert replayed.spent == 12
    assert [call[0][3] for call in replayed.calls] == [each for _, each in search.schedule_of(longest)]


def test_replay_ends_where_the_training_ends():
    schedule = [(0, {"rate": 0.01}), (4, {"rate": 0.001}), (8, {"rate": 0.1})]
    search = begun(Replay(schedule), axes={"rate": log_uniform(1e-4, 1)}, epochs=6)
    assert search.ask(5) == [Job(0, 4, None, {"rate": 0.01})]
    assert search.ask(5) == []
    search.tell(0, 1.0, 4, False)
    assert search.ask(5) == [Job(0, 6, None, {"rate": 0.001})]
    search.tell(0, math.nan, 5, True)
    assert search.done


def test_the_same_tells_give_the_same_asks():
    assert population()[1].calls == population()[1].calls
    assert population()[1].settings == population(places=3)[1].settings


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PopulationBasedTraining(interval=0), "interval must be a whole number of at least 1"),
        (lambda: PopulationBasedTraining(quantile=0.6), "at most 0.5"),
        (lambda: PopulationBasedTraining(quantile=-1), "quantile must be a finite number at least 0"),
        (lambda: PopulationBasedTraining(resample=2), "resample must be a finite number between 0 and 1"),
        (lambda: PopulationBasedTraining(factors=(1.2, 0.8)), "one is below 1 and one above"),
        (lambda: PopulationBasedTraining(factors=1.2), "must be two numbers"),
        (lambda: begun(PopulationBasedTraining(), candidates=1), "needs two candidates at least"),
        (lambda: begun(PopulationBasedTraining(), axes=AXES), "Say members=64"),
        (lambda: population()[0].schedule_of(8), "no candidate 8; they are numbered 0 to 7"),
        (lambda: Replay([]), "a schedule is a list of"),
        (lambda: Replay([(1, {})]), "the first 0"),
        (lambda: Replay([(0, {}), (0, {})]), "growing epochs"),
        (lambda: Replay("abc"), "a schedule is a list of"),
        (lambda: begun(Replay([(0, {"rat": 1})]), axes=AXES), 'no axis "rat". Did you mean "rate"'),
        (
            lambda: begun(Replay([(0, {"rate": 1})]), axes=AXES),
            'has rate=1, but axis "rate" is log:0.0001:0.1',
        ),
        (
            lambda: begun(Replay([(0, {"rate": 0.1})]), axes=AXES, candidates=4),
            "for several networks say seeds=",
        ),
    ],
)
def test_wrong_uses(make, message):
    with pytest.raises(UsageError, match=message):
        make()
