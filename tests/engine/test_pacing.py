"""Windows: how much is dispatched at once."""

from __future__ import annotations

import pytest

from fallline.engine.pacing import SECONDS_PER_DISPATCH, Pacer


def windows(pacer: Pacer, seconds_per_step: float, room: int = 1000) -> list[tuple[int, int, int]]:
    """All windows of a run whose steps take a constant time."""
    made = []
    while pacer.epoch < pacer.epochs:
        epochs, first, last = pacer.next(room)
        made.append((epochs, first, last))
        pacer.done(epochs, first, last, seconds_per_step * epochs * (last - first))
        assert len(made) < 10_000
    return made


def steps_of(made: list[tuple[int, int, int]]) -> int:
    return sum(epochs * (last - first) for epochs, first, last in made)


@pytest.mark.parametrize("seconds_per_step", [1e-6, 1e-4, 1e-2, 1.0])
@pytest.mark.parametrize("granularity", ["boundary", "epoch", "step"])
def test_every_step_is_run_once_and_in_order(seconds_per_step: float, granularity: str) -> None:
    made = windows(Pacer(37, 5, granularity, 1e-3), seconds_per_step)
    assert steps_of(made) == 37 * 5
    position = 0
    for epochs, first, last in made:
        assert first == position
        assert epochs == 1 or (first, last) == (0, 37), "only whole epochs are bundled"
        position = 0 if last == 37 else last


def test_windows_last_about_a_fifth_of_a_second() -> None:
    fast = windows(Pacer(100, 1000, "boundary", 1e-5), 1e-5)
    assert [epochs for epochs, _, _ in fast] == [1, 16, 200, 200, 200, 200, 183]
    slow = windows(Pacer(100, 2, "boundary", 0.02), 0.02)
    assert all(last - first <= 10 for _, first, last in slow)


def test_somebody_who_looks_gets_every_epoch_or_step() -> None:
    assert windows(Pacer(4, 3, "epoch", 1e-6), 1e-6) == [(1, 0, 4)] * 3
    assert windows(Pacer(2, 2, "step", 1e-6), 1e-6) == [(1, 0, 1), (1, 1, 2)] * 2
    assert windows(Pacer(1, 3, "step", 1e-6), 1e-6) == [(1, 0, 1)] * 3


def test_a_window_stays_within_the_block_of_indices() -> None:
    pacer = Pacer(10, 100, "boundary", 1e-6)
    pacer.done(*pacer.next(room=7), 1e-5)
    assert pacer.next(room=7) == (7, 0, 10)


@pytest.mark.parametrize("truth", [1e-2, 1.0])
def test_a_guess_that_is_far_too_small_costs_one_epoch(truth: float) -> None:
    """The first window is an epoch at most; from then on windows keep to the measured time."""
    made = windows(Pacer(50, 4, "boundary", 1e-7), truth)
    assert made[0] == (1, 0, 50)
    assert all(last - first <= max(1, SECONDS_PER_DISPATCH / truth) for _, first, last in made[1:])


def test_windows_grow_by_and_by() -> None:
    pacer = Pacer(10_000, 5, "boundary", 0.1)
    epochs, first, last = pacer.next(5)
    assert last - first == 2
    pacer.done(epochs, first, last, 2e-6)
    epochs, first, last = pacer.next(5)
    assert last - first == 32, "16 times the one before, however fast that was"


def test_a_long_validation_is_not_taken_for_slow_steps() -> None:
    pacer = Pacer(64, 100, "boundary", 1e-3)
    pacer.done(*pacer.next(100), 0.064 + 5)
    assert pacer.next(100)[0] == 1, "an epoch of five seconds is never bundled"


def test_the_first_guess_grows_with_the_work() -> None:
    pacer = Pacer(1000, 1, "boundary")
    pacer.guess(operations=1e6)
    assert pacer.next(1) == (1, 0, 909)
    pacer.guess(operations=3e9)
    assert pacer.next(1) == (1, 0, 1), "a first window must not freeze the display"
