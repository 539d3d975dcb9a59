"""The tables: where each lies, what is to be predicted, and how its rows are divided."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fallline.data.reading import read_table

ROWS = 10_000
TEST_FRACTION = 0.2


@dataclass(frozen=True)
class RealTable:
    """A real table: its files, its target (a position), whether that is a class, and what to leave out."""

    files: tuple[str, ...]
    target: int
    classes: bool
    drop: tuple[str, ...] = ()


SETS = {
    "adult": RealTable(("adult/adult-train.csv.gz",), -1, True),
    "covtype": RealTable(("covtype/covtype.20k.data.gz",), -1, True),
    "fashion": RealTable(("fashion-mnist/t10k",), -1, True),
    "letter": RealTable(("letter/letter-recognition.data.gz",), 0, True),
    "penguins": RealTable(("penguins/penguins.csv.gz",), 0, True),
    # casual + registered is the target itself; the instant is a row number.
    "bike": RealTable(("bike/hour.csv.gz",), -1, False, ("instant", "casual", "registered")),
    "california": RealTable(("california/housing.csv.gz",), -2, False),
    "concrete": RealTable(("concrete/concrete.csv.gz",), -1, False),
    "diamonds": RealTable(("diamonds/diamonds.csv.gz",), -4, False),
    # One of four repeated measurements; the others give it away.
    "sgemm": RealTable(("sgemm/sgemm_product.csv.gz",), 14, False, ("Run2 (ms)", "Run3 (ms)", "Run4 (ms)")),
    "wine": RealTable(("wine/winequality-red.csv.gz", "wine/winequality-white.csv.gz"), -1, False),
}


@dataclass(frozen=True)
class Division:
    """Files of training and test rows, the same for every contender; the truth is kept aside.

    Args:
        train: The training rows, CSV.
        test: The test rows without their target, CSV.
        target: Name of the target.
        classes: Whether it is a class.
        truth: The target of the test rows, classes as text.
        known: The classes of the training rows, sorted; empty of numbers.
    """

    train: Path
    test: Path
    target: str
    classes: bool
    truth: np.ndarray
    known: tuple[str, ...] = ()


def divide(data: Path, name: str, seed: int, rows: int, folder: Path) -> Division:
    """Draws rows and writes them.

    Args:
        data: Where the tables lie.
        name: A key of `SETS`.
        seed: Of the draw.
        rows: At most so many, test rows included.
        folder: Where to write.
    """
    table = SETS[name]
    frame = _frame(data, table)
    target = frame.columns[table.target]
    frame = frame.drop(table.drop).filter(pl.col(target).is_not_null())
    order = np.random.default_rng(seed).permutation(len(frame))[:rows]
    cut = int(len(order) * TEST_FRACTION)
    train, test = frame[order[cut:].tolist()], frame[order[:cut].tolist()]
    if table.classes:
        # A word, so that no contender takes it for a number.
        train, test = (
            part.with_columns(pl.format("class {}", target).alias(target)) for part in (train, test)
        )
    train.write_csv(folder / "train.csv")
    test.drop(target).write_csv(folder / "test.csv")
    truth = test[target].to_numpy()
    known = tuple(train[target].unique().sort().to_list()) if table.classes else ()
    return Division(folder / "train.csv", folder / "test.csv", target, table.classes, truth, known)


def _frame(data: Path, table: RealTable) -> pl.DataFrame:
    if table.files[0].endswith("t10k"):
        return _images(data / table.files[0])
    frames = [read_table(data / file).frame for file in table.files]
    if len(frames) > 1:
        kinds = zip("ab", frames, strict=True)
        frames = [
            frame.select(pl.lit(kind).alias("kind"), *map(pl.col, frame.columns)) for kind, frame in kinds
        ]
    return pl.concat(frames)


def _images(stem: Path) -> pl.DataFrame:
    """Images of 28 x 28 bytes as rows of 784 numbers, and their class."""
    pixels, labels = (
        np.frombuffer(gzip.decompress(Path(f"{stem}-{kind}-ubyte.gz").read_bytes()), np.uint8, offset=offset)
        for kind, offset in (("images-idx3", 16), ("labels-idx1", 8))
    )
    frame = pl.from_numpy(
        pixels.reshape(len(labels), -1).astype(np.int64), [f"p{place}" for place in range(784)]
    )
    return frame.with_columns(pl.Series("class", labels.astype(np.int64)))
