"""ASHA on made-up curves: who goes on depends on who is there; nothing waits."""

import math

import pytest

from fallline.errors import UsageError
from fallline.population import ASHA

from .driving import begun, drive


def by_number(settings, candidate, epoch):
    return float(candidate)


def in_turn(search, scores):
    """One place: the jobs in their order, told one by one."""
    jobs = []
    while not search.done:
        [job] = search.ask(1)
        jobs.append((job.candidate, job.until))
        search.tell(job.candidate, scores(job.candidate), job.until, False)
    return jobs


def test_one_place_promotes_as_soon_as_there_are_three():
    # Algorithm 2 of Li et al. 2020 by hand, factor 3, nine candidates of falling quality.
    jobs = in_turn(begun(ASHA(), candidates=9, epochs=9), float)
    assert jobs == [
        (0, 1), (1, 1), (2, 1), (0, 3), (3, 1), (4, 1), (5, 1), (1, 3), (6, 1), (7, 1), (8, 1), (2, 3), (0, 9),
    ]  # fmt: skip


def test_worst_first_promotes_more():
    jobs = in_turn(begun(ASHA(), candidates=9, epochs=9), lambda candidate: -float(candidate))
    # From the third on the newest is the best of those there.
    assert [job for job in jobs if job[1] > 1] == [
        (2, 3), (3, 3), (4, 3), (4, 9), (5, 3), (5, 9), (6, 3), (6, 9), (7, 3), (7, 9), (8, 3), (8, 9),
    ]  # fmt: skip


def test_the_newcomer_counts_in_its_rung():
    # Ray and Optuna let the first comer pass, Syne Tune whoever is best so far: here three have to be there.
    search = begun(ASHA(), candidates=9, epochs=9)
    for _ in range(2):
        [job] = search.ask(1)
        search.tell(job.candidate, 0.0, 1, False)
    assert [(job.candidate, job.until) for job in search.ask(1)] == [(2, 1)]


@pytest.mark.parametrize("places", [1, 4, 64, 1000])
def test_one_is_trained_to_the_end_and_nothing_waits(places):
    driven = drive(begun(ASHA(), candidates=81, epochs=81), by_number, places=places)
    assert driven.epochs[0] == 81
    assert len(driven.settings) == 81
    # Best first, in any order of places: the rungs are those of successive halving.
    assert [driven.reached(until) for until in (1, 3, 9, 27, 81)] == [81, 27, 9, 3, 1]
    assert driven.spent == ASHA().cost(81, 81)
    assert all(len(call) == places for call in driven.calls[: 81 // places])


def test_rungs_of_3_to_the_5th():
    # Ray's and Syne Tune's end at 81.
    driven = drive(begun(ASHA(), candidates=243, epochs=243), by_number)
    assert [driven.reached(3**k) for k in range(6)] == [243, 81, 27, 9, 3, 1]


@pytest.mark.parametrize("candidates", [1, 2, 5, 26])
def test_few_candidates_still_give_one_that_was_trained_to_the_end(candidates):
    driven = drive(begun(ASHA(), candidates=candidates, epochs=27), by_number)
    assert driven.reached(27) == 1
    assert driven.epochs[0] == 27


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_diverges_never_goes_on(bad):
    def curve(settings, candidate, epoch):
        return bad if candidate in (0, 3) else float(candidate)

    driven = drive(begun(ASHA(), candidates=27, epochs=27), curve, places=3)
    assert driven.epochs[0] == driven.epochs[3] == 1
    assert driven.reached(27) == 1
    assert set(drive(begun(ASHA(), candidates=9, epochs=9), lambda *_: bad).epochs.values()) == {1}


def test_equals_go_on_in_their_order():
    driven = drive(begun(ASHA(), candidates=9, epochs=9), lambda *_: 1.0)
    assert [driven.epochs[each] for each in range(9)] == [9, 3, 3, 1, 1, 1, 1, 1, 1]


def test_who_ended_early_stands_in_the_rungs_that_it_earns():
    driven = drive(begun(ASHA(), candidates=9, epochs=9), by_number, ends={0: 1, 8: 1})
    assert driven.epochs[0] == 1
    assert driven.reached(3) == 2  # 1 and 2
    assert driven.reached(9) == 0  # 0 is the best of that rung, and at its end
    search = begun(ASHA(), candidates=3, epochs=9)
    assert drive(search, by_number, ends=dict.fromkeys(range(3), 1)).spent == 3


def test_the_same_tells_give_the_same_asks():
    first, again = (drive(begun(ASHA(), candidates=30), by_number, places=4).calls for _ in range(2))
    assert first == again


def test_it_is_asked_as_soon_as_a_place_is_free():
    assert ASHA.asynchronous


def test_wrong_numbers():
    with pytest.raises(UsageError, match="ASHA: factor must be a whole number"):
        ASHA(factor=0)
    with pytest.raises(UsageError, match="after least=30 epochs, but only 27"):
        begun(ASHA(least=30), candidates=3)
