"""Images as arrays, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError, UsageError


def img_to_array(img: Any, data_format: Any = None, dtype: Any = "float32", **kwargs: Any) -> NDArray[Any]:
    """An image of Pillow as an array (height, width, channels).

    Source: Keras 2.
    """
    del data_format, kwargs
    array = np.asarray(img, dtype=np.dtype(dtype or "float32"))
    return array[..., None] if array.ndim == 2 else array


def array_to_img(x: Any, data_format: Any = None, scale: bool = True, dtype: Any = "float32") -> Any:
    """An array (height, width, channels) as an image of Pillow.

    Args:
        x: The array, with 1, 3 or 4 channels.
        data_format: Kept for Keras's order: images lie as channels_last.
        scale: Whether its values are brought to 0 to 255 first.
        dtype: The type to compute in.

    Raises:
        DataError: it is no such array.

    Source: Keras 2.
    """
    from PIL import Image

    del data_format
    values = np.asarray(x, dtype=np.dtype(dtype or "float32"))
    if values.ndim != 3 or values.shape[2] not in (1, 3, 4):
        raise DataError(
            f"array_to_img: expected (height, width, channels) with 1, 3 or 4 channels, got {values.shape}."
        )
    if scale:
        values = values - values.min()
        values = values / (values.max() or 1) * 255
    whole = values.astype("uint8")
    return Image.fromarray(whole[..., 0] if whole.shape[2] == 1 else whole)


def load_img(
    path: Any,
    grayscale: bool = False,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """A file as an image of Pillow.

    Args:
        path: The file.
        grayscale: Older word for `color_mode="grayscale"`.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) to bring it to.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
        keep_aspect_ratio: Whether the middle of the image is cut out first, in the ratio of target_size.

    Raises:
        UsageError: color_mode or interpolation is none of these.

    Source: Keras 2.
    """
    from PIL import Image

    modes = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
    mode = modes.get("grayscale" if grayscale else color_mode)
    way = getattr(Image.Resampling, interpolation.upper(), None)
    if mode is None or way is None:
        raise UsageError(
            f"load_img: no color_mode {color_mode!r:.40} or interpolation {interpolation!r:.40}."
        )
    with Image.open(path) as opened:
        image = opened.convert(mode)
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    height, width = target_size
    box = None
    if keep_aspect_ratio:
        across = min(image.width, image.height * width // height)
        down = min(image.height, image.width * height // width)
        left, top = (image.width - across) // 2, (image.height - down) // 2
        box = (left, top, left + across, top + down)
    return image.resize((width, height), way, box=box)


def save_img(
    path: Any, x: Any, data_format: Any = None, file_format: Any = None, scale: bool = True, **kwargs: Any
) -> None:
    """Writes an array as an image file, by the ending of its name.

    Source: Keras 2.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    array_to_img(x, data_format, scale).save(path, format=file_format, **kwargs)
