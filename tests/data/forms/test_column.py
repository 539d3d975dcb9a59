import datetime as dt

import numpy as np
import polars as pl
import pytest

from fallline.data.forms.column import Room, decide_column, force_column
from fallline.data.forms.number_form import NumberForm
from fallline.data.forms.typed import as_text, decide_typed
from fallline.data.forms.words import MISSING_WORDS
from fallline.errors import DataError, UnknownNameError

ROOM = Room(MISSING_WORDS, lambda row: f"line {row + 2}")
AGES = [str(18 + k % 60) for k in range(300)]


def put(cells, **at):
    cells = list(cells)
    for place, cell in at.items():
        cells[int(place[1:])] = cell
    return cells


def decide(cells, room=ROOM, name="age"):
    return decide_column(pl.Series(name, cells, dtype=pl.String), room)


def test_a_word_among_numbers_is_missing_and_named():
    decided = decide(put(AGES, r20="unknown", r110="unknown", r200="unknown"))
    assert decided.column.kind == "number"
    assert decided.column.missing == ("unknown",)
    assert decided.column.notes == (
        '"age": 3 cells are no number and count as missing: "unknown" (3 times, first in line 22).',
    )
    assert decided.values.null_count() == 3
    assert decided.values[19] == 18 + 19


@pytest.mark.parametrize(
    "word",
    [
        "-",
        "--",
        ".",
        "...",
        "unknown",
        "Missing",
        "n.a.",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "nil",
        "TBD",
        "?",
        "None",
    ],
)
def test_words_cost_no_number_whatever_their_share(word):
    decided = decide([word] * 250 + [str(k / 4) for k in range(50)])
    assert decided.values.to_list()[250:] == [k / 4 for k in range(50)]
    assert decided.column.missing == (word,)


def test_a_few_strays_are_named_and_many_are_text():
    few = decide(put(AGES, r5="old", r7="12 or 13"))
    assert few.column.kind == "number"
    assert '"old" (line 7)' in few.column.notes[0]
    assert '"12 or 13" (line 9)' in few.column.notes[0]
    many = decide([*AGES[:200], *["old"] * 100])
    assert many.column.kind == "text"
    assert many.column.notes == (
        '"age": taken as text, as 100 of 300 cells are no number: "old" (100 times, first in line 202).',
    )
    # One in ten proves nothing.
    assert decide([*AGES[:9], "old"]).column.kind == "text"


def test_units_that_differ_are_said():
    decided = decide([f"{k} {'kg' if k % 2 else 'g'}" for k in range(100)])
    assert decided.column.kind == "text"
    assert 'units differ ("g", "kg")' in decided.column.notes[0]


def test_letters_of_codes_and_ordinals_are_no_units():
    assert decide([f"{k}{'ab'[k % 2]}" for k in range(100)]).column.notes == ()
    assert decide(["1st", "2nd", "crew", "3rd"] * 20).column.notes == ()


def test_what_cannot_be_seen_is_shown():
    (note,) = decide(put(AGES, r299="62\x1a")).column.notes
    assert '"62\\x1a" (line 301)' in note


def test_infinities_are_named_or_an_error():
    few = decide(put(AGES, r5="inf"))
    assert few.column.notes == ('"age": 1 cell is infinite and counts as missing: "inf" (line 7).',)
    assert few.values[5] is None
    with pytest.raises(DataError, match='column "age": 1 of 5 cells are infinite: "inf" \\(line 3\\)'):
        decide(["1", "inf", "2", "3", "1"])


def test_nan_is_missing_without_a_word():
    decided = decide(["nan", "2.5", "NaN", "-nan", "7"])
    assert decided.values.to_list() == [None, 2.5, None, None, 7.0]
    assert decided.column.notes == ()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["01234", "90210"] * 50, 'codes with leading zeros ("01234")'),
        ([str(2**64 + k) for k in range(100)], "whole numbers beyond 64 bits"),
    ],
)
def test_ids_stay_text(cells, reason):
    decided = decide(cells)
    assert (decided.column.kind, decided.values.to_list()) == ("text", cells)
    assert decided.column.notes == (f'"age": taken as text; the cells are {reason}.',)


@pytest.mark.parametrize("sign", ["-999", "9999", "-99", "99999999"])
def test_a_number_that_may_stand_for_missing_is_said_and_stays(sign):
    decided = decide(put(AGES, r3=sign, r30=sign, r33=sign))
    assert decided.values[3] == int(sign)
    (note,) = decided.column.notes
    assert f"{sign} stands 3 times, far {'below' if sign[0] == '-' else 'above'} all others" in note
    assert f"--missing {sign}" in note
    given = decide(put(AGES, r3=sign, r30=sign, r33=sign), Room((*MISSING_WORDS, sign), ROOM.where))
    assert given.values.null_count() == 3
    assert given.column.missing == (sign,)
    assert given.column.notes == ()


