"""The rows of a run as files: the part that each went to, and what was predicted of the test rows."""

from __future__ import annotations

import numpy as np
import polars as pl  # noqa: TID253  (only who writes rows imports this module)
from jaxtyping import Float

from fallline.experiment.answers import SIGNIFICANT_DIGITS, answer_table
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.settings import Settings

OWN_TEST = "data: x_test"
"""The source of test images that lie in the file of the training images."""


def split_table(settings: Settings, prepared: Prepared) -> pl.DataFrame:
    """The part of each row: `row`, `part` and `source`, in the order of the sources.

    - `row`: the place of the row among the data rows of its source, counted from 1. A row that is not listed was left
      out, as its target is not known.
    - `part`: `train`, `validation` or `test`.
    - `source`: the setting that names where the row stands: `data`; or `validation` or `test`, where that part is a file
      of its own; `data: x_test` for the test images that a file of images brings along.

    Args:
        settings: The settings of the run.
        prepared: Its data.
    """
    parts = {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}
    there = {name: part for name, part in parts.items() if part is not None}
    sources = {name: _source(settings, prepared, name) for name in there}
    order = sorted(set(sources.values()), key=lambda source: (source != "data", source))
    tables = []
    for source in order:
        names = [name for name in there if sources[name] == source]
        # With folds each of these rows learns in some of them, and is held out in one: out_of_fold.csv has which.
        said = ["train" if settings.folds and name == "validation" else name for name in names]
        rows = np.concatenate([there[name].numbers for name in names])
        codes = np.repeat(np.arange(len(names)), [len(there[name]) for name in names])
        sorting = np.argsort(rows, kind="stable")
        part = pl.Series(said).gather(codes[sorting])
        tables.append(
            pl.DataFrame({"row": rows[sorting] + 1, "part": part}).with_columns(
                pl.lit(source).alias("source")
            )
        )
    return pl.concat(tables)


def tested_table(prepared: Prepared, test: Part, said: Float[np.ndarray, "rows ..."]) -> pl.DataFrame:
    """The test rows: `row` as in `split_table`, `true`, `prediction` and for classes `probability_<class>`.

    Args:
        prepared: The data of the run.
        test: Its test rows.
        said: What the network says about them, as `answers` gives it.
    """
    target = prepared.target
    if target.task != "regression":
        true = pl.Series(target.decode(test.y).tolist())
    elif test.frame is not None:
        true = test.frame[target.name].cast(pl.Float64)
    else:
        true = pl.Series(target.decode(test.y)).round_sig_figs(SIGNIFICANT_DIGITS)
    table = answer_table(target, said)
    table.insert_column(0, true.alias("true"))
    table.insert_column(0, pl.Series("row", test.numbers + 1))
    return table.sort("row")


def _source(settings: Settings, prepared: Prepared, part: str) -> str:
    if part == "test" and prepared.own_test:
        return OWN_TEST
    return part if isinstance(getattr(settings, part, None), str) else "data"
