"""The folds of a run: the rows that each network learns from, stops by, and is judged by, and its own preprocessing.

All rows that are not kept for the test are parted into k folds. Each is held out once; the other rows learn, but for the
share of them that watches the training. So no held-out row has a part in the network that it judges: not in its weights,
not in its preprocessing, not in the epoch at which it stopped. (Of the target only the mean and deviation, by which a number
is scaled, are those of the first division of the rows, and of images the mean and deviation of all pixels.)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Int64, Shaped

from fallline.data.folded_preprocessing import FoldedPreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.splits import quantile_strata, split_rows
from fallline.data.tables import find_column
from fallline.errors import UsageError
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.settings import Settings
from fallline.own.shown import fields_shown
from fallline.population.folds import draw_folds
from fallline.population.folds.checks import check_count


@dataclass(frozen=True)
class FoldRows:
    """The rows of one fold, as places in the rows that are parted.

    Args:
        train: Rows to learn from.
        watch: Rows that watch the training; none without.
        held: Rows that judge.
    """

    __repr__ = fields_shown

    train: Int64[np.ndarray, " train"]
    watch: Int64[np.ndarray, " watch"]
    held: Int64[np.ndarray, " held"]


@dataclass(frozen=True)
class Folding:
    """A run's rows in folds.

    Args:
        prepared: The data; of a table the inputs of each part are those of all folds' networks, side by side.
        part: All rows that are parted, with their places in the source.
        folds: The rows of each fold.
        x: Inputs for the training of all networks: of a table block after block, each fold's training rows and watching
            rows as its own preprocessing has them; of images the rows themselves.
        y: Targets of these.
        pairs: Each fold's training rows and watching rows, as places in `x`.
    """

    __repr__ = fields_shown

    prepared: Prepared
    part: Part
    folds: tuple[FoldRows, ...]
    x: Shaped[np.ndarray, "rows ..."]
    y: Shaped[np.ndarray, " rows"]
    pairs: list[tuple[Int64[np.ndarray, " train"], Int64[np.ndarray, " watch"]]]

    @property
    def alone(self) -> Prepared:
        """The data as the networks of the first fold have them: what their widths and defaults depend on."""
        train, watch = (Part(self.x[rows], self.y[rows], rows) for rows in self.pairs[0])
        return dataclasses.replace(self.prepared, train=train, validation=watch)

    def inputs(self, number: int, part: Part) -> Shaped[np.ndarray, "rows ..."]:
        """Some rows as the networks of one fold take them."""
        folded = self.prepared.folded
        if folded is None:
            return part.x
        assert part.frame is not None
        return folded.block(number, part.frame)


def fold_rows(settings: Settings, prepared: Prepared, *, held_watch: bool = False) -> Folding:
    """Parts the rows of a run into folds.

    Args:
        settings: How many folds, how many rows watch, the seed, the group.
        prepared: The data as one network would have them.
        held_watch: Whether the held-out rows watch the training themselves, so that all others train.

    Raises:
        UsageError: more folds than rows or groups.
        DataError: a class has fewer rows than there are folds.
    """
    assert settings.folds is not None
    whole = _joined(prepared)
    codes = _codes(prepared, whole)
    groups = _groups(settings, whole)
    folds = _drawn(settings, len(whole), codes, None if prepared.task == "regression" else whole.y, groups)
    if held_watch:
        folds = tuple(
            FoldRows(np.sort(np.concatenate([fold.train, fold.watch])), fold.held, fold.held)
            for fold in folds
        )
    if whole.frame is None:
        pairs = [(fold.train, fold.watch) for fold in folds]
        return Folding(prepared, whole, folds, whole.x, whole.y, pairs)
    folded = _preprocessing(settings, prepared, whole.frame, folds)
    blocks, targets, pairs, first = [], [], [], 0
    for number, fold in enumerate(folds):
        rows = np.concatenate([fold.train, fold.watch])
        blocks.append(folded.block(number, whole.frame[rows]))
        targets.append(whole.y[rows])
        cut, last = first + len(fold.train), first + len(rows)
        pairs.append((np.arange(first, cut), np.arange(cut, last)))
        first = last
    parts = {name: getattr(prepared, name) for name in ("train", "validation", "test")}
    changed = {
        name: dataclasses.replace(part, x=folded.transform(part.frame))
        for name, part in parts.items()
        if part is not None
    }
    return Folding(
        dataclasses.replace(prepared, folded=folded, inputs=folded.feature_words, **changed),
        whole,
        folds,
        np.concatenate(blocks),
        np.concatenate(targets),
        pairs,
    )


def some(part: Part, chosen: Shaped[np.ndarray, " chosen"]) -> Part:
    """Some rows of a part, by places or a mask."""
    frame = None
    if part.frame is not None:
        frame = part.frame.filter(chosen) if chosen.dtype == bool else part.frame[chosen]
    return Part(part.x[chosen], part.y[chosen], part.numbers[chosen], frame)


def _joined(prepared: Prepared) -> Part:
    """The training and validation rows in the order of their source."""
    parts = [part for part in (prepared.train, prepared.validation) if part is not None]
    numbers = np.concatenate([part.numbers for part in parts])
    order = np.argsort(numbers, kind="stable")
    frames = [part.frame for part in parts if part.frame is not None]
    return Part(
        np.concatenate([part.x for part in parts])[order],
        np.concatenate([part.y for part in parts])[order],
        numbers[order],
        pl.concat(frames)[order] if frames else None,
    )


def _codes(prepared: Prepared, whole: Part) -> Shaped[np.ndarray, " rows"] | None:
    """What each fold gets its share of: the classes, or stretches of a number."""
    return quantile_strata(whole.y) if prepared.task == "regression" else whole.y


def _groups(settings: Settings, whole: Part) -> Any:
    if settings.group is None or whole.frame is None:
        return None
    return whole.frame[find_column(whole.frame, settings.group)].rank("dense").to_numpy()


def _drawn(settings: Settings, rows: int, codes: Any, classes: Any, groups: Any) -> tuple[FoldRows, ...]:
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    count, seed = settings.folds, settings.division_seed
    assert count is not None
    check_count(count, rows, None if classes is None else classes.astype(np.int64))
    if groups is not None and (found := len(np.unique(groups))) < count:
        raise UsageError(
            f'{count} folds of {found} groups of "{settings.group}": each fold needs a group to be judged by. Take --folds '
            f"{found} or fewer."
        )
    strata = codes if codes is not None and np.bincount(codes.astype(np.int64)).max() >= count else None
    if groups is not None:
        kind = GroupKFold if classes is None else StratifiedGroupKFold
    else:
        kind = KFold if strata is None else StratifiedKFold
    splitter = kind(count, shuffle=True, random_state=seed)
    drawn = draw_folds(
        splitter, rows, y=strata, classes=strata if classes is None else classes, groups=groups
    )
    found_folds = []
    for fold in drawn:
        rest = fold.train
        split = split_rows(
            len(rest),
            validation=float(settings.validation),
            test=0.0,
            seed=seed,
            strata=None if codes is None else codes[rest].astype(np.int32),
            groups=None if groups is None else groups[rest],
        )
        found_folds.append(FoldRows(rest[split.training], rest[split.validation], fold.validation))
    return tuple(found_folds)


def _preprocessing(
    settings: Settings, prepared: Prepared, frame: pl.DataFrame, folds: tuple[FoldRows, ...]
) -> FoldedPreprocessor:
    base = prepared.preprocessor
    assert isinstance(base, TablePreprocessor)
    left_out = [find_column(frame, name) for name in settings.drop]
    left_out += [] if settings.group is None else [find_column(frame, settings.group)]
    kinds = {find_column(frame, name): kind for name, kind in settings.types.items()}
    parts = tuple(
        TablePreprocessor.fit(frame[fold.train], target=base.target, drop=left_out, kinds=kinds)
        for fold in folds
    )
    return FoldedPreprocessor(base, parts)
