"""What a run says that its network leans on."""

import json

import pytest

from fallline.errors import SavedFileError
from fallline.report.importance import ColumnImportance, Importance


def importance(*means, error=0.01, rows=90, score=0.4, measure="log_loss"):
    columns = tuple(ColumnImportance(f"c{k}", mean, error) for k, mean in enumerate(means))
    return Importance(measure, score, "test", rows, 90, 5, columns)


@pytest.mark.parametrize(
    ("means", "sentence"),
    [
        ((0.3, 0.2), "What it leans on: c0 and c1."),
        ((0.3, 0.2, 0.0), "What it leans on: c0 and c1."),
        ((0.3, 0.25, 0.2, 0.2, 0.2), "What it leans on: c0, c1, c2, c3 and c4."),
        ((0.3,) * 7, "What it leans on: c0, c1, c2, c3, c4 and 2 more."),
        (
            (0.01, -0.02),
            "What it leans on: no single column beyond chance; columns that say the same share their worth.",
        ),
        ((0.5,), "What it leans on: c0."),
        ((0.5, 0.05), "What it leans on: c0 and c1."),
    ],
)
def test_the_sentence_at_the_end_of_a_run(means, sentence):
    assert importance(*means).sentence == sentence


@pytest.mark.parametrize(("measure", "score", "worse"), [("log_loss", 0.005, 0.02), ("r2", 0.995, 0.98)])
def test_a_column_that_gives_the_answer_away_is_doubted(measure, score, worse):
    given = importance(1.2, 0.05, score=score, measure=measure)
    assert given.sentence == (
        'What it leans on: "c0" for nearly everything. Is that column known before the answer is?'
    )
    # Others count too, or enough is missed, or there is no other: then it is merely the best.
    for other in (
        importance(1.2, 0.3, score=score, measure=measure),
        importance(1.2, 0.05, score=worse, measure=measure),
        importance(1.2, score=score, measure=measure),
    ):
        assert other.giveaway is None


def test_chance_is_shared_by_all_columns():
    # Two standard errors and a half: beyond chance where there are two columns, not where there are fifty.
    assert len(importance(0.025, 0.0).leaned_on) == 1
    assert len(importance(0.025, *[0.0] * 49).leaned_on) == 0


def test_rows_left_out_are_said():
    assert importance(0.1).basis == "90 test rows, 5 shuffles a column"
    assert importance(0.1, rows=40).basis == "40 of 90 test rows, 5 shuffles a column"


def test_json_gives_it_back():
    given = importance(0.3, 0.2)
    assert Importance.from_json(json.loads(json.dumps(given.to_json()))) == given
    for damaged in ({}, None, {"columns": [{"name": "a"}]}):
        with pytest.raises(SavedFileError, match="importance of columns"):
            Importance.from_json(damaged)
