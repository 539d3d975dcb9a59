"""One preprocessing for the networks of all folds: blocks side by side, each as its own fold makes it."""

import numpy as np
import polars as pl
import pytest

from fallline.data.folded_preprocessing import FoldedPreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.errors import SavedFileError

FRAME = pl.DataFrame(
    {
        "size": [float(k) for k in range(40)],
        "town": [["Ulm", "Bonn", "Kiel"][k % 3] if k < 30 else "Jena" for k in range(40)],
        "y": [k % 2 for k in range(40)],
    }
)


@pytest.fixture(scope="module")
def folded():
    parts = tuple(
        TablePreprocessor.fit(FRAME[rows], target="y") for rows in (slice(0, 30), slice(10, 40), slice(5, 40))
    )
    return FoldedPreprocessor(TablePreprocessor.fit(FRAME, target="y"), parts)


def test_each_block_is_what_its_own_fold_makes_filled_up_with_zeros(folded):
    made = folded.transform(FRAME).reshape(40, 3, folded.width)
    for number, part in enumerate(folded.parts):
        own = part.transform(FRAME)
        np.testing.assert_array_equal(made[:, number, : own.shape[1]], own)
        assert not made[:, number, own.shape[1] :].any()
        np.testing.assert_array_equal(folded.block(number, FRAME), made[:, number])
    # A town that the first fold never saw is no category of it.
    assert made[:, 0].shape[1] > folded.parts[0].transform(FRAME).shape[1]


def test_each_input_has_a_name_and_a_column(folded):
    columns = [encoder.name for encoder in folded.encoders]
    assert len(folded.feature_names) == len(folded.owners) == 3 * folded.width
    for name, owner in zip(folded.feature_names, folded.owners, strict=True):
        told = name.partition(": ")[2]
        assert told.startswith(columns[owner]) if owner >= 0 else told == "nothing"


def test_it_is_read_back_as_it_was(folded):
    again = FoldedPreprocessor.from_config(folded.to_config())
    np.testing.assert_array_equal(again.transform(FRAME), folded.transform(FRAME))
    assert again.check(FRAME) == folded.check(FRAME)
    assert again.outside(FRAME) == folded.outside(FRAME)
    with pytest.raises(SavedFileError, match="not complete"):
        FoldedPreprocessor.from_config({"parts": []})
