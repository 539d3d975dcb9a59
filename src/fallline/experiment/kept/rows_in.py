"""Raw rows, wherever they stand, as a run reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Shaped

from fallline.data.bundled import bundled_set
from fallline.data.images import ImagePreprocessor, read_images
from fallline.data.reading import read_rows
from fallline.data.tables.address import without_password
from fallline.data.tables.records import as_frame
from fallline.data.target import known_rows, numbers_of_known
from fallline.errors import DataError
from fallline.experiment.kept.saved_run import SavedRun
from fallline.experiment.sources import is_bundled, is_images
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class RowsIn:
    """Rows as they were read for a run.

    Args:
        run: The run.
        frame: The rows as typed columns; of images their targets alone.
        images: The images; None of tables.
        notes: What was found odd in reading them, in sentences.
    """

    __repr__ = fields_shown

    run: SavedRun
    frame: pl.DataFrame
    images: Shaped[np.ndarray, "rows ..."] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, run: SavedRun, data: Any, *, need_target: bool = False, **options: Any) -> RowsIn:
        """Reads rows that are like those of the training.

        Args:
            run: The run.
            data: A source as `fallline train` takes it, a data frame, a dictionary of columns, a list of dictionaries;
                of images also an array.
            need_target: Whether the target must be there.
            **options: How a table is read, as in `read_cells`.

        Raises:
            DataError: the rows cannot be read, or are of another kind than those of the training.
        """
        if isinstance(run.preprocessor, ImagePreprocessor):
            return _images(run, data, need_target=need_target)
        if is_images(str(data) if isinstance(data, str | Path) else ""):
            raise DataError(f'the model was trained on a table; "{data}" holds arrays.')
        assert run.form is not None
        known = isinstance(data, str) and is_bundled(data)
        source = (
            bundled_set(data).frame
            if known
            else as_frame(data, [encoder.name for encoder in run.preprocessor.encoders])
        )
        rows = read_rows(source, run.form, **options)
        if need_target and run.target.name not in rows.frame.columns:
            raise DataError(
                f'the rows have no column "{run.target.name}", the target. Without it they can be predicted, not learned from.'
            )
        return cls(run, rows.frame, notes=tuple(rows.notes))

    def inputs(self, *, fill: bool = False) -> Shaped[np.ndarray, "rows ..."]:
        """The network's inputs; `fill` as in `TablePreprocessor.transform`."""
        preprocessor = self.run.preprocessor
        if isinstance(preprocessor, ImagePreprocessor):
            assert self.images is not None
            return preprocessor.transform(self.images)
        return preprocessor.transform(self.frame, fill=fill)

    def arrays(
        self, *, fill: bool = False
    ) -> tuple[Shaped[np.ndarray, "rows ..."], Shaped[np.ndarray, " rows"]]:
        """Inputs and targets of the rows whose target is known."""
        target = self.run.target
        known = numbers_of_known(self.frame[target.name])
        images = None if self.images is None else self.images[known]
        rows = RowsIn(self.run, known_rows(self.frame, target.name)[0], images)
        return rows.inputs(fill=fill), target.encode(rows.frame[target.name])

    def tell(self, say: Callable[[str], None], *, fill: bool = False) -> None:
        """Says what is odd in the rows, beside those of the training."""
        if not isinstance(self.run.preprocessor, ImagePreprocessor):
            for note in (*self.notes, *self.run.preprocessor.check(self.frame, fill=fill)):
                say(note)

    def outside(self, *, fill: bool = False) -> pl.Series:
        """Of each row, in which columns it is far outside of what was trained on."""
        preprocessor = self.run.preprocessor
        if isinstance(preprocessor, ImagePreprocessor):
            return pl.Series("outside", [""] * len(self.images if self.images is not None else ()), pl.String)
        return pl.Series("outside", preprocessor.outside(self.frame, fill=fill), pl.String)


def _images(run: SavedRun, data: Any, *, need_target: bool) -> RowsIn:
    if isinstance(data, np.ndarray) and not need_target:
        return RowsIn(run, pl.DataFrame(), data)
    if not isinstance(data, str | Path) or not is_images(str(data)):
        named = without_password(str(data)) if isinstance(data, str | Path) else type(data).__name__
        raise DataError(f'the model was trained on arrays; "{named}" is no .npz file with x.')
    images = read_images(data, need_target=need_target)
    targets = {} if images.y is None else {run.target.name: images.y}
    return RowsIn(run, pl.DataFrame(targets), images.x)