def test_a_nine_that_is_like_the_others_is_no_sign():
    assert decide([str(k) for k in range(80, 100)] * 5).column.notes == ()
    assert decide(put(AGES, r3="-999")).column.notes == ()  # once only


def test_kinds_of_words_and_dates():
    assert decide(["yes", "No", "-", None] * 10).values.to_list() == [True, False, None, None] * 10
    assert decide(["low", "high", "medium", "NA"] * 10).column.kind == "ordered"
    days = [f"{1 + k % 28:02d}/03/2024" for k in range(60)]
    dates = decide(put(days, r7="unknown"), name="day")
    assert dates.column.kind == "date"
    assert dates.values[20] == dt.datetime(2024, 3, 21) or dates.values[20] == dt.date(2024, 3, 21)
    assert dates.values[7] is None
    assert '"unknown" (line 9)' in dates.column.notes[0]
    seconds = decide([str(1_700_000_000 + 3600 * k) for k in range(60)], name="created_at")
    assert seconds.column.kind == "date"
    assert seconds.values[0] == dt.datetime(2023, 11, 14, 22, 13, 20)
    assert decide([str(k % 2) for k in range(40)]).column.kind == "number"


def test_text_loses_words_for_missing_with_a_word():
    decided = decide(["Bern", "NA", "", " Ulm", "-", "unknown", "NA"], name="city")
    assert decided.values.to_list() == ["Bern", None, None, "Ulm", "-", "unknown", None]
    assert decided.column.missing == ("NA",)
    assert decided.column.notes == (
        '"city": 2 cells are words for missing: "NA" (2 times, first in line 3).',
    )
    assert decide(["a", "", None, "b"]).column.notes == ()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["yes", "no"] * 30, ["yes", "no"] * 30),
        (["True", "False"] * 30, ["True", "False"] * 30),
        (["low", "medium", "high"] * 20, ["low", "medium", "high"] * 20),
        (["01", "02", "10"] * 20, ["01", "02", "10"] * 20),
        (["10 mg", "20 mg"] * 30, ["10 mg", "20 mg"] * 30),
        (["1", "2", "other"] * 20, ["1", "2", "other"] * 20),
        ([*["1", "2"] * 100, "unknown"], [*["1", "2"] * 100, "unknown"]),
        (["2024-01-05", "2024-01-06"] * 20, ["2024-01-05", "2024-01-06"] * 20),
        ([" a", "b "] * 20, ["a", "b"] * 20),
        (["1", "2", "3"] * 20, [1, 2, 3] * 20),
        (["1.0", "2.0"] * 20, [1.0, 2.0] * 20),
        ([f"${k},000.50" for k in range(1, 99)], [k * 1000 + 0.5 for k in range(1, 99)]),
        ([f"{k}.234,5" for k in range(1, 99)], [k * 1000 + 234.5 for k in range(1, 99)]),
        ([*(str(k / 4) for k in range(99)), "unknown"], [*(k / 4 for k in range(99)), None]),
    ],
)
def test_labels_of_a_target_stand_as_they_are(cells, values):
    assert decide(cells, Room(MISSING_WORDS, ROOM.where, target="age")).values.to_list() == values


def test_missing_values_of_a_target_are_always_named():
    decided = decide([*(str(k) for k in range(99)), "NA"], Room(MISSING_WORDS, ROOM.where, target="age"))
    assert decided.column.notes == (
        '"age": 1 cell is a word for missing and counts as missing: "NA" (line 101).',
    )


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["01", "02", "10"], "number", [1, 2, 10]),
        (["1,234", "5,678"], "decimal-comma", [1.234, 5.678]),
        (["1,234", "5,678"], "decimal-point", [1234, 5678]),
        (["1.234", "5.678"], "decimal-comma", [1234, 5678]),
        (["1", "x", "2"], "number", [1, None, 2]),
        (["1", "0"], "boolean", [True, False]),
        (["3", "1", "2"], "ordered", ["3", "1", "2"]),
        (["1", "2"], "category", ["1", "2"]),
        (["1.5", "NA"], "text", ["1.5", None]),
        (["7", "8"], "id", ["7", "8"]),
        (["14:30", "0:05"], "span", [52_200, 300]),
        (["5 m", "7 m", "x"], "span", [300, 420, None]),
    ],
)
def test_a_person_says_what_a_column_is(cells, kind, values):
    assert force_column(pl.Series("x", cells), kind, ROOM).values.to_list() == values


def test_a_kind_that_does_not_fit_is_an_error():
    with pytest.raises(
        DataError, match='column "x" cannot be read as number: 2 of 3 cells are none: "a" \\(line 2\\), "b"'
    ):
        force_column(pl.Series("x", ["a", "1", "b"]), "number", ROOM)
    with pytest.raises(DataError, match="cannot be read as boolean"):
        force_column(pl.Series("x", ["a", "1", "b"]), "boolean", ROOM)
    with pytest.raises(UnknownNameError, match='Did you mean "number"'):
        force_column(pl.Series("x", ["a"]), "numbr", ROOM)


