"""What the verdict says of scores that are too good."""

import pytest

from fallline.data.leaks import Leak
from fallline.experiment.judgement.leaks import caveat, remedy
from fallline.experiment.settings import Settings


@pytest.mark.parametrize(
    ("leaks", "beginning"),
    [
        ([], ""),
        (
            [Leak((f"Run{k}",), "copy", "", 1.0) for k in (2, 3)] + [Leak(("when",), "time", "", 0.9)],
            'These scores hold only if "Run2" and "Run3" are known before "Run1".',
        ),
        (
            [Leak(("id",), "key", "", 1.0)],
            'Do not trust these scores: "id" tells "Run1" here, hardly in new rows.',
        ),
        (
            [Leak(tuple("abcdef"), "sum", "", 1.0)],
            'These scores hold only if "a", "b", "c", "d" and 2 more are known before "Run1".',
        ),
        (
            [Leak(("x",), "tells", "", 1.0)],
            'These scores hold only if "x" is known before "Run1".',
        ),
        (
            [Leak(("x",), "tells", "", 1.0), Leak(("y",), "tells", "", 1.0)],
            'These scores hold only if "x" and "y" are known before "Run1".',
        ),
        ([Leak((), "rows", "", 0.34)], "34 % of the test rows repeat training rows"),
        ([Leak(("who",), "group", "", 0.9)], 'These scores are for more rows of the same "who"'),
        ([Leak(("when",), "time", "", 0.9)], "These scores are not for later rows"),
    ],
)
def test_the_most_harmful_leak_is_named(leaks, beginning):
    said = caveat(leaks, "Run1")
    assert said.startswith(beginning)


@pytest.mark.parametrize(
    ("leak", "command"),
    [
        (
            Leak(("b c", "d"), "sum", "", 1.0),
            "fallline train --config 'my runs/1/config.json' --drop 'a,b c,d'",
        ),
        (Leak(("when",), "time", "", 0.9), "fallline train --config 'my runs/1/config.json' --time when"),
        (Leak(("who",), "group", "", 0.9), "fallline train --config 'my runs/1/config.json' --group who"),
        (Leak((), "rows", "", 0.3), ""),
    ],
)
def test_the_remedy_leaves_out_what_was_left_out_too(leak, command):
    assert remedy([leak], Settings("d", drop=("a",)), "my runs/1") == command
    assert remedy([], Settings("d"), "runs/1") == ""


def test_rows_that_are_divided_in_another_way_have_no_remedy():
    leak = Leak(("who",), "group", "", 0.9)
    for options in ({"time": "when"}, {"test": "t.csv"}):
        assert remedy([leak], Settings("d", **options), "runs/1") == ""
