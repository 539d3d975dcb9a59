import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from fallline.data.forms.table import TableForm
from fallline.errors import DataError, SavedFileError, UnknownNameError


def table(**columns):
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def decide(frame, **known):
    return TableForm.decide(frame, **known)


def line(row):
    return f"line {row + 2}"


MIXED = table(
    n=["1", "2", "3", "4"],
    price=["$1,234.50", "$5", "$-3.25", None],
    w=["12,5", "3", "0,25", "1"],
    day=["14-Mar-23", "15-Mar-23", "1-Apr-23", "2-Apr-23"],
    flag=["yes", "no", "yes", "no"],
    size=["S", "L", "M", "S"],
    city=["Bern", "NA", "Ulm", "Bern"],
    zip=["01234", "90210", "00501", "10001"],
    y=["1.5", "2.5", "NA", "4"],
)


def test_a_table_of_many_kinds():
    form, frame = decide(MIXED, target="y")
    assert [column.kind for column in form.columns] == [
        *("number", "number", "number", "date", "boolean", "ordered", "text", "text", "number")
    ]
    assert frame.columns == MIXED.columns
    assert frame["price"].to_list() == [1234.5, 5.0, -3.25, None]
    assert frame["w"].to_list() == [12.5, 3.0, 0.25, 1.0]
    assert frame["day"].cast(pl.Date).to_list()[::3] == [dt.date(2023, 3, 14), dt.date(2023, 4, 2)]
    assert frame["flag"].to_list() == [True, False, True, False]
    assert frame["size"].dtype == pl.Enum(["S", "M", "L"])
    assert frame["city"].to_list() == ["Bern", None, "Ulm", "Bern"]
    assert frame["zip"].to_list() == MIXED["zip"].to_list()
    assert frame["y"].to_list() == [1.5, 2.5, None, 4.0]


def test_forms_are_saved_and_read_the_same():
    form, frame = decide(MIXED, target="y")
    again = TableForm.from_config(json.loads(json.dumps(form.to_config())))
    assert again == form
    read, notes = again.read(MIXED)
    assert read.equals(frame)
    assert notes == ()
    with pytest.raises(SavedFileError):
        TableForm.from_config({"columns": []})
    broken = form.to_config()
    broken["columns"][0]["form"]["form"] = "NoForm"
    with pytest.raises(SavedFileError):
        TableForm.from_config(broken)


def test_names_may_be_anything():
    names = [
        "rows",
        "count",
        "index",
        "len",
        "literal",
        "cell",
        "row",
        "times",
        "word",
        "text",
        "",
        " a",
        "*",
    ]
    cells = pl.DataFrame({name: ["1", "unknown", "x,y", "None", "2"] * 20 for name in names})
    form, frame = decide(cells, target="rows")
    assert frame.columns == names
    assert form.read(cells)[0].equals(frame)


def test_many_rows_and_few_agree():
    rng = np.random.default_rng(0)
    n = 30_000
    cells = pl.DataFrame(
        {
            "i": rng.integers(0, 1000, n).astype(str),
            "f": [f"{v:.3f}" for v in rng.normal(size=n)],
            "late": [*["7"] * (n - 1), "0.4"],
            "zip": [*["10000"] * (n - 1), "01234"],
            "price": [f"{v:,.2f}" for v in rng.normal(5000, 3000, n)],
            "city": rng.choice(["Bern", "Ulm"], n),
        }
    )
    form, frame = decide(cells)
    assert frame["i"].to_list() == [int(cell) for cell in cells["i"]]
    assert frame["f"].to_list() == [float(cell) for cell in cells["f"]]
    assert frame["late"][-1] == 0.4
    assert frame["zip"][-1] == "01234"
    assert frame["price"].to_list() == [float(cell.replace(",", "")) for cell in cells["price"]]
    few, _ = decide(cells.head(100))
    assert [c.form for c in few.columns if c.name != "zip"] == [
        c.form for c in form.columns if c.name != "zip"
    ]


