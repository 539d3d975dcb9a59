"""What the verdict says of scores that are too good."""

import pytest

from fallline.data.leaks import Leak
from fallline.experiment.judgement.leaks import caveat


@pytest.mark.parametrize(
    ("leaks", "beginning"),
    [
        ([], ""),
        (
            [Leak((f"Run{k}",), "copy", "", 1.0) for k in (2, 3)] + [Leak(("when",), "time", "", 0.9)],
            'Do not trust these scores: "Run2" and "Run3" tell "Run1", and new rows will hardly have them',
        ),
        (
            [Leak(("id",), "key", "", 1.0)],
            'Do not trust these scores: "id" tells "Run1", and new rows will hardly have it',
        ),
        (
            [Leak(tuple("abcdef"), "sum", "", 1.0)],
            'Do not trust these scores: "a", "b", "c", "d" and 2 more tell "Run1"',
        ),
        (
            [Leak(("x",), "tells", "", 1.0)],
            'These scores hold only if "x" is known before "Run1", which it all but gives away',
        ),
        (
            [Leak(("x",), "tells", "", 1.0), Leak(("y",), "tells", "", 1.0)],
            'These scores hold only if "x" and "y" are known before "Run1", which they all but give away',
        ),
        ([Leak((), "rows", "", 0.34)], "These scores may be too good for new rows: 34% of the test rows"),
        ([Leak(("who",), "group", "", 0.9)], 'These scores are for more rows of the same "who"'),
        ([Leak(("when",), "time", "", 0.9)], "These scores are for rows between those of the training"),
    ],
)
def test_the_most_harmful_leak_is_named(leaks, beginning):
    said = caveat(leaks, "Run1")
    assert said.startswith(beginning)
    assert said.endswith("(see the notes).") or not leaks
