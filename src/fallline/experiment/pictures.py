"""From an `.npz` of images (or other arrays) to the arrays of a run. The values stay in the type of the file."""

from __future__ import annotations

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)

from fallline.data.images import ImageData, ImagePreprocessor, read_images
from fallline.data.splits import split_rows
from fallline.data.target import TargetEncoder, infer_task
from fallline.errors import DataError, UsageError
from fallline.experiment.parts import Part, Prepared, strata
from fallline.experiment.settings import DEFAULT_TEST, Settings


def prepare_images(settings: Settings) -> Prepared:
    """The arrays of a run on images.

    A test part that the file brings along is the test part, unless `test` names a file or is 0.

    Raises:
        DataError: the file or its targets cannot be used.
        UsageError: an option that only tables have, or a part of the rows would be empty.
    """
    if settings.target is not None or settings.drop:
        raise UsageError(
            "images have no columns: leave out --target and --drop; the targets are y in the file."
        )
    images = read_images(settings.data)
    own_test = images.x_test is not None and images.y_test is not None and settings.test == DEFAULT_TEST
    known = _known(images.x, images.y)
    parts, notes = _divide(settings, *known, own_test=own_test)
    if own_test:
        parts["test"] = _known(images.x_test, images.y_test)
    preprocessor = ImagePreprocessor.fit(parts["train"][0])
    task = settings.task or infer_task(known[1])
    encoder = TargetEncoder.fit(parts["train"][1] if task == "regression" else known[1], task)
    arrays = {name: Part(preprocessor.transform(x), encoder.encode(y)) for name, (x, y) in parts.items()}
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
    )


def _known(x: np.ndarray | None, y: pl.Series | None) -> tuple[np.ndarray, pl.Series]:
    assert x is not None
    if y is None:
        raise DataError("the images have no targets y.")
    known = y.is_not_null().to_numpy()
    return (x, y) if known.all() else (x[known], y.filter(pl.Series(known)))


def _divide(
    settings: Settings, x: np.ndarray, y: pl.Series, *, own_test: bool
) -> tuple[dict[str, tuple[np.ndarray, pl.Series]], list[str]]:
    validation = 0.0 if isinstance(settings.validation, str) else settings.validation
    test = 0.0 if isinstance(settings.test, str) or own_test else settings.test
    split = split_rows(
        len(x), validation=validation, test=test, seed=settings.seed, strata=strata(settings.task, y)
    )
    rows = {"train": split.training, "validation": split.validation, "test": split.test}
    parts = {name: (x[chosen], y[chosen]) for name, chosen in rows.items() if len(chosen)}
    for name in ("validation", "test"):
        part = getattr(settings, name)
        if isinstance(part, str):
            more: ImageData = read_images(part)
            parts[name] = _known(more.x, more.y)
    notes = ["The file's own test part is the test part."] if own_test else []
    return parts, notes
