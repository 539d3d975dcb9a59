"""Small functions that stood in modules of `keras.utils` of before Keras 2.6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.old.notices import say_once

Rows = tuple[NDArray[np.float32], NDArray[Any]]


def print_summary(
    model: Any, line_length: int | None = None, positions: Any = None, print_fn: Any = None
) -> None:
    """`model.summary()`."""
    del positions
    model.summary(line_length=line_length, print_fn=print_fn)


def multi_gpu_model(model: Any, gpus: Any = None, **kwargs: Any) -> Any:
    """The model itself: a run is one program on one device."""
    del gpus, kwargs
    say_once("multi_gpu_model: the run is one program on one device; the model stays as it is.")
    return model


def count_params(weights: Sequence[Any]) -> int:
    """How many numbers weights hold."""
    return int(sum(np.prod(np.shape(weight)) for weight in weights))


def get_test_data(
    num_train: int = 1000,
    num_test: int = 500,
    input_shape: tuple[int, ...] = (10,),
    output_shape: tuple[int, ...] = (2,),
    classification: bool = True,
    num_classes: int = 2,
    *,
    nb_train: int | None = None,
    nb_test: int | None = None,
    nb_class: int | None = None,
) -> tuple[Rows, Rows]:
    """Rows drawn around their class number, or around a number between 0 and 1: ((x, y), (x, y)) to train and to test.

    Source: Keras 2.
    """
    train, test = nb_train or num_train, nb_test or num_test
    count = train + test
    centre: NDArray[Any]
    draw: Any = np.random  # which the program may have seeded
    if classification:
        targets = centre = draw.randint(0, nb_class or num_classes, size=count)
    else:
        centre = draw.random(count)
        targets = np.stack([draw.normal(each, 0.7, output_shape) for each in centre]).astype(np.float32)
    rows = np.stack([draw.normal(each, 0.7, input_shape) for each in centre]).astype(np.float32)
    return (rows[:train], targets[:train]), (rows[train:], targets[train:])


def get_source_inputs(tensor: Any, layer: Any = None, node_index: Any = None) -> list[Any]:
    """The inputs that a symbolic tensor comes from."""
    del layer, node_index
    sources = tensor.call.sources
    if not sources:
        return [tensor]
    found: list[Any] = []
    for source in sources:
        found += [each for each in get_source_inputs(source) if all(each is not other for other in found)]
    return found


def probas_to_classes(y_pred: Any) -> NDArray[Any]:
    """The class of each row of probabilities; of one column 1 above 0.5.

    Source: Keras 1.
    """
    probabilities = np.asarray(y_pred)
    if probabilities.ndim > 1 and probabilities.shape[1] > 1:
        return np.asarray(probabilities.argmax(axis=1))
    return (probabilities > 0.5).astype(int).reshape(-1)


def categorical_probas_to_classes(p: Any) -> NDArray[Any]:
    """The class of each row of probabilities.

    Source: Keras 1.
    """
    return np.asarray(np.argmax(p, axis=1))


def to_list(x: Any) -> list[Any]:
    """X in a list, unless it is one."""
    return x if isinstance(x, list) else [x]


def is_interactive_logging_enabled() -> bool:
    """Whether training shows its progress where a person looks: yes."""
    return True


def enable_interactive_logging() -> None:
    """Nothing to do: `verbose=` says what is shown."""


def disable_interactive_logging() -> None:
    """Nothing to do: `verbose=` says what is shown."""
