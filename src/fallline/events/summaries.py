"""Summaries: values under tags, as an event file holds them. Summaries put one behind the other are one summary of all.

Source: TensorFlow, core/framework/summary.proto.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from fallline.errors import DataError, ShapeError
from fallline.events.histogram import histogram_of
from fallline.events.images import as_bytes_of_colour, png
from fallline.wire.protobuf import (
    BYTES,
    bytes_field,
    double_field,
    doubles_field,
    float_field,
    read_fields,
    whole_field,
)


def scalar_summary(tag: str, value: Any) -> bytes:
    """A number under a tag, in single precision, the one form of numbers that every reader of event files shows.

    Raises:
        ShapeError: it is not one number.
    """
    value = np.asarray(value)
    if value.size != 1:
        raise ShapeError(f'summary "{tag}": a scalar is one number, got an array of shape {value.shape}.')
    return _value(tag, float_field(2, float(value.reshape(()))))


def histogram_summary(tag: str, values: Any) -> bytes:
    """How often values lie between limits, under a tag; nothing where there are no values.

    Raises:
        DataError: a value is not finite.
    """
    try:
        found = histogram_of(values)
    except DataError as error:
        raise DataError(f'summary "{tag}": {error}') from error
    if found is None:
        return b""
    numbers = (found.least, found.greatest, sum(found.counts), found.total, found.squares)
    proto = b"".join(double_field(number, value) for number, value in enumerate(numbers, start=1))
    return _value(
        tag, bytes_field(5, proto + doubles_field(6, found.limits) + doubles_field(7, found.counts))
    )


def image_summary(tag: str, images: Any, max_outputs: int = 3) -> bytes:
    """Images under `tag/image/0`, `tag/image/1`, ..., or `tag/image` where at most one is asked for.

    Args:
        tag: The tag.
        images: (images, height, width, channels), with 1, 3 or 4 channels.
        max_outputs: How many of them are written, from the first.

    Raises:
        ShapeError: the images have another shape.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or 0 in images.shape[1:]:
        raise ShapeError(
            f'summary "{tag}": images have the shape (images, height, width, channels) with 1, 3 or 4 channels, got '
            f"{images.shape}. tf.reshape(x, [-1, height, width, 1]) makes rows of pixels images."
        )
    found = b""
    for place, pixels in enumerate(images[:max_outputs]):
        height, width, channels = pixels.shape
        content = whole_field(1, height) + whole_field(2, width) + whole_field(3, channels)
        content += bytes_field(4, png(as_bytes_of_colour(pixels)))
        found += _value(
            f"{tag}/image" if max_outputs == 1 else f"{tag}/image/{place}", bytes_field(4, content)
        )
    return found


def clean_tag(name: str) -> str:
    """A tag of letters, digits, `_`, `-`, `.` and `/`: other signs become `_`, slashes in front go.

    Source: TensorFlow, python/ops/summary_op_util.py.
    """
    return re.sub(r"[^-/\w.]", "_", name).lstrip("/")


def tags_of(summary: bytes) -> Iterator[str]:
    """The tags of a summary.

    Raises:
        ValueError: it is none.
    """
    for value in read_fields(summary):
        if value.number == 1 and value.kind == BYTES:
            for field in read_fields(value.value):
                if field.number == 1 and field.kind == BYTES:
                    yield field.value.decode("utf-8", "replace")


def _value(tag: str, content: bytes) -> bytes:
    return bytes_field(1, bytes_field(1, tag) + content)