def test_columns_that_do_not_decide_ask_their_neighbours():
    cells = table(open=["1,234", "5,678"], shut=["0,5", "1,25"])
    form, frame = decide(cells)
    assert frame["open"].to_list() == [1.234, 5.678]
    assert form.notes == ()
    form, frame = decide(table(open=["1,234", "5,678"], shut=["0.5", "1.25"]))
    assert (frame["open"].to_list(), form.notes) == ([1234, 5678], ())
    form, frame = decide(table(open=["1.234", "5.678"], shut=["0,5", "1,25"]))
    assert (frame["open"].to_list(), form.notes) == ([1234, 5678], ())
    form, frame = decide(table(open=["1.234", "5.678"], shut=["0.5", "1.25"]))
    assert (frame["open"].to_list(), form.notes) == ([1.234, 5.678], ())


def test_what_the_file_does_not_decide_is_said():
    form, frame = decide(table(open=["1,234", "5,678"], n=["1", "2"]))
    assert frame["open"].to_list() == [1234, 5678]
    assert "--type open=decimal-comma" in form.notes[0]
    form, frame = decide(table(open=["1,234", "5,678"], n=["1", "2"]), separator=";")
    assert (frame["open"].to_list(), form.notes) == ([1.234, 5.678], ())
    form, frame = decide(table(open=["1.234", "5.678"], n=["1", "2"]), separator=";")
    assert frame["open"].to_list() == [1.234, 5.678]
    assert "--type open=decimal-comma" in form.notes[0]
    # Two columns that contradict each other decide nothing.
    form, _ = decide(table(open=["1,234", "5,678"], a=["0,5", "1"], b=["0.5", "1"]))
    assert "--type open=decimal-comma" in form.notes[0]


def test_one_sentence_for_all_columns_that_are_open_in_the_same_way():
    # As in a table of the sea's temperatures, written with three decimals throughout.
    cells = table(jan=["23.110", "24.200"], feb=["25.370", "23.860"], mar=["1.000", "2.000"], n=["1", "2"])
    form, frame = decide(cells)
    assert frame["feb"].to_list() == [25.37, 23.86]
    assert len(form.notes) == 1
    assert form.notes[0].startswith('"jan" and 2 more columns like it: "23.110"')
    assert "--type jan=decimal-comma" in form.notes[0]


def test_dates_ask_their_neighbours_too():
    cells = table(open=["03/04/2024", "05/06/2024"] * 5, shut=["03/25/2024", "05/06/2024"] * 5)
    form, frame = decide(cells)
    assert frame["open"].cast(pl.Date)[0] == dt.date(2024, 3, 4)
    form, frame = decide(cells.select("open"))
    assert form.notes


def test_a_class_called_none_is_a_class_and_that_is_said():
    level = ["None"] * 73 + ["Mild"] * 60 + ["Severe"] * 67
    cells = table(a=[str(k) for k in range(200)], level=level)
    form, frame = decide(cells, target="level")
    assert frame["level"].to_list() == level
    assert form.notes == (
        '"level": 73 rows say "None": taken as a class; if it stands for missing, give --missing None.',
    )
    assert form.read(cells)[0]["level"].to_list() == level


def test_a_class_is_missing_where_its_word_is_missing_elsewhere():
    level = ["None"] * 10 + ["Mild"] * 90 + ["Severe"] * 100
    numbers = [str(k) for k in range(190)] + ["None"] * 10
    cells = table(a=numbers, level=level)
    form, frame = decide(cells, target="level")
    assert frame["level"].null_count() == 10
    assert '"level": 10 rows say "None": taken for missing, as among the values of "a".' in form.notes
    assert form.read(cells)[0]["level"].null_count() == 10


def test_words_for_missing_can_be_given():
    level = ["None", "Mild", "who knows", "Severe"] * 10
    cells = table(a=["7", "who knows", "8", "9"] * 10, level=level)
    form, frame = decide(cells, target="level", missing=("who knows", "None"))
    assert frame["level"].null_count() == 20
    assert '"level": 10 rows say "None": missing, as --missing has it.' in form.notes
    assert frame["a"].to_list() == [7, None, 8, 9] * 10
    cities = table(city=["NA", "EU", "x"])
    assert decide(cities, missing=("x",))[1]["city"].to_list() == [None, "EU", None]
    # Behind = they take the place of the usual ones.
    assert decide(cities, missing=("=x",))[1]["city"].to_list() == ["NA", "EU", None]
    assert decide(cities, missing=("=",))[1]["city"].to_list() == ["NA", "EU", "x"]


