"""What a table becomes is shown: features of each column, their sum, and how each sort is made."""

import numpy as np
import polars as pl
import pytest

from fallline.data import encoders
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.reading import read_table
from fallline.experiment.table_seen import table_seen
from fallline.report.table_seen import SORTS, TableSeen, encoding_text
from fallline.report.text import render_seen


def every_kind(rows=400):
    """A table with a column of each kind that an encoder is for."""
    generator = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "size": [None if k % 9 == 0 else float(k % 37) + 0.5 for k in range(rows)],
            "town": generator.choice(["Ulm", "Bonn", "Kiel"], rows),
            "grade": generator.choice(["low", "medium", "high"], rows),
            "when": [f"2021-{1 + k % 12:02d}-{1 + k % 28:02d} {k % 24:02d}:00" for k in range(rows)],
            "note": [
                " ".join(generator.choice(["red", "blue", "cheap", "old", "very", "nice", "wide"], 1 + k % 6))
                + f" {k}"
                for k in range(rows)
            ],
            "given": [None if k % 3 else 1 for k in range(rows)],
            "row": list(range(rows)),
            "y": generator.normal(size=rows),
        }
    )


@pytest.fixture(scope="module")
def seen_and_learned():
    table = read_table(every_kind(), target="y")
    learned = TablePreprocessor.fit(table.frame, target="y")
    return table_seen(table, learned), learned


def test_the_features_of_the_columns_add_up(seen_and_learned):
    seen, learned = seen_and_learned
    widths = {encoder.name: encoder.width for encoder in learned.encoders}
    assert {column.name: column.features for column in seen.columns if column.features} == widths
    total = sum(widths.values())
    assert seen.encoding.startswith(f"6 columns become {total} features: ")
    counts = [int(part.split()[0]) for part in seen.encoding.partition(": ")[2].split(", ")]
    assert sum(counts) == total == len(learned.feature_names)


def test_every_sort_of_features_is_explained(seen_and_learned):
    seen, learned = seen_and_learned
    kinds = {type(encoder) for encoder in learned.encoders}
    assert kinds == {
        encoders.NumericColumn,
        encoders.CategoricalColumn,
        encoders.OrderedColumn,
        encoders.DateColumn,
        encoders.TextColumn,
        encoders.PresenceColumn,
    }
    sorts = {sort for encoder in learned.encoders for sort in encoder.groups}
    assert sorts == set(seen.sorts) == set(SORTS)
    assert [line.partition(":")[0] for line in seen.explained] == list(seen.sorts)
    assert max(map(len, seen.explained)) <= 78


def test_the_encoding_is_shown_and_explained(seen_and_learned):
    seen, _ = seen_and_learned
    assert "features" in render_seen(seen).splitlines()[2]
    text = encoding_text(seen, 80)
    assert text.startswith("6 columns become")
    assert "\n  category: 1 in the rows of one category, else 0" in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_a_target_it_is_what_all_rows_would_give():
    seen = table_seen(read_table(every_kind()))
    assert seen.encoding.startswith("7 columns become ")
    assert sum(column.features for column in seen.columns) == int(seen.encoding.split()[3])


def test_a_table_without_anything_to_learn_from_becomes_nothing():
    seen = table_seen(read_table(pl.DataFrame({"a": [1.0, 1.0], "b": [2, 2]})))
    assert (encoding_text(seen, 80), seen.explained, [column.features for column in seen.columns]) == (
        "",
        (),
        [0, 0],
    )


def test_what_was_seen_survives_json_and_earlier_files_are_read(seen_and_learned):
    seen, _ = seen_and_learned
    saved = seen.to_json()
    assert TableSeen.from_json(saved) == seen
    del saved["encoding"], saved["sorts"]
    for column in saved["columns"]:
        del column["features"]
    assert TableSeen.from_json(saved).explained == ()
