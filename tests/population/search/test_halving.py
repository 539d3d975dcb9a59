"""Successive halving and Hyperband on made-up curves: who goes on, how far, and what it costs."""

import math

import pytest

from fallline.errors import FalllineWarning, UsageError
from fallline.population import Hyperband, Random, Sobol, SuccessiveHalving, uniform
from fallline.population.search.rungs import depth, rungs

from .driving import begun, drive


def by_number(settings, candidate, epoch):
    """The lower the number, the better, from the first epoch on."""
    return candidate + 1 / epoch


@pytest.mark.parametrize(
    ("epochs", "factor", "expected"),
    [
        # math.log(243, 3) is 4.999999999999999, math.log(1000, 10) 2.9999999999999996, math.log(125, 5) above 3
        (243, 3, (1, 3, 9, 27, 81, 243)),
        (1000, 10, (1, 10, 100, 1000)),
        (125, 5, (1, 5, 25, 125)),
        (81, 3, (1, 3, 9, 27, 81)),
        (64, 4, (1, 4, 16, 64)),
        (729, 3, (1, 3, 9, 27, 81, 243, 729)),
        (100, 3, (1, 3, 11, 33, 100)),
        (2, 3, (2,)),
        (1, 2, (1,)),
    ],
)
def test_rungs_are_counted_in_whole_numbers(epochs, factor, expected):
    assert rungs(epochs, factor, depth(epochs, factor, 1)) == expected


@pytest.mark.parametrize("power", range(1, 20))
@pytest.mark.parametrize("factor", [2, 3, 5, 6, 7, 10])
def test_every_power_has_its_rungs(factor, power):
    assert depth(factor**power, factor, 1) == power
    assert depth(factor**power - 1, factor, 1) == power - 1


@pytest.mark.parametrize(
    ("candidates", "epochs", "least", "table"),
    [
        (243, 243, 1, [(243, 1), (81, 3), (27, 9), (9, 27), (3, 81), (1, 243)]),
        (27, 27, 1, [(27, 1), (9, 3), (3, 9), (1, 27)]),
        (64, 27, 1, [(64, 1), (21, 3), (7, 9), (2, 27)]),
        # Few candidates: compared later, and still to the end; scikit-learn leaves 9 of them at 1, 3, 9.
        (9, 243, 1, [(9, 27), (3, 81), (1, 243)]),
        (64, 100, 5, [(64, 11), (21, 33), (7, 100)]),
        (2, 27, 1, [(2, 27)]),
    ],
)
@pytest.mark.parametrize(
    "order", [lambda told: told[0], lambda told: -told[0]], ids=["best first", "worst first"]
)
def test_successive_halving(candidates, epochs, least, table, order):
    search = SuccessiveHalving(least=least)
    assert list(search.table(epochs, candidates)) == table
    driven = drive(begun(search, candidates=candidates, epochs=epochs), by_number, order=order)
    assert [(driven.reached(until), until) for _, until in table] == table
    assert driven.epochs[0] == epochs  # the best, whatever the order in which they are told
    assert driven.spent == search.cost(epochs, candidates)


@pytest.mark.parametrize(
    ("epochs", "factor", "brackets"),
    [
        # The sizes that Ray (except where it divides a 0.5) and Optuna count too; 243 is where they part.
        (81, 3, ["81 34 15 8 5", "1 3 9 27 81"]),
        (243, 3, ["243 98 41 18 9 6", "1 3 9 27 81 243"]),
        (27, 3, ["27 12 6 4", "1 3 9 27"]),
        (100, 3, ["81 34 15 8 5", "1 3 11 33 100"]),
        (64, 4, ["64 22 8 4", "1 4 16 64"]),
        (125, 5, ["125 34 10 4", "1 5 25 125"]),
        (1000, 10, ["1000 134 20 4", "1 10 100 1000"]),
        (9, 3, ["9 5 3", "1 3 9"]),
        (729, 3, ["729 284 114 48 21 11 7", "1 3 9 27 81 243 729"]),
    ],
)
def test_hyperbands_table(epochs, factor, brackets):
    sizes, first = ([int(each) for each in text.split()] for text in brackets)
    table = Hyperband(factor).table(epochs)
    assert [bracket[0] for bracket in table] == list(zip(sizes, first, strict=True))
    assert all(bracket[-1][1] == epochs for bracket in table)


def test_hyperbands_rungs():
    # Li et al. 2018, algorithm 1 with R = 81 and factor 3, by hand.
    assert [[size for size, _ in bracket] for bracket in Hyperband().table(81)] == [
        [81, 27, 9, 3, 1], [34, 11, 3, 1], [15, 5, 1], [8, 2], [5],
    ]  # fmt: skip
    assert Hyperband().candidates(81) == 143