def test_kinds_can_be_given():
    cells = table(a=["1", "2", "3"], b=["1,234", "2,345", "3,456"], c=["x", "1", "y"])
    _, frame = decide(cells, kinds={"a": "category", "b": "decimal-comma"})
    assert frame["a"].to_list() == ["1", "2", "3"]
    assert frame["b"].to_list() == [1.234, 2.345, 3.456]
    with pytest.raises(DataError, match='column "c" cannot be read as number'):
        decide(cells, kinds={"c": "number"})
    with pytest.raises(UnknownNameError, match="kind of column"):
        decide(cells, kinds={"a": "nummber"})
    with pytest.raises(UnknownNameError, match='unknown column "A"'):
        decide(cells, kinds={"A": "number"})
    typed = pl.DataFrame({"a": [1, 2, 3]})
    assert decide(typed, kinds={"a": "category"})[1]["a"].to_list() == ["1", "2", "3"]
    assert decide(typed, kinds={"a": "number"})[1]["a"].to_list() == [1, 2, 3]


TRAINED = table(
    n=[str(k) for k in range(60)],
    price=[f"{k},234.50" for k in range(1, 61)],
    gain=[f"{k},500" for k in range(1, 61)],
    day=[f"2024-03-{1 + k % 28:02d}" for k in range(60)],
    flag=["yes", "no"] * 30,
    size=["S", "M", "L"] * 20,
    w=["5 kg", "6 kg"] * 30,
    city=["01", "Bern"] * 30,
)


def new_rows(**columns):
    form, _ = decide(TRAINED)
    return form.read(table(**columns), line)


def test_a_file_saved_by_another_program_is_read_by_its_own_form():
    frame, notes = new_rows(price=["1.234,50", "7,25"], flag=["J", "N"])
    assert frame["price"].to_list() == [1234.5, 7.25]
    assert frame["flag"].to_list() == [True, False]
    assert notes == (
        '"price": written otherwise than in training (numbers, comma between thousands); '
        "read as numbers, point between thousands, decimal comma.",
        '"flag": written otherwise than in training (yes or no); read as j or n.',
    )
    frame, notes = new_rows(day=["14.03.2024", "15.03.2024"])
    assert frame["day"].cast(pl.Date).to_list() == [dt.date(2024, 3, 14), dt.date(2024, 3, 15)]
    assert '"day": written otherwise than in training' in notes[0]


def test_true_and_false_are_known_again_as_other_programs_write_them():
    for cells in (["1", "0"], ["TRUE", "FALSE"], ["Ja", "Nein"]):
        assert new_rows(flag=cells)[0]["flag"].to_list() == [True, False]
    assert new_rows(flag=["Ja"])[0]["flag"].to_list() == [True]
    frame, notes = new_rows(n=["TRUE", "FALSE"])
    assert frame["n"].to_list() == [1, 0]
    assert notes == ('"n": written otherwise than in training (numbers); read as true or false.',)
    form, _ = decide(TRAINED)
    frame, notes = form.read(pl.DataFrame({"n": [True, False], "flag": [1, 0]}))
    assert frame.rows() == [(1, True), (0, False)]
    assert len(notes) == 2


def test_new_rows_without_a_value_keep_their_types():
    form, frame = decide(TRAINED)
    for cells in (
        pl.DataFrame({name: [None, None] for name in TRAINED.columns}),
        pl.DataFrame({name: ["", "NA"] for name in TRAINED.columns}),
        TRAINED.clear(),
    ):
        read, notes = form.read(cells)
        assert sum(read.null_count().row(0)) == cells.height * cells.width
        assert notes == ()
        assert [dtype.is_numeric() for dtype in read.dtypes] == [dtype.is_numeric() for dtype in frame.dtypes]
        assert read["size"].dtype == frame["size"].dtype


def test_a_column_that_fits_both_ways_follows_the_others():
    # 1,500 was 1500 in training; where the prices have decimal commas now, it is one and a half.
    frame, notes = new_rows(price=["1.234,50", "7,25"], gain=["1,500", "2,250"])
    assert frame["gain"].to_list() == [1.5, 2.25]
    assert '"gain": written otherwise than in training' in notes[1]
    frame, notes = new_rows(price=["1,234.50", "7.25"], gain=["1,500", "2,250"])
    assert (frame["gain"].to_list(), notes) == ([1500, 2250], ())


