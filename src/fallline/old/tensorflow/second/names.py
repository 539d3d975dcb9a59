"""What stands in `tf` itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from fallline.old.tensorflow.second.control import (
    Module as Module,
    TensorArray as TensorArray,
    case as case,
    cond as cond,
    custom_gradient as custom_gradient,
    foldl as foldl,
    function as function,
    map_fn as map_fn,
    numpy_function as numpy_function,
    py_function as py_function,
    scan as scan,
    switch_case as switch_case,
    vectorized_map as vectorized_map,
    while_loop as while_loop,
)
from fallline.old.tensorflow.second.core.shapes import TensorShape as TensorShape
from fallline.old.tensorflow.second.core.tape import GradientTape as GradientTape
from fallline.old.tensorflow.second.core.tensors import EagerTensor as Tensor
from fallline.old.tensorflow.second.core.variables import Variable as Variable
from fallline.old.tensorflow.second.more_arrays import *  # noqa: F403
from fallline.old.tensorflow.second.printing import print_ as print  # noqa: F401
from fallline.old.tensorflow.second.random import set_seed as set_random_seed  # noqa: F401
from fallline.old.tensorflow.second.settings import *  # noqa: F403
from fallline.old.tensorflow.second.specs import (
    IndexedSlices as IndexedSlices,
    TensorSpec as TensorSpec,
    UnconnectedGradients as UnconnectedGradients,
)
from fallline.own.loading import load

ABSENT = object()
"""What is found where there is nothing."""


@contextlib.contextmanager
def _scope(name: Any = None, *_: Any, **__: Any) -> Iterator[str]:
    yield f"{name or 'scope'}/"


name_scope = variable_scope = _scope


@contextlib.contextmanager
def device(device_name: Any = None) -> Iterator[None]:
    """Taken and left alone: JAX places arrays."""
    del device_name
    yield


@contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Taken and left alone: operations run in the order in which they stand."""
    del control_inputs
    yield


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """Taken and left alone: there is no graph to leave."""
    yield


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or variable."""
    return isinstance(x, Tensor | Variable)


def gradients(*_: Any, **__: Any) -> Any:
    """Not without a graph.

    Raises:
        RuntimeError: always, as in TensorFlow.
    """
    raise RuntimeError(
        "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead."
    )


def find(name: str) -> Any:
    """What a name stands for; `ABSENT`: nothing."""
    import fallline.graph
    from fallline.graph.ops import names
    from fallline.old.tensorflow.second.of_graphs import operation

    if name in globals() and not name.startswith("_"):
        return globals()[name]
    if name in _INITIALIZERS:
        return getattr(load("fallline.old.keras.initializers"), _INITIALIZERS[name])
    if hasattr(names, name) or name in ("constant", "convert_to_tensor"):
        return operation("", name)
    return getattr(fallline.graph, name, ABSENT)


_INITIALIZERS = {
    "constant_initializer": "Constant",
    "ones_initializer": "Ones",
    "random_normal_initializer": "RandomNormal",
    "random_uniform_initializer": "RandomUniform",
    "zeros_initializer": "Zeros",
}
"""What `tf` calls initializers that Keras has."""


def listed() -> list[str]:
    """All names."""
    from fallline.graph.ops import names

    own = [name for name in globals() if not name.startswith("_")] + [*_INITIALIZERS]
    return [*own, *(name for name in vars(names) if not name.startswith("_"))]
