"""`tf.random`: the numbers that TensorFlow 2 draws on a processor, from the same global seeds.

`Generator` and the stateless functions draw from the same distributions, and not TensorFlow's numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fallline.graph.core.dtypes import as_dtype
from fallline.old.keras.behaviour.layers import layer
from fallline.old.keras.behaviour.tensors import tensor_of_rows
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.evaluation import evaluated
from fallline.old.tensorflow.second.core.seeds import seeds
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.own import drawing
from fallline.own.loading import load

_HERE = "old.tensorflow.second.random."


def set_seed(seed: Any) -> None:
    """The global seed: from it follow the numbers of all operations that are called from now on."""
    seeds.set(int(seed))
    load("fallline.config").set_random_seed(int(seed))


set_random_seed = set_seed


def _drawn(name: str, *args: Any, **kwargs: Any) -> Any:
    shape, rows = args[0], tensor_of_rows()
    if rows is not None and isinstance(shape, list | tuple) and len(shape) and shape[0] is None:
        return layer("Lambda")(functools.partial(_of_rows, name, tuple(shape[1:]), args[1:]))(rows)
    within = {"random_normal": "normal", "truncated_normal": "truncated_normal", "random_uniform": "uniform"}
    if drawing.current() is not None and name in within:
        # Within a layer the numbers come from the run's key, so that they differ from step to step.
        *plain, kind, seed = args
        here = getattr(load("fallline.old.keras.random"), within[name])
        plain = [each if each is not None else 1.0 for each in plain]
        return here(*plain, dtype=as_dtype(kind).name, seed=seed)
    return evaluated(_function(name), _HERE + name, args, kwargs)


def _of_rows(name: str, sizes: tuple[int, ...], others: tuple[Any, ...], rows: Any) -> Any:
    return _drawn(name, (rows.shape[0], *sizes), *others)


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(load("fallline.graph"), name)
    return found


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """Numbers of the normal distribution."""
    return _drawn("random_normal", shape, mean, stddev, dtype, seed)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """Numbers of the normal distribution, those beyond two standard deviations drawn again."""
    return _drawn("truncated_normal", shape, mean, stddev, dtype, seed)


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = "float32",
    seed: Any = None,
    name: Any = None,
) -> Any:
    """Numbers from minval up to and without maxval."""
    return _drawn("random_uniform", shape, minval, maxval, dtype, seed)


def shuffle(value: Any, seed: Any = None, name: Any = None) -> Any:
    """The rows in an order drawn at random."""
    return _drawn("random_shuffle", value, seed)


def categorical(
    logits: Any, num_samples: Any, dtype: Any = "int64", seed: Any = None, name: Any = None
) -> Any:
    """Classes drawn with probabilities `softmax(logits)`."""
    return _drawn("multinomial", logits, num_samples, seed, output_dtype=dtype)


multinomial = categorical


class Generator:
    """A generator of random numbers with a state of its own.

    Args:
        generator: NumPy's generator that draws.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self._drawing = generator

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """One that draws the same numbers for the same seed."""
        return cls(np.random.default_rng(int(np.asarray(seed).reshape(-1)[0])))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """One that draws others each time."""
        return cls(np.random.default_rng())

    def reset_from_seed(self, seed: Any) -> None:
        """Starts again from a seed."""
        self._drawing = np.random.default_rng(int(seed))

    def split(self, count: int = 1) -> list[Generator]:
        """Several that draw different numbers."""
        return [Generator(each) for each in self._drawing.spawn(count)]

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None
    ) -> Any:
        """Numbers of the normal distribution."""
        return _tensor(self._drawing.normal(np.asarray(mean), np.asarray(stddev), _sizes(shape)), dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None
    ) -> Any:
        """Numbers of the normal distribution, those beyond two standard deviations drawn again."""
        drawn = self._drawing.normal(size=_sizes(shape))
        while (far := np.abs(drawn) > 2).any():
            drawn[far] = self._drawing.normal(size=int(far.sum()))
        return _tensor(drawn * np.asarray(stddev) + np.asarray(mean), dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None
    ) -> Any:
        """Numbers from minval up to and without maxval."""
        if as_dtype(dtype).is_integer:
            return _tensor(self._drawing.integers(int(minval), int(maxval), _sizes(shape)), dtype)
        top = 1.0 if maxval is None else np.asarray(maxval)
        return _tensor(self._drawing.uniform(np.asarray(minval), top, _sizes(shape)), dtype)


def _tensor(array: Any, dtype: Any) -> EagerTensor:
    return EagerTensor(Cell(np.asarray(array).astype(as_dtype(dtype).numpy)))


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(int(each) for each in np.asarray(shape).reshape(-1))


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """The generator of the process."""
    if not _global:
        _global.append(Generator.from_non_deterministic_state())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Makes another the generator of the process."""
    _global[:] = [generator]


def _stateless(seed: Any) -> Generator:
    return Generator(np.random.default_rng([int(each) for each in np.asarray(seed).reshape(-1)]))


def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", **_: Any
) -> Any:
    """Numbers of the normal distribution, the same for the same seed."""
    return _stateless(seed).normal(shape, mean, stddev, dtype)


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", **_: Any
) -> Any:
    """Numbers from minval up to and without maxval, the same for the same seed."""
    return _stateless(seed).uniform(shape, minval, maxval, dtype)