def test_columns_that_have_a_type():
    cases = [
        (pl.Series([1, None], dtype=pl.Int8), "number", pl.Int64, [1, None]),
        (pl.Series([1.5, float("nan")], dtype=pl.Float32), "number", pl.Float64, [1.5, None]),
        (pl.Series(["1.25"]).cast(pl.Decimal(10, 2)), "number", pl.Float64, [1.25]),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), "text", pl.String, ["18446744073709551615"]),
        (pl.Series([7], dtype=pl.UInt64), "number", pl.Int64, [7]),
        (pl.Series([dt.timedelta(hours=1, milliseconds=500)]), "span", pl.Float64, [3600.5]),
        (pl.Series([dt.time(14, 30, 1)]), "date", pl.Datetime("us"), [dt.datetime(1970, 1, 1, 14, 30, 1)]),
        (pl.Series([dt.date(2024, 3, 1)]), "date", pl.Date, [dt.date(2024, 3, 1)]),
        (
            pl.Series([dt.datetime(2024, 3, 1, 12)]).dt.replace_time_zone("Europe/Berlin"),
            "date",
            pl.Datetime("us"),
            [dt.datetime(2024, 3, 1, 11)],
        ),
        (pl.Series([True, None]), "boolean", pl.Boolean, [True, None]),
        (pl.Series(["b", "a"], dtype=pl.Enum(["b", "a"])), "ordered", pl.Enum(["b", "a"]), ["b", "a"]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), "text", pl.String, ["b", "a"]),
        (pl.Series([None, None]), "text", pl.String, [None, None]),
    ]
    for cells, kind, dtype, values in cases:
        decided = decide_typed(cells.alias("x"), ROOM)
        assert (decided.column.kind, decided.values.dtype, decided.values.to_list()) == (kind, dtype, values)
    with pytest.raises(DataError, match='column "x" holds List'):
        decide_typed(pl.Series("x", [[1], [2]]), ROOM)


def test_typed_numbers_have_signs_for_missing_and_times_too():
    cells = pl.Series("x", [float(k % 50) for k in range(200)] + [-999.0] * 4)
    assert "-999 stands 4 times" in decide_typed(cells, ROOM).column.notes[0]
    assert decide_typed(cells, Room(("-999",), ROOM.where)).values.null_count() == 4
    seconds = pl.Series("created_at", range(1_700_000_000, 1_700_360_000, 3600))
    assert decide_typed(seconds, ROOM).values[1] == dt.datetime(2023, 11, 14, 23, 13, 20)


def test_typed_cells_as_text():
    assert as_text(pl.Series([1.0, 2.5, None])).to_list() == ["1", "2.5", None]
    assert as_text(pl.Series([True, False])).to_list() == ["true", "false"]


def test_plain_numbers_are_what_numpy_reads():
    texts = [repr(float(value)) for value in np.random.default_rng(0).normal(size=500) * 1e6]
    decided = decide(texts)
    assert decided.column.form == NumberForm()
    assert np.array_equal(decided.values.to_numpy(), np.array(texts, float))


TARGET = Room(MISSING_WORDS, lambda row: f"line {row + 2}", "y")


def test_spans_can_be_predicted():
    decided = decide([f"{k}h {7 * k % 60:02d}m" for k in range(60)], TARGET, "y")
    assert decided.values[3] == 3 * 3600 + 21 * 60
    assert decided.column.notes == ('"y": spans of time; predicted in seconds.',)
    clock = force_column(pl.Series("y", [f"1:{k:02d}" for k in range(60)]), "span", TARGET)
    assert clock.values[30] == 5400


def test_a_number_far_from_all_others_is_said_of_a_target():
    numbers = [str(k + 0.5) for k in range(50)]
    note = decide([*numbers, "1000000"], TARGET, "y").column.notes[0]
    assert "1e+06 (line 52) lies far above all others (0.5 to 49.5); a slip?" in note
    note = decide([*numbers, str(sum(k + 0.5 for k in range(50)))], TARGET, "y").column.notes[0]
    assert "1250 (line 52)" in note
    assert "a line of totals?" in note
    assert decide(numbers, TARGET, "y").column.notes == ()


def test_days_that_are_none():
    days = [f"2023-{1 + k % 12:02d}-{1 + k % 28:02d}" for k in range(100)]
    decided = decide(days + ["9999-12-31"] * 20)
    assert (decided.column.kind, decided.values.null_count()) == ("date", 20)
    note = decide(days + ["1900-01-01"] * 5).column.notes[-1]
    assert "1900-01-01 stands 5 times, long before all others" in note


@pytest.mark.parametrize("mark", ["'", "~", "\u2248 "])
def test_marks_before_a_number(mark):
    decided = decide([f"{mark}{k}.25" for k in range(60)])
    assert (decided.column.kind, decided.values[7]) == ("number", 7.25)
