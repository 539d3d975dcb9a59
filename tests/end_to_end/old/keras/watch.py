"""What a program's models give: the same is recorded of Keras's models and of Fallline's.

Both draw other numbers. So a model's weights are set by their shapes when it is first trained, rows keep their order, and
layers that draw are told to change nothing; what then remains is arithmetic.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

NOISE = {"Dropout": "rate", "AlphaDropout": "rate", "GaussianDropout": "rate", "GaussianNoise": "stddev"}
KEPT = 40
"""Of a prediction so many numbers are recorded."""


class Watch:
    """Records `fit`, `evaluate`, `predict` and `train_on_batch` of the models of a program.

    Attributes:
        seen: What was called, in order: the method, and the numbers that it gave.
    """

    def __init__(self, build: Callable[[Any, Any], None], put: Callable[[Any, Any], None]) -> None:
        self.seen: list[list[Any]] = []
        self._build, self._put_weights = build, put
        self._within = False
        self._trained: list[Any] = []

    @contextlib.contextmanager
    def on(self, models: list[type], layers: dict[str, type]) -> Iterator[None]:
        """Within, models and layers of these classes are watched."""
        with contextlib.ExitStack() as stack:
            for model in models:
                for name in ("fit", "evaluate", "predict", "train_on_batch"):
                    self._put(stack, model, name, functools.partial(self._called, name, getattr(model, name)))
            for name, cls in layers.items():
                self._put(stack, cls, "__init__", functools.partial(_quiet, cls.__init__, NOISE[name]))
            yield

    @staticmethod
    def _put(stack, cls, name, call):
        own = vars(cls).get(name)

        @functools.wraps(getattr(cls, name))
        def method(self, *positional, **named):
            return call(self, *positional, **named)

        setattr(cls, name, method)
        stack.callback(lambda: delattr(cls, name) if own is None else setattr(cls, name, own))

    def _called(self, name, original, model, *positional, **named):
        if self._within:
            return original(model, *positional, **named)
        self._within = True
        try:
            if name in ("fit", "train_on_batch"):
                self._begin(model, positional[0] if positional else named.get("x"))
            if name == "fit":
                named["shuffle"] = False
            given = original(model, *positional, **named)
        finally:
            self._within = False
        if self._trained:
            self.seen.append([name, _numbers(name, given)])
        return given

    def _begin(self, model, x):
        if any(model is each for each in self._trained):
            return
        self._trained.append(model)
        self._build(model, x)
        weights = list(map(np.asarray, model.get_weights()))
        # Keras's layers that count rows have the count among their weights.
        numbers = np.cumsum([each.dtype.kind == "f" for each in weights]) - 1
        self._put_weights(model, [_drawn(n, each) for n, each in zip(numbers, weights, strict=True)])


def _quiet(original, field, layer, *positional, **named):
    original(layer, *positional, **named)
    object.__setattr__(layer, field, 0.0)


def _drawn(number, weight):
    """Matrices as Glorot draws them, from a seed of their own; vectors as they are."""
    if weight.ndim < 2:
        return weight
    limit = np.sqrt(6 / sum(weight.shape[-2:]))
    return np.random.RandomState(number).uniform(-limit, limit, weight.shape).astype("float32")


def _numbers(name, given):
    if name == "fit":
        return {key: [float(each) for each in values] for key, values in given.history.items()}
    if isinstance(given, dict):
        return {key: float(each) for key, each in given.items()}
    if name == "predict":
        parts = given.values() if isinstance(given, dict) else given if isinstance(given, list) else [given]
        return [
            {"shape": list(part.shape), "values": [float(each) for each in np.ravel(part)[:KEPT]]}
            for part in map(np.asarray, parts)
        ]
    return [float(each) for each in np.ravel(given)]
