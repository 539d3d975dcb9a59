"""Numbers as displays show them."""

from __future__ import annotations

import math

import pytest

from fallline.callbacks.readings import Pace, bar, curve, duration, number, per_second


def test_a_curve_goes_from_the_lowest_to_the_highest_block() -> None:
    assert curve([0.0, 1.0, 2.0, 7.0]) == "▁▂▃█"
    assert curve([5.0, 5.0]) == "▁▁"
    assert curve([float("nan"), float("inf")]) == ""
    assert curve(list(range(1200))) == "▁▂▂▃▄▄▅▅▆▇▇█"


@pytest.mark.parametrize(
    ("done", "total", "drawn"), [(0, 8, "...."), (3, 8, "#..."), (8, 8, "####"), (0, 0, "....")]
)
def test_a_bar(done: float, total: float, drawn: str) -> None:
    assert bar(done, total, 4, plain=True) == drawn
    assert bar(done, total, 4, plain=False) == drawn.replace("#", "━").replace(".", "─")


def test_words() -> None:
    assert [number(value) for value in (0.21324, 0.0, 1e-5, 12345.0, math.nan)] == [
        "0.2132",
        "0.0000",
        "1e-05",
        "1.23e+04",
        "nan",
    ]
    assert [per_second(1234.5, "steps"), per_second(3.21)] == ["1,234 steps/s", "3.2/s"]
    assert [duration(11.2), duration(3725)] == ["0:12", "1:02:05"]


def test_a_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.rate is None
    pace.mark(0.1, 15, begun=10)
    assert pace.rate is None  # too short to tell
    pace.mark(1.0, 20)
    assert pace.rate == pytest.approx(10)
    for second in range(2, 9):
        pace.mark(second, 20 + 100 * (second - 1))
    assert pace.rate == pytest.approx(100)
    pace.clear()
    assert pace.rate is None