@pytest.mark.parametrize("places", [10**6, 7])
def test_hyperband_trains_its_table(places):
    driven = drive(begun(Hyperband(rounds=2), epochs=27), by_number, places=places)
    table = Hyperband().table(27)
    assert len(driven.settings) == Hyperband(rounds=2).candidates(27) == 2 * (27 + 12 + 6 + 4)
    assert driven.reached(27) == 2 * sum(bracket[-1][0] for bracket in table)
    assert driven.spent == Hyperband(rounds=2).cost(27)
    # 27 + 9*2 + 3*6 + 18, 12*3 + 4*6 + 18, 6*9 + 2*18, 4*27, twice
    assert driven.spent == 2 * (81 + 78 + 90 + 108)


def test_hyperband_says_how_many_itself():
    with pytest.raises(UsageError, match="27 epochs has 49 candidates, so leave members= out"):
        begun(Hyperband(), candidates=64)
    begun(Hyperband(), candidates=49)


def test_hyperband_with_few_settings():
    with pytest.warns(FalllineWarning, match="49 candidates are asked for, but the axes have 30"):
        search = begun(Hyperband(), axes={"x": range(30)})
    driven = drive(search, by_number)
    assert len(driven.settings) == 30
    assert driven.reached(27) == 2  # of the first bracket, whole, and of three candidates of the second


@pytest.mark.parametrize("search", [SuccessiveHalving(), Hyperband()], ids=["halving", "hyperband"])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_diverges_is_out_at_once(search, bad):
    # Ray trains NaN to the end, Optuna's median pruner protects it; -inf would be the best of all losses.
    count = None if isinstance(search, Hyperband) else 27

    def curve(settings, candidate, epoch):
        return bad if candidate % 2 == 0 and epoch >= 2 else by_number(settings, candidate, epoch)

    driven = drive(begun(search, candidates=count), curve)
    assert max(driven.epochs[each] for each in driven.epochs if each % 2 == 0) <= 2
    assert driven.epochs[1] == 27


def test_all_diverge():
    driven = drive(begun(SuccessiveHalving(), candidates=27), lambda *_: math.nan)
    assert set(driven.epochs.values()) == {1}


def test_equal_scores_go_to_who_began_first():
    driven = drive(
        begun(SuccessiveHalving(), candidates=9, epochs=9), lambda *_: 1.0, order=lambda told: -told[0]
    )
    assert [driven.epochs[each] for each in range(9)] == [9, 3, 3, 1, 1, 1, 1, 1, 1]


def test_a_score_to_maximise():
    search = begun(SuccessiveHalving(), candidates=9, epochs=9, minimise=False)
    assert drive(search, by_number).epochs[8] == 9


def test_who_ended_early_competes_with_its_score_and_costs_nothing_more():
    driven = drive(begun(SuccessiveHalving(), candidates=9, epochs=9), by_number, ends={0: 2, 5: 1})
    assert driven.epochs[0] == 2
    assert driven.reached(3) == 2  # 1 and 2; 0 went on without a job, and is the best at the end as well
    assert driven.reached(9) == 0
    assert sum(len(call) for call in driven.calls) == 9 + 3


def test_the_same_tells_give_the_same_asks():
    axes = {"x": uniform(0, 1)}
    first, again = (
        drive(begun(Hyperband(points=Sobol()), axes=axes, epochs=9), by_number, places=4) for _ in range(2)
    )
    assert first.calls == again.calls
    search = Hyperband(points=Random())
    runs = [drive(begun(search, axes=axes, epochs=9), by_number).calls for _ in range(2)]
    assert runs[0] == runs[1]  # the same object begins anew


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SuccessiveHalving(factor=1), "factor must be a whole number of at least 2, got 1"),
        (lambda: SuccessiveHalving(least=0), "least must be a whole number of at least 1"),
        (lambda: Hyperband(factor=2.5), "factor must be a whole number"),
        (lambda: Hyperband(rounds=0), "rounds must be a whole number of at least 1"),
        (
            lambda: begun(SuccessiveHalving(least=9), candidates=9, epochs=5),
            "after least=9 epochs, but only 5",
        ),
        (lambda: begun(SuccessiveHalving(), axes={"x": uniform(0, 1)}), "Say members=64"),
        (lambda: begun(SuccessiveHalving(points="sobol"), candidates=9), "points= has to be Grid"),
        (lambda: SuccessiveHalving().cost(5), "say how many"),
    ],
)
def test_wrong_numbers(make, message):
    with pytest.raises(UsageError, match=message):
        make()