def test_new_dates_that_are_open_are_said():
    frame, notes = new_rows(day=["03/04/2024", "05/04/2024"])
    assert frame["day"].cast(pl.Date).to_list() == [dt.date(2024, 4, 3), dt.date(2024, 4, 5)]
    assert '"day": day and month could be exchanged in every row; day before month taken' in notes[1]
    assert "--type" not in notes[1]


@pytest.mark.parametrize(
    "cells", [["20240305", "20240405"], ["45356", "45387"], ["1709596800", "1712275200"]]
)
def test_numbers_in_a_column_of_dates_are_dates(cells):
    for column in (table(day=cells), pl.DataFrame({"day": [int(cell) for cell in cells]})):
        form, _ = decide(table(day=["2023-04-05", "2023-12-31"] * 10))
        frame, notes = form.read(column)
        assert frame["day"].cast(pl.Date).to_list() == [dt.date(2024, 3, 5), dt.date(2024, 4, 5)]
        assert any("written otherwise than in training" in note for note in notes)


def test_a_time_of_day_names_no_day():
    form, _ = decide(table(day=["2023-04-05", "2023-12-31"] * 10))
    frame, notes = form.read(table(day=["10:30", "11:00"]))
    assert frame["day"].to_list() == [None, None]
    assert "2 of 2 cells are no date" in notes[0]


def test_spans_are_read_in_the_unit_of_the_training():
    form, _ = decide(table(t=[f"{k} min" for k in range(40)]))
    for cells in (["0:05:00", "1:30:00"], ["5 min", "90 min"], ["300 s", "1.5 h"]):
        assert form.read(table(t=cells))[0]["t"].to_list() == [5, 90]
    typed = pl.DataFrame({"t": [dt.timedelta(minutes=5), dt.timedelta(hours=1.5)]})
    frame, notes = form.read(typed)
    assert frame["t"].to_list() == [5, 90]
    assert 'read as spans of time, hours:minutes:seconds, in "min"' in notes[0]


def test_workbooks_hold_spans_as_times_of_day_and_the_reverse():
    form, _ = decide(
        table(t=[f"{k + 20}:30:00" for k in range(40)], clock=[f"{k % 24:02}:15" for k in range(40)])
    )
    new = pl.DataFrame({"t": [dt.time(14, 30)], "clock": [dt.timedelta(hours=14.5)]})
    frame, _ = form.read(new)
    assert frame.row(0) == (52_200, dt.datetime(1970, 1, 1, 14, 30))


def test_bare_numbers_that_come_typed_lack_their_unit_too():
    form, _ = decide(table(share=[f"{k} %" for k in range(40)]))
    frame, (note,) = form.read(pl.DataFrame({"share": [0.125, 0.5]}))
    assert frame["share"].to_list() == [0.125, 0.5]
    assert 'no cell has the unit "%" here' in note
    assert "multiply them by 100" in note
    assert "multiply" not in form.read(pl.DataFrame({"share": [12.5, 50]}))[1][0]


def test_new_rows_without_a_header_are_taken_in_order():
    form, _ = decide(table(y=["1", "2"], a=["3", "4"], b=["5", "6"]), target="y")
    frame, notes = form.read(table(column_1=["7"], column_2=["8"]))
    assert frame.to_dicts() == [{"a": 7, "b": 8}]
    assert notes == (
        'without a header, the columns are taken in the order of the training, which had "y" besides.',
    )
    assert form.read(table(column_1=["0"], column_2=["7"], column_3=["8"]))[0].to_dicts() == [
        {"y": 0, "a": 7, "b": 8}
    ]
    form, _ = decide(table(column_1=["1", "2"], column_2=["3", "4"]), target="column_1")
    assert form.read(table(column_1=["5"]))[0].to_dicts() == [{"column_2": 5}]
    _, notes = form.read(table(column_1=["5"], column_2=["6"], column_3=["7"]))
    assert notes == ("the rows have 3 columns, those of the training 2: the first 2 are taken.",)


