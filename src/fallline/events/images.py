"""Arrays as images in PNG files, scaled as TensorFlow's summaries scale them.

Source: W3C, Portable Network Graphics (second edition); TensorFlow, core/kernels/summary_image_op.cc.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

SMALL = 1e-6
"""An image without a value above this is black, and not stretched."""

NOT_FINITE = (255, 0, 0, 255)
"""The colour of a pixel that is not finite: red, or white where there is one channel."""

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}


def as_bytes_of_colour(pixels: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """An image (height, width, channels) as whole numbers from 0 to 255.

    Whole numbers of 8 bits stay. Of other numbers the greatest becomes 255 where none is negative; else 0 becomes 128 and the
    farthest from it 1 or 255. Pixels that are not finite are coloured.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype == np.uint8:
        return pixels
    pixels = pixels.astype(np.float64 if pixels.dtype == np.float64 else np.float32)
    finite = np.isfinite(pixels).all(-1, keepdims=True)
    known = pixels[finite[..., 0]]
    least, greatest = known.min(initial=np.inf), known.max(initial=-np.inf)
    if least < 0:
        farthest, most, middle = max(-least, greatest), 127, 128
    else:
        farthest, most, middle = greatest, 255, 0
    scale = pixels.dtype.type(0 if farthest < SMALL else most / farthest)
    scaled = np.where(finite, pixels, 0) * scale + pixels.dtype.type(middle)
    return np.where(finite, scaled, NOT_FINITE[: pixels.shape[-1]]).astype(np.uint8)


def png(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """The PNG file of an image (height, width, channels) of 1 (grey), 3 (colour) or 4 channels (with transparency)."""
    height, width, channels = pixels.shape
    # Before each row stands how it is filtered: not at all.
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
