"""Columns of plain numbers, all at once: most columns of most tables, and of wide ones by far."""

from __future__ import annotations

import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.numbers import COULD_BE_THOUSANDS, stands_out

_SAMPLE = 500


def read_plain_columns(texts: pl.DataFrame) -> dict[str, pl.Series]:
    """Columns of text of which every cell is a plain, finite number: Int64 where all are whole, else Float64."""
    if not texts.width or not texts.height:
        return {}
    some = texts.gather_every(max(1, texts.height // _SAMPLE))
    present, whole, real = (
        frame.select(pl.all().count()).row(0)
        for frame in (some, some.cast(pl.Int64, strict=False), some.cast(pl.Float64, strict=False))
    )
    wholes = [name for k, name in enumerate(texts.columns) if present[k] and whole[k] == present[k]]
    reals = [name for k, name in enumerate(texts.columns) if whole[k] < real[k] == present[k]]
    if not wholes and not reals:
        return {}
    read = texts.select(
        cs.by_name(wholes).cast(pl.Int64, strict=False), cs.by_name(reals).cast(pl.Float64, strict=False)
    )
    before, after = texts[wholes + reals].null_count().row(0), read.null_count().row(0)
    finite = read.select(cs.by_name(reals).is_finite().all()).row(0) if reals else ()
    every = dict(
        zip(read.columns, zip(before, after, [True] * len(wholes) + [*finite], strict=True), strict=True)
    )
    return {
        name: read[name] for name, (b, a, sound) in every.items() if b == a and sound and a < texts.height
    }


def need_no_look(texts: pl.DataFrame, read: dict[str, pl.Series]) -> list[str]:
    """Those columns of plain numbers that can be nothing else: neither codes, times, thousands nor signs for missing."""
    if not read:
        return []
    numbers = pl.DataFrame(read)
    lows, highs = numbers.select(pl.all().min()).row(0), numbers.select(pl.all().max()).row(0)
    whole = [name for name, values in read.items() if values.dtype == pl.Int64]
    cells = cs.by_name(whole)
    codes = (
        texts.select((cells.str.starts_with("0") & (cells.str.len_bytes() > 1)).any()).row(0) if whole else ()
    )
    real = [name for name in read if name not in set(whole)]
    # A first cell that can be no thousands is enough, and nearly all columns have one.
    open_marks = (
        texts.head(20).select(cs.by_name(real).str.contains(COULD_BE_THOUSANDS).all()).row(0) if real else ()
    )
    odd = {name for name, flag in zip(whole + real, (*codes, *open_marks), strict=True) if flag}
    ends = zip(read, lows, highs, strict=True)
    return [name for name, low, high in ends if name not in odd and not stands_out(low, high)]
