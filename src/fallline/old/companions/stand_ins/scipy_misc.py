"""`scipy.misc`: pictures and counting, which went with SciPy 1.3 to 1.12."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.old.notices import say_once


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """The picture in a file, as an array."""
    from PIL import Image

    say_once("scipy.misc.imread is gone; now: matplotlib.pyplot.imread, or Pillow.")
    picture: Any = Image.open(name)
    picture = picture.convert(mode or picture.mode)
    return np.asarray(picture.convert("F") if flatten else picture)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Writes an array as a picture."""
    say_once("scipy.misc.imsave is gone; now: matplotlib.pyplot.imsave, or Pillow.")
    toimage(arr).save(name, format)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    """A picture of another size: a number is per cent, a fraction a factor, a pair the size."""
    from PIL import Image

    say_once("scipy.misc.imresize is gone; now: Image.resize of Pillow.")
    picture = toimage(arr, mode=mode)
    if isinstance(size, int):
        size = size / 100.0
    if isinstance(size, float):
        wanted = tuple((np.array(picture.size) * size).astype(int))
    else:
        wanted = (size[1], size[0])
    return np.asarray(picture.resize(wanted, getattr(Image.Resampling, interp.upper())))


def toimage(arr: Any, mode: str | None = None, **_: Any) -> Any:
    """An array as a picture of Pillow; other numbers than bytes are spread over 0 to 255."""
    from PIL import Image

    arr = np.asarray(arr)
    if arr.dtype != np.uint8:
        low, high = float(arr.min()), float(arr.max())
        arr = np.round((arr - low) * (255.0 / ((high - low) or 1.0))).astype(np.uint8)
    return Image.fromarray(arr) if mode is None else Image.fromarray(arr).convert(mode)


def __getattr__(name: str) -> Any:
    import scipy.datasets
    import scipy.special

    for home in (scipy.special, scipy.datasets):
        if name in ("comb", "factorial", "factorial2", "logsumexp", "face", "ascent") and hasattr(home, name):
            say_once(f"scipy.misc.{name} is gone; now: {home.__name__}.{name}.")
            return getattr(home, name)
    raise AttributeError(f"scipy.misc has no {name} any more")
