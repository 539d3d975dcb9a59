"""The probability above which a row is taken for the second of two classes: given, or chosen on the validation rows.

Where one class is rare, a half is a poor place: few rows of it ever get there, and it is missed. The test rows have no
part in the choice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int

from fallline.data.target import EVEN
from fallline.errors import UsageError
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.settings import Settings

RARE_SHARE = 0.2
"""Of two classes, the share of the training rows below which the rarer one counts as rare."""
LEAST_RARE_ROWS = 10
"""Validation rows of the rarer class from which a threshold is chosen: the best of fewer is the best by chance."""
DECIMALS = 7
CRITERIA = {"f1": "best F1", "balanced": "best balanced accuracy"}

Probabilities = Float[np.ndarray, "rows classes"]
Codes = Int[np.ndarray, " rows"]


def check_threshold(settings: Settings, prepared: Prepared) -> None:
    """Refuses a threshold where there are not two classes.

    Raises:
        UsageError: the task is another.
    """
    if settings.threshold is not None and prepared.task != "binary":
        raise UsageError(
            f'--threshold decides between two classes, but "{prepared.target.name}" is a {prepared.task} target. Leave it out.'
        )


def rarer_class(prepared: Prepared) -> int:
    """The class of two with fewer training rows; of two equal ones the second."""
    counts = np.bincount(prepared.train.y.astype(np.int64), minlength=2)
    return int(counts[1] <= counts[0])


def rare_class(prepared: Prepared) -> int | None:
    """The class of two of which few training rows are; None where there is none."""
    if prepared.task != "binary":
        return None
    code = rarer_class(prepared)
    return code if np.mean(prepared.train.y == code) < RARE_SHARE else None


def criterion_of(settings: Settings, prepared: Prepared) -> str | None:
    """By what the threshold is chosen on the validation rows; None where it is given, or a half."""
    if prepared.task != "binary" or isinstance(settings.threshold, float | int):
        return None
    chosen = settings.threshold or ("f1" if rare_class(prepared) is not None else None)
    few = prepared.validation is None or _rows_of_rarer(prepared) < LEAST_RARE_ROWS
    return None if few else chosen


def threshold_of(settings: Settings, prepared: Prepared, answer: Callable[[Part], Probabilities]) -> float:
    """The threshold for one model of two classes; a half for any other task.

    Args:
        settings: What the person wants.
        prepared: The data.
        answer: What the model says of rows; asked of the validation rows, on which it must not have been fitted, where a
            threshold is chosen.
    """
    if isinstance(settings.threshold, float | int):
        return float(settings.threshold)
    criterion = criterion_of(settings, prepared)
    if criterion is None or prepared.validation is None:
        return EVEN
    rare = rarer_class(prepared)
    best = best_threshold(prepared.validation.y == rare, answer(prepared.validation)[:, rare], criterion)
    return best if rare == 1 else round(1 - best, DECIMALS)


def with_threshold(
    settings: Settings, prepared: Prepared, answer: Callable[[Part], Probabilities]
) -> Prepared:
    """The data with the threshold of the network in their target.

    Args:
        settings: What the person wants.
        prepared: The data.
        answer: What the network says of rows.
    """
    target = dataclasses.replace(prepared.target, threshold=threshold_of(settings, prepared, answer))
    return dataclasses.replace(prepared, target=target)


def best_threshold(
    positive: Bool[np.ndarray, " rows"], probabilities: Float[np.ndarray, " rows"], criterion: str
) -> float:
    """The threshold of the best F1 or balanced accuracy: a number between two probabilities that occur.

    Of thresholds that are equally good the one nearest to a half, as a short decimal.

    Args:
        positive: Whether each row is of the class.
        probabilities: Of the class.
        criterion: `f1` or `balanced`.
    """
    numbers, places = np.unique(probabilities, return_inverse=True)
    if len(numbers) < 2:
        return EVEN
    found = np.bincount(places, weights=positive, minlength=len(numbers))
    others = np.bincount(places, minlength=len(numbers)) - found
    # Of the threshold between a number and the next one: rows of the class, and of the other, above it.
    hits, false = ((counts.sum() - np.cumsum(counts))[:-1] for counts in (found, others))
    if criterion == "f1":
        merit = 2 * hits / (hits + false + found.sum())
    else:
        merit = hits / found.sum() - false / others.sum()
    low, high = numbers[:-1], numbers[1:]
    equal = np.flatnonzero(merit >= merit.max() - 1e-12)
    at = equal[np.argmin(np.abs((low + high)[equal] / 2 - EVEN))]
    return _between(float(low[at]), float(high[at]))


def threshold_sentence(
    settings: Settings, prepared: Prepared, true: Codes, probabilities: Probabilities, part: str
) -> str:
    """What the threshold does, and what a half would do on the same rows; empty where it is a half by itself.

    Args:
        settings: What the person wanted.
        prepared: The data, with the threshold.
        true: Codes of the classes of some rows.
        probabilities: What the network says of them.
        part: Which rows they are: `test` or `validation`.
    """
    target, first, second = prepared.target, *prepared.classes
    wanted = settings.threshold or ("f1" if rare_class(prepared) is not None else None)
    if wanted is None:
        return ""
    rare = rarer_class(prepared)
    criterion = criterion_of(settings, prepared)
    if isinstance(wanted, str) and criterion is None:
        if prepared.validation is None:
            why = "without validation rows none can be chosen"
        else:
            rows = _rows_of_rarer(prepared)
            why = f'{rows} validation {"row" if rows == 1 else "rows"} of "{prepared.classes[rare]}" are too few to choose one'
        return f'"{second}" is predicted where its probability is above 0.5: {why}. Give a number with --threshold.'
    said = f'"{second}" is predicted where its probability is above {target.threshold:.7g}, else "{first}"'
    if criterion is not None:
        said += (
            f': chosen on the validation rows for the {CRITERIA[criterion]} of "{prepared.classes[rare]}"'
            if criterion == "f1"
            else f": chosen on the validation rows for the {CRITERIA[criterion]}"
        )
    here, half = (_found(target.decide(probabilities, at), true, rare) for at in (target.threshold, EVEN))
    name = prepared.classes[rare]
    if target.threshold == EVEN:
        return f'{said}. Of the {part} rows of "{name}" it finds {here}.'
    return f'{said}. Of the {part} rows of "{name}" it finds {here}; with 0.5 it would be {half}.'


def _found(predicted: Codes, true: Codes, rare: int) -> str:
    hits = int(np.sum((predicted == rare) & (true == rare)))
    return f"{hits:,} of {int(np.sum(true == rare)):,}, with {int(np.sum(predicted == rare)) - hits:,} false alarms"


def _rows_of_rarer(prepared: Prepared) -> int:
    assert prepared.validation is not None
    return int(np.sum(prepared.validation.y == rarer_class(prepared)))


def _between(low: float, high: float) -> float:
    """The middle of two numbers, to as few decimals as keep it between them."""
    middle = (low + high) / 2
    for decimals in range(2, DECIMALS + 1):
        rounded = round(middle, decimals)
        if low < rounded < high:
            return rounded
    # No number of seven decimals lies between: predictions below and above differ by less than they are written with.
    return middle
