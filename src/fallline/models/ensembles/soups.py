"""The mean of the weights of several trained models: one network, as fast as each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import UsageError, suggestion, warn
from fallline.layers import BatchNormalization
from fallline.models.cloning import clone_model
from fallline.models.ensembles.batch_statistics import update_batch_statistics
from fallline.models.ensembles.checks import checked_members
from fallline.models.model import Model
from fallline.models.weights import named_arrays
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True, eq=False)
class Soup:
    """A model whose weights are the mean of those of others.

    Attributes:
        model: The model, compiled as the first of them.
        ingredients: The numbers of the models in it, in the order in which they came in.
        score: What it reached on the rows it was chosen by; None where it was not chosen.
        scores: What each model alone reached on them; empty likewise.

    Source: see `uniform_soup` and `greedy_soup`.
    """

    __repr__ = fields_shown

    model: Model
    ingredients: tuple[int, ...]
    score: float | None = None
    scores: tuple[float, ...] = ()


def uniform_soup(models: Sequence[Model], *, statistics: Any = None) -> Soup:
    """The mean of the weights of all models.

    It is as good as their averaged predictions only where they lie in one basin of the loss: trained from the same initial
    weights (or pre-trained ones), not from other seeds.

    Args:
        models: Trained models of one structure.
        statistics: Training inputs, of which batch normalisation takes its moving averages again; needed where there is any.

    Raises:
        UsageError: the models differ in structure, or one diverged.

    Source: Wortsman et al., Model soups (2022), section 2.
    """
    given = _alike("uniform_soup", models)
    numbers = tuple(range(len(given)))
    return Soup(_mixed(given, numbers, _copy(given[0]), statistics, "uniform_soup"), numbers)


def greedy_soup(
    models: Sequence[Model],
    x: Any,
    y: Any = None,
    *,
    monitor: str = "loss",
    sample_weight: Any = None,
    batch_size: int | None = None,
    statistics: Any = None,
) -> Soup:
    """The mean of the weights of some models: from the best on, each is added if the mean with it is at least as good.

    So it is never worse, on the rows given, than the best model. Equal models come in the order of their numbers.

    Args:
        models: Trained models of one structure, compiled.
        x: Inputs of rows that trained none of them.
        y: Their targets.
        monitor: What is to be good: "loss", or the name of a metric that says which direction is better.
        sample_weight: One weight per row, or None.
        batch_size: Rows at once in an evaluation.
        statistics: See `uniform_soup`.

    Raises:
        UsageError: the models differ in structure, one diverged, or nothing of that name is evaluated.
        NotReadyError: the first model is not compiled.
        DataError, ShapeError: the rows do not fit.

    Source: Wortsman et al., Model soups (2022), recipe 1.
    """
    given = _alike("greedy_soup", models)
    soup = _copy(given[0])
    better = _direction(soup, monitor)

    def score(numbers: Sequence[int]) -> float:
        _mixed(given, numbers, soup, statistics if len(numbers) > 1 else None, "greedy_soup")
        found = soup.evaluate(x, y, batch_size, sample_weight=sample_weight, return_dict=True)[monitor]
        return float(found) * better

    scores = [score([number]) for number in range(len(given))]
    # NaN is the worst, whatever is better.
    ranked = sorted(range(len(given)), key=lambda number: (np.nan_to_num(scores[number], nan=np.inf), number))
    ingredients, best = [ranked[0]], scores[ranked[0]]
    for number in ranked[1:]:
        now = score([*ingredients, number])
        if now <= best:
            ingredients, best = [*ingredients, number], now
    score(ingredients)
    return Soup(soup, tuple(ingredients), best * better, tuple(value * better for value in scores))


def _direction(model: Model, monitor: str) -> int:
    """1 where smaller is better, -1 where larger is.

    Raises:
        UsageError: nothing of that name is evaluated, or nobody knows which is better.
    """
    directions = model.objective().directions
    if monitor not in model.metrics_names:
        raise UsageError(
            f'greedy_soup: monitor "{monitor}" is not evaluated. {suggestion(monitor, model.metrics_names)}'
        )
    found = directions.get(monitor)
    if found is None:
        raise UsageError(
            f'greedy_soup: whether a larger "{monitor}" is better is not known. Take "loss", or a metric that says so.'
        )
    return 1 if found == "min" else -1


def _alike(title: str, models: Any) -> list[Model]:
    """Models of one structure.

    Raises:
        UsageError: they differ; names the first array that does.
    """
    given = checked_members(title, models)
    first = _shapes(given[0])
    for number, model in enumerate(given[1:], 1):
        if (other := _shapes(model)) == first:
            continue
        pairs = zip([*first, *[None] * len(other)], [*other, *[None] * len(first)], strict=False)
        one, two = next((pair for pair in pairs if pair[0] != pair[1]), (None, None))
        raise UsageError(
            f"{title}: models 0 and {number} differ in structure ({_told(one)} and {_told(two)}): only weights of like networks "
            "have a mean. Average their predictions: fl.models.Ensemble(models)."
        )
    return given


def _shapes(model: Model) -> list[tuple[str, tuple[int, ...]]]:
    """Kinds of layers with the shapes of their arrays, in order."""
    kinds = {str(layer.name): type(layer).__name__ for layer in model.network.layers}
    return [
        (f"{kinds[name.rsplit('/', 1)[0]]} {name.rsplit('/', 1)[1]}", tuple(array.shape))
        for name, array in named_arrays(model._layer_arrays(), model._weight_order).items()
    ]


def _told(entry: Any) -> str:
    return "no further array" if entry is None else f"{entry[0]} {entry[1]}"


def _copy(model: Model) -> Model:
    copy = clone_model(model)
    if model._compiled is not None:
        copy.compile(**model.compile_arguments())
    return copy


def _mixed(
    models: Sequence[Model], numbers: Sequence[int], into: Model, statistics: Any, title: str
) -> Model:
    """The mean of the weights of these models, in the given one."""
    arrays = [models[number].get_weights() for number in numbers]
    into.set_weights([_mean(list(each)) for each in zip(*arrays, strict=True)])
    if statistics is not None:
        update_batch_statistics(into, statistics)
    elif len(numbers) > 1 and any(isinstance(layer, BatchNormalization) for layer in into.network.layers):
        warn(
            f"{title}: the network normalises by batches, and moving averages of other weights are not those of their mean. Pass "
            "statistics=x, the training inputs."
        )
    return into


def _mean(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    first = arrays[0]
    if first.dtype.kind not in "fV":  # what counts is not averaged
        return first
    return np.mean([np.asarray(array, np.float64) for array in arrays], axis=0).astype(first.dtype)
