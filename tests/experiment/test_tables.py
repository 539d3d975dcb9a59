"""Tables as people have them, from the file to the arrays of a run: what is learned from, and what is said."""

import datetime as dt
import gzip

import numpy as np
import polars as pl
import pytest

from fallline.errors import DataError, UsageError
from fallline.experiment.inspection import inspect_table
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings

ROWS = 120
RNG = np.random.default_rng(3)
SIZE = RNG.uniform(1000, 9000, ROWS).round(2)
KIND = RNG.choice(["oak", "ash", "elm"], ROWS)
Y = (SIZE / 500 + (KIND == "oak")).round(3)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name, columns, separator=",", before="", after=""):
    """A file with the columns as they are given, each cell as text."""
    lines = [separator.join(columns)]
    lines += [separator.join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    text = before + "\n".join(lines) + "\n" + after
    with open(name, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        file.write(text)
    return name


def prepared(name, target="y", **settings):
    return prepare(Settings(name, target=target, **settings))


def features(prepared):
    """Name of a feature -> its values over all rows, in the order of the parts."""
    parts = [part.x for part in (prepared.train, prepared.validation, prepared.test) if part is not None]
    return dict(zip(prepared.preprocessor.feature_names, np.concatenate(parts).T, strict=True))


PLAIN = {"size": SIZE, "kind": KIND, "y": Y}


@pytest.mark.parametrize(
    ("dress", "separator"),
    [
        (lambda v: f"{v:,.2f}", ";"),
        (lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")), ";"),
        (lambda v: f"{v:,.2f}".replace(",", " "), ","),
        (lambda v: f"{v:,.2f}".replace(",", "'"), ","),
        (lambda v: f"${v:.2f}", ","),
        (lambda v: f"{v:.2f} €", ","),
        (lambda v: f"{v:.2f} kg", ","),
        (lambda v: f"{v:.2f}%", ","),
        (lambda v: f" {v:.2f} ", ","),
        (lambda v: f"{v:.2f}".replace(".", ","), ";"),
        (lambda v: f"{v:.6e}", ","),
    ],
)
def test_numbers_in_any_dress_are_the_same_inputs(dress, separator):
    plain = prepared(write("plain.csv", PLAIN))
    dressed = prepared(write("dressed.csv", PLAIN | {"size": [dress(value) for value in SIZE]}, separator))
    np.testing.assert_allclose(dressed.train.x, plain.train.x, rtol=1e-5, atol=1e-6)
    assert [name.split()[0] for name in dressed.preprocessor.feature_names] == [
        name.split()[0] for name in plain.preprocessor.feature_names
    ]


@pytest.mark.parametrize("word", ["-", "unknown", "#DIV/0!", "n.a.", "?", "NA", "tbd"])
def test_a_word_among_numbers_costs_its_cells_only(word):
    cells = [str(value) for value in SIZE]
    for k in (20, 70, 100):
        cells[k] = word
    found = prepared(write("d.csv", PLAIN | {"size": cells}))
    gone = prepared(write("gone.csv", PLAIN | {"size": ["" if cell == word else cell for cell in cells]}))
    np.testing.assert_array_equal(found.train.x, gone.train.x)
    assert found.seen.columns[0].missing == 3 / ROWS
    if word not in ("?", "NA"):  # what every reader takes for missing needs no word
        assert any(f'"{word}"' in note and "3" in note for note in found.notes)


def test_a_class_called_none_is_a_class_and_said():
    level = np.where(SIZE > 6000, "Severe", np.where(SIZE < 3000, "None", "Mild"))
    found = prepared(write("d.csv", {"size": SIZE, "level": level}), target="level")
    assert found.classes == ("Mild", "None", "Severe")
    assert any('"None"' in note for note in found.notes)
    left = prepared("d.csv", target="level", missing=("None",))
    assert left.classes == ("Mild", "Severe")
    assert any(f"{(level == 'None').sum()} rows" in note for note in left.notes)


def test_the_line_with_the_targets_name_is_the_header():
    columns = {"1990": SIZE, "1995": SIZE[::-1], "2000": RNG.normal(size=ROWS).round(2), "species": KIND}
    found = prepared(write("d.csv", columns, before="Yields of the trial\n\n"), target="species")
    assert {name.split()[0] for name in found.preprocessor.feature_names} >= {"1990", "1995", "2000"}
    assert sum(found.rows.values()) == ROWS
    assert any("line 1" in note for note in found.notes)


def test_labels_stay_as_they_stand():
    labels = np.where(SIZE > 6000, "01", np.where(SIZE < 3000, "10", "02"))
    found = prepared(write("d.csv", {"size": SIZE, "y": labels}), task="multiclass")
    assert found.classes == ("01", "02", "10")


def test_two_spellings_of_yes_are_an_input_but_labels_as_a_target():
    agreed = np.where(SIZE > 5000, "yes", "no")
    found = prepared(write("d.csv", PLAIN | {"agreed": agreed}))
    assert "boolean" in found.seen.columns[3].holds or "yes" in found.seen.columns[3].holds
    found = prepared("d.csv", target="agreed")
    assert found.classes == ("no", "yes")


@pytest.mark.parametrize(
    "form", ["%d.%m.%Y", "%m/%d/%Y", "%d-%b-%y", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %I:%M %p"]
)
def test_dates_in_any_form_are_the_same_inputs(form):
    days = [dt.datetime(2023, 1, 1, 14, 30) + dt.timedelta(days=3 * k) for k in range(ROWS)]
    plain = prepared(write("plain.csv", PLAIN | {"when": [day.isoformat(" ") for day in days]}))
    dressed = prepared(write("dressed.csv", PLAIN | {"when": [day.strftime(form) for day in days]}))
    mine, theirs = features(dressed), features(plain)
    names = [name for name in theirs if name.startswith("when")]
    assert "when month sin" in names
    for name in names:
        np.testing.assert_allclose(mine[name], theirs[name], atol=2e-3)  # the time of day may be left out


def test_missing_words_and_kinds_are_settings():
    cells = np.where(SIZE > 8000, "-999", SIZE.astype(str))
    found = prepared(write("d.csv", PLAIN | {"size": cells}), missing=("-999",), types={"kind": "text"})
    assert found.seen.columns[0].missing == pytest.approx((SIZE > 8000).mean())
    assert "text" in found.seen.columns[1].becomes
    with pytest.raises(UsageError, match='unknown type "catgory" of column "kind". Did you mean "category"'):
        Settings("d.csv", types={"kind": "catgory"})
    with pytest.raises(DataError, match='no column "knd"'):
        prepared("d.csv", types={"knd": "text"})


def test_rows_are_divided_by_time_and_by_group():
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=int(k)) for k in RNG.permutation(ROWS)]
    person = [f"p{k % 30:02d}" for k in range(ROWS)]
    write("d.csv", PLAIN | {"when": days, "person": person})
    found = prepared("d.csv", time="when", drop=("person",))
    assert found.rows == {"train": 78, "validation": 18, "test": 24}
    scores = [
        found.preprocessor.feature_names.index("when days"),
    ]
    assert found.train.x[:, scores].max() < found.validation.x[:, scores].min()
    assert found.validation.x[:, scores].max() < found.test.x[:, scores].min()
    found = prepared("d.csv", group="person")
    assert all("person" not in name for name in found.preprocessor.feature_names)
    assert all(count % 4 == 0 for count in found.rows.values())
    assert any('"person"' in note and "no input" in note for note in found.notes)
    with pytest.raises(DataError, match="--type kind=date"):
        prepared("d.csv", time="kind")


def test_a_leak_is_said_first():
    found = prepared(write("d.csv", PLAIN | {"copy": 2 * Y + 1}))
    assert '"copy"' in found.notes[0]
    assert "--drop" in found.notes[0]


def test_a_frame_is_a_table():
    frame = pl.DataFrame(PLAIN)
    write("d.csv", PLAIN)
    np.testing.assert_array_equal(
        prepare(Settings("frame", target="y"), frame).train.x, prepared("d.csv").train.x
    )


def test_the_same_table_from_other_sources():
    write("d.csv", PLAIN)
    frame = pl.DataFrame(PLAIN)
    with open("d.csv", "rb") as file, gzip.open("packed.csv.gz", "wb") as out:  # noqa: PTH123
        out.write(file.read())
    frame.write_parquet("d.parquet")
    frame.write_ndjson("d.jsonl")
    expected = prepared("d.csv").train.x
    for name in ("packed.csv.gz", "d.parquet", "d.jsonl"):
        np.testing.assert_array_equal(prepared(name).train.x, expected)


def test_what_is_seen_is_true():
    cells = [f"${value:,.2f}" for value in SIZE]
    cells[7], cells[9] = "-", ""
    write(
        "d.csv", PLAIN | {"size": cells, "key": [f"K{k:05d}" for k in range(ROWS)], "one": ["a"] * ROWS}, ";"
    )
    seen = inspect_table(Settings("d.csv"))
    assert (seen.rows, [column.name for column in seen.columns]) == (
        ROWS,
        ["size", "kind", "y", "key", "one"],
    )
    size, kind, _, key, one = seen.columns
    assert size.missing == pytest.approx(2 / ROWS)
    assert size.examples == tuple(cells[:3])
    assert "comma" in size.holds
    assert "$" in size.holds
    assert kind.distinct == 3
    assert key.becomes.startswith("left out")
    assert one.becomes.startswith("left out")
    assert any('"-"' in note and "line 9" in note for note in seen.notes)


def test_a_kind_that_is_given_is_seen_without_a_target_too():
    write("k.csv", {"units": [str(1000 + k % 7) for k in range(ROWS)], "x": [k / 7 for k in range(ROWS)]})
    assert inspect_table(Settings("k.csv")).columns[0].becomes.startswith("scaled")
    seen = inspect_table(Settings("k.csv", types={"units": "category"}, drop=("x",)))
    assert seen.columns[0].becomes.startswith("one-hot")
    assert seen.columns[1].becomes == "left out: as asked"


def test_a_test_file_may_have_another_delimiter_than_the_one_that_is_given():
    write("a.csv", PLAIN, ",")
    write("b.csv", PLAIN, ";")
    made = prepared("a.csv", delimiter=",", test="b.csv")
    assert made.rows["test"] == ROWS


def test_a_test_file_that_lacks_a_column_is_told(tmp_path):
    write("train.csv", {"size": SIZE, "kind": KIND, "y": Y})
    write("test.csv", {"size": SIZE, "y": Y})
    with pytest.raises(DataError, match='lacks the column "kind"'):
        prepared("train.csv", test="test.csv")
