"""What a population shows while it trains, and at its end."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.population.test_population import FIT, X, Y, build, stopping

from fallline import errors
from fallline.population import Population, group
from fallline.population.display import Display
from fallline.population.member import Member
from fallline.population.standing import Leader, Standing, display_lines, ended_line, plain_line

SETTINGS = {"learning_rate": 0.0123, "dropout": 0.2, "units": 32, "activation": "relu"}


def member(**changes: Any) -> Member:
    return Member(12, 3, SETTINGS, 1, **changes)


def standing(**changes: Any) -> Standing:
    leader = Leader(member(), 0.2132, np.geomspace(1, 0.2132, 30))
    counts = {"diverged": 1, "waiting": 40, "running": 20, "early_stopped": 3}
    return Standing(300.4, 899.6, counts, "val_loss", leader, groups=3, group=2, **changes)


def test_the_live_display() -> None:
    lines = display_lines(standing(stage="rung 2 of 4"), 57.3, 16, width=120)
    assert lines == [
        "member-epochs 300/1,200  ━━━━━━──────────────────  57/s  0:16 left at most",
        "64 members: 20 running, 40 waiting, 3 stopped early, 1 diverged",
        "program 2 of 3, rung 2 of 4",
        "best val_loss 0.2132  █▇▆▅▄▄▃▂▂▂▁▁  member 12: learning_rate 0.0123, dropout 0.2, units 32, activation relu, seed 1",
    ]
    narrow = display_lines(standing(), None, None, width=40)
    assert narrow[-2:] == [
        "best val_loss 0.2132  █▇▆▅▄▄▃▂▂▂▁▁  mem…",
        "     learning_rate 0.0123, dropout 0.2,…",
    ]
    assert all(
        line.isascii() and len(line) <= 40 for line in display_lines(standing(), 1, 2, width=40, plain=True)
    )


def test_a_plain_line() -> None:
    assert plain_line(standing(), 57.3, 16) == (
        "member-epochs 300/1,200  best val_loss 0.2132 (member 12)  "
        "20 running, 40 waiting, 3 stopped early, 1 diverged  program 2 of 3  57/s  0:16 left at most"
    )


def test_a_member_at_its_end() -> None:
    ended = member(fold=2, status="early_stopped", epochs=1, score=0.2132)
    assert ended_line(ended, "val_loss") == (
        "member 12: learning_rate 0.0123, dropout 0.2, units 32, activation relu, seed 1, fold 2: "
        "stopped early after 1 epoch, val_loss 0.2132"
    )


class Looks:
    """What there was to be said each time."""

    def __init__(self) -> None:
        self.seen: list[Standing] = []

    def looked(self, sweep: Any, boundary: Any) -> None:
        self.seen.append(Standing.of(sweep, boundary))


@pytest.fixture(scope="module")
def shown() -> SimpleNamespace:
    """Eight members on three places, looked at by displays of each kind."""
    streams = {name: io.StringIO() for name in ("live", "lines", "ended", "late")}
    displays = {
        "live": Display(stream=streams["live"], live=True, delay=0),
        "lines": Display(stream=streams["lines"], live=False, delay=0),
        "ended": Display(stream=streams["ended"], live=True, every_member=True),
        "late": Display(stream=streams["late"], live=True, delay=1e9),
    }
    looks = Looks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "PLACES", 3)
        patch.setattr(group, "MEMBER_STEPS", 30)
        axes = {"learning_rate": [0.003, 1e25, 0.3, 0.03], "dropout": [0.0, 0.3]}
        population = Population(build, axes, seed=3)
        with pytest.warns(errors.TrainingWarning):
            population.fit(X, Y, verbose=0, callbacks=stopping(), watchers=[*displays.values(), looks], **FIT)
    for display in displays.values():
        for _ in range(2):
            display.close(population._sweep)
    texts = {name: stream.getvalue() for name, stream in streams.items()}
    return SimpleNamespace(population=population, seen=looks.seen, **texts)


def test_it_counts_what_is_done_and_what_is_left(shown: SimpleNamespace) -> None:
    seen = shown.seen
    assert seen[0].done == 0
    assert seen[0].left == 8 * 6
    done = [now.done for now in seen]
    assert done == sorted(done)
    assert all(now.done + now.left <= 48 and sum(now.counts.values()) == 8 for now in seen)
    assert seen[-1].done == sum(member.epochs for member in shown.population.members)
    assert seen[-1].left == 0
    assert seen[-1].leader is not None
    assert seen[-1].leader.member is shown.population.best
    assert any(now.counts == {"running": 2, "diverged": 1, "waiting": 5} for now in seen)


def test_a_terminal_is_drawn_over_and_left_as_it_was(shown: SimpleNamespace) -> None:
    hidden, again = "\x1b[?25l", "\x1b[?25h"
    assert shown.live.count(hidden) == 1
    assert shown.live.rindex(again) > shown.live.rindex(hidden)
    assert "\x1b[1A" in shown.live
    last = shown.live[shown.live.rindex("best val_loss") :]
    assert "8 members: 5 completed, 1 stopped early, 2 diverged" in last


def test_plain_lines_are_few(shown: SimpleNamespace) -> None:
    first, *_, best, counts, time = shown.lines.splitlines()
    assert first == "compiling program ..."
    assert best.startswith("best val_loss 0.3499  member 6: learning_rate 0.03, dropout 0, seed 3")
    assert counts == "8 members: 5 completed, 1 stopped early, 2 diverged"
    assert time.startswith("37 member-epochs in ")
    assert shown.late.splitlines()[:2] == [best, counts]


def test_a_line_for_each_member_at_its_end(shown: SimpleNamespace) -> None:
    lines = shown.ended.splitlines()
    assert len(lines) == 8 + 3
    assert sorted(int(line.split()[1].rstrip(":")) for line in lines[:8]) == list(range(8))
    diverged = next(line for line in lines if line.startswith("member 2:"))
    assert diverged == "member 2: learning_rate 1e+25, dropout 0, seed 3: diverged after 1 epoch"


def test_how_much_is_shown_is_checked(capfd: pytest.CaptureFixture[str]) -> None:
    population = Population(build, {"learning_rate": [0.03]})
    with pytest.raises(errors.UsageError, match=r'Population.fit: verbose must be "auto", 0, 1 or 2, got 3'):
        population.fit(X, Y, verbose=3, **FIT)
    assert capfd.readouterr() == ("", "")