def test_strays_in_new_rows_are_named():
    frame, notes = new_rows(n=[*["1"] * 40, "x"], size=[*["S"] * 40, "huge"])
    assert frame["n"].to_list() == [*[1] * 40, None]
    assert notes == (
        '"n": 1 cell is no number and counts as missing: "x" (line 42).',
        '"size": 1 cell is no step of the scale and counts as missing: "huge" (line 42).',
    )


def test_a_kind_that_changed_is_said_with_the_count():
    _, notes = new_rows(n=["a", "b", "3"])
    assert notes[0] == '"n" held numbers in training; here 2 of 3 cells are no number.'
    assert '"a" (line 2), "b" (line 3)' in notes[1]


def test_another_unit_is_not_read_as_the_same():
    frame, notes = new_rows(w=["5000 g", "6000 g"])
    assert frame["w"].to_list() == [None, None]
    assert '"w" held numbers in training; here 2 of 2 cells are no number.' in notes
    frame, notes = new_rows(w=["5", "6"])
    assert frame["w"].to_list() == [5, 6]
    assert 'no cell has the unit "kg" here' in notes[0]


def test_new_rows_may_come_typed_and_text_stays_text():
    form, _ = decide(TRAINED)
    frame, notes = form.read(
        pl.DataFrame(
            {
                "n": [1.5, 2.0],
                "day": [dt.date(2024, 3, 1), None],
                "flag": [True, False],
                "city": [1, 2],
                "size": pl.Series(["M", "S"], dtype=pl.Categorical),
                "other": [[1], [2]],
            }
        )
    )
    assert frame["n"].to_list() == [1.5, 2.0]
    assert frame["day"].to_list() == [dt.date(2024, 3, 1), None]
    assert frame["flag"].to_list() == [True, False]
    assert frame["city"].to_list() == ["1", "2"]
    assert frame["size"].to_list() == ["M", "S"]
    assert frame["other"].to_list() == [[1], [2]]
    assert notes == ()
    # What was typed in training reads text.
    form, _ = decide(pl.DataFrame({"n": [1, 2], "day": [dt.date(2024, 3, 1)] * 2, "flag": [True, False]}))
    frame, notes = form.read(table(n=["1.5", "NA"], day=["2024-03-01", ""], flag=["true", "False"]))
    assert frame["n"].to_list() == [1.5, None]
    assert frame["day"].cast(pl.Date).to_list() == [dt.date(2024, 3, 1), None]
    assert frame["flag"].to_list() == [True, False]
    assert notes == ()


def test_texts_of_new_rows_lose_blanks_around_them_as_in_training():
    cells = table(city=[" Bern", "Ulm ", "  ", "NA"])
    form, frame = decide(cells)
    assert frame["city"].to_list() == ["Bern", "Ulm", None, None]
    assert form.read(cells)[0].equals(frame)


def test_gaps_in_new_rows_are_no_strays():
    frame, notes = new_rows(
        n=["", "NA"], price=[None, "unknown"], day=["", "NA"], size=["", None], city=["", "NA"]
    )
    assert all(frame[name].null_count() == 2 for name in frame.columns)
    assert notes == ('"price": 1 cell is no number and counts as missing: "unknown" (line 3).',)


def test_thousands_of_columns_are_decided_quickly():
    cells = pl.DataFrame({f"c{k}": ["x", "y", "z"] if k % 2 else ["1", "2", "3"] for k in range(2000)})
    _, frame = decide(cells)
    assert frame.dtypes[:2] == [pl.Int64, pl.String]


def test_empty_tables():
    assert decide(pl.DataFrame())[1].shape == (0, 0)
    assert decide(table(a=[], b=[]))[1].shape == (0, 2)
    assert decide(table(a=[None, None]))[1]["a"].to_list() == [None, None]


def test_days_that_are_none_are_none_in_new_rows():
    days = [f"2023-{1 + k % 12:02d}-{1 + k % 28:02d}" for k in range(100)]
    form, _ = decide(pl.DataFrame({"when": [*days, *["9999-12-31"] * 20]}))
    frame, notes = form.read(pl.DataFrame({"when": ["2023-05-01", "9999-12-31"]}))
    assert frame["when"].null_count() == 1
    assert "9999-12-31" in notes[0]
