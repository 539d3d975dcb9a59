"""Summaries, read by the messages that TensorBoard ships; images against what TensorFlow 2.21.0 gives."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

from fallline.errors import DataError, ShapeError
from fallline.events import clean_tag, histogram_summary, image_summary, scalar_summary
from fallline.events.summaries import tags_of


@pytest.fixture(scope="module")
def parsed():
    """A function that reads a summary."""
    summary_pb2 = pytest.importorskip("tensorboard.compat.proto.summary_pb2")
    return lambda summary: summary_pb2.Summary.FromString(summary).value


def test_summaries_behind_each_other_are_one(parsed):
    summary = (
        scalar_summary("loss", np.float32(0.1))
        + histogram_summary("w", [1, 2, 2, 3])
        + scalar_summary("ü", [[2]])
    )
    loss, weights, last = parsed(summary)
    assert (loss.tag, loss.simple_value, last.tag, last.simple_value) == ("loss", np.float32(0.1), "ü", 2)
    histo = weights.histo
    assert (histo.min, histo.max, histo.num, histo.sum, histo.sum_squares) == (1, 3, 4, 8, 18)
    assert list(histo.bucket) == [1, 0, 2, 0, 1]
    assert len(histo.bucket_limit) == 5
    assert list(tags_of(summary)) == ["loss", "w", "ü"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, True, np.int64(2**40)])
def test_any_number_is_a_scalar(parsed, value):
    with np.errstate(over="ignore"):
        np.testing.assert_equal(parsed(scalar_summary("x", value))[0].simple_value, float(np.float32(value)))


IMAGES = {
    "from nought": ([[0, 1], [2, 4]], [[0, 63], [127, 255]]),
    "of both signs": ([[-1, 0], [1, 4]], [[96, 128], [159, 255]]),
    "farther below": ([[-4, 0], [1, 0.5]], [[1, 128], [159, 143]]),
    "with nan": ([[0, np.nan], [1, 0.5]], [[0, 255], [255, 127]]),
    "with infinity": ([[0, np.inf], [-1, 0.5]], [[128, 255], [1, 191]]),
    "nothing": ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
    "next to nothing": ([[0, 1e-7], [0, 0]], [[0, 0], [0, 0]]),
    "next to nothing of both signs": ([[-1e-7, 1e-7], [0, 0]], [[128, 128], [128, 128]]),
}
"""Values and what TensorFlow makes of them."""


@pytest.mark.parametrize("name", IMAGES)
def test_images_are_scaled_as_tensorflow_scales_them(parsed, name):
    values, expected = IMAGES[name]
    for dtype in (np.float32, np.float64):
        [value] = parsed(image_summary("x", np.array(values, dtype).reshape(1, 2, 2, 1)))
        assert (value.tag, value.image.height, value.image.width, value.image.colorspace) == (
            "x/image/0",
            2,
            2,
            1,
        )
        assert pixels(value).tolist() == expected


def pixels(value):
    return np.rint(matplotlib.image.imread(io.BytesIO(value.image.encoded_image_string)) * 255).astype(int)


def test_colours_and_how_many(parsed):
    colours = np.tile(np.float32([0.1, 0.5, 1]), (4, 1, 2, 1))
    values = parsed(image_summary("x", colours))
    assert [value.tag for value in values] == ["x/image/0", "x/image/1", "x/image/2"]
    assert pixels(values[0]).tolist() == [[[25, 127, 255]] * 2]
    colours[:, 0, 1, 2] = np.nan
    [value] = parsed(image_summary("x", colours, max_outputs=1))
    assert value.tag == "x/image"
    # What is not finite does not count in the scale: here 0.1 and 0.5 and 1 of the other pixel.
    assert pixels(value).tolist() == [[[25, 127, 255], [255, 0, 0]]]
    clear = np.float32([0.1, 0.2, 1, 0.5]).reshape(1, 1, 1, 4)
    assert pixels(parsed(image_summary("x", clear))[0]).tolist() == [[[25, 51, 255, 127]]]
    whole = np.arange(6, dtype=np.uint8).reshape(1, 2, 3, 1)
    assert pixels(parsed(image_summary("x", whole))[0]).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_what_is_no_summary():
    with pytest.raises(
        ShapeError, match=r'summary "x": a scalar is one number, got an array of shape \(2,\)'
    ):
        scalar_summary("x", [1, 2])
    for shape in ((2, 2), (1, 2, 2), (1, 2, 2, 2), (1, 0, 2, 1)):
        with pytest.raises(ShapeError, match="images have the shape"):
            image_summary("x", np.zeros(shape))
    with pytest.raises(DataError, match='summary "w": a histogram was asked for of 1 values, of which 1'):
        histogram_summary("w", np.nan)
    assert histogram_summary("w", []) == image_summary("x", np.zeros((0, 1, 1, 1))) == b""


def test_tags_are_cleaned_as_tensorflow_cleans_them():
    assert [clean_tag(name) for name in ("a b/c(1):%", "/lead", "ok-1.x")] == ["a_b/c_1___", "lead", "ok-1.x"]
