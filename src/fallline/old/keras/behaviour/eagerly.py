"""Arrays as tensors of TensorFlow 2, whose modules are loaded when there is one: most programs only fit and predict."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fallline.layers.base.tensor import Tensor


def as_tensors(inputs: Any) -> Any:
    """Inputs as tensors, where they are arrays; what is symbolic or traced stays."""
    if isinstance(inputs, Tensor) or (
        isinstance(inputs, list | tuple) and inputs and all(isinstance(each, Tensor) for each in inputs)
    ):
        return inputs
    return import_module("fallline.old.tensorflow.second.core.calling").as_tensors(inputs)


def computed(function: Any, *trees: Any) -> Any:
    """What a pure function of trees gives, by one program for each structure and shapes."""
    return import_module("fallline.old.tensorflow.second.core.functions").computed(function, *trees)


def of_trees(function: Any, *trees: Any) -> Any:
    """What a pure function of trees gives, as tensors; told to tapes."""
    return import_module("fallline.old.tensorflow.second.core.functions").of_trees(function, *trees)
