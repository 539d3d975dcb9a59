"""From an `.npz` of images (or other arrays) to the arrays of a run. The values stay in the type of the file."""

from __future__ import annotations

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Int64

from fallline.data.images import ImagePreprocessor, read_images
from fallline.data.target import TargetEncoder, infer_task, numbers_of_known
from fallline.errors import DataError, UsageError
from fallline.experiment.parts import Part, Prepared, divide
from fallline.experiment.settings import Settings

OWN_TEST_USED = "The file's own test part is the test part."
OWN_TEST_LEFT_OUT = "The file's own test part is left out, as the test part was named."


def prepare_images(settings: Settings) -> Prepared:
    """The arrays of a run on images.

    A test part that the file brings along is the test part where `test` is None; it is left out where `test`
    is given.

    Raises:
        DataError: the file or its targets cannot be used.
        UsageError: an option that only tables have, or a part of the rows would be empty.
    """
    if settings.target is not None or settings.drop:
        raise UsageError(
            "images have no columns: leave out --target and --drop; the targets are y in the file."
        )
    images = read_images(settings.data)
    x, y, numbers = _known(images.x, images.y)
    own_test = None if images.y_test is None else _known(images.x_test, images.y_test)
    notes = [] if own_test is None else [OWN_TEST_USED if settings.test is None else OWN_TEST_LEFT_OUT]
    parts = divide(settings, y, lambda chosen: (x[chosen], y[chosen], numbers[chosen]), _read_part, own_test)
    preprocessor = ImagePreprocessor.fit(parts["train"][0])
    task = settings.task or infer_task(y)
    encoder = TargetEncoder.fit(parts["train"][1] if task == "regression" else y, task)
    arrays = {
        name: Part(preprocessor.transform(part), encoder.encode(targets), places)
        for name, (part, targets, places) in parts.items()
    }
    shape = " x ".join(map(str, preprocessor.shape))
    return Prepared(
        train=arrays["train"],
        validation=arrays.get("validation"),
        test=arrays.get("test"),
        preprocessor=preprocessor,
        target=encoder,
        inputs=f"{shape} values ({preprocessor.dtype})"
        if images.x.ndim == 2
        else f"images {shape} ({preprocessor.dtype})",
        notes=(*notes, *encoder.notes),
        own_test=own_test is not None and settings.test is None,
    )


def _known(
    x: np.ndarray | None, y: pl.Series | None
) -> tuple[np.ndarray, pl.Series, Int64[np.ndarray, " known"]]:
    """The rows whose target is known, and their places in the file."""
    assert x is not None
    if y is None:
        raise DataError("the images have no targets y.")
    known = numbers_of_known(y)
    return (x, y, known) if len(known) == len(y) else (x[known], y[known], known)


def _read_part(_: str, path: str) -> tuple[np.ndarray, pl.Series, Int64[np.ndarray, " known"]]:
    images = read_images(path)
    return _known(images.x, images.y)
