"""`tf.print`."""

from __future__ import annotations

import builtins
import pathlib
import sys
from typing import Any

import jax
import numpy as np

from fallline.old.tensorflow.second.core.evaluation import flat, is_plain
from fallline.old.tensorflow.second.core.tensors import EagerTensor, is_traced
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.own.variable import Variable as Held


def print_(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int = 3,
    sep: str = " ",
    end: str = "\n",
    name: Any = None,
) -> None:
    """Prints tensors as TensorFlow does, the inner of long axes left out; by default to standard error.

    Args:
        inputs: Tensors, text, lists of them.
        output_stream: A stream, or "file://" and a path.
        summarize: How many numbers of the ends of each axis are shown; -1: all.
        sep: What stands between them.
        end: What stands at the end.
        name: Taken and left alone.
    """
    del name
    if is_plain([*flat(inputs)]) and any(map(is_traced, flat(inputs))):
        jax.debug.print(sep.join("{}" for _ in inputs), *inputs)
        return
    text = sep.join(_shown(each, summarize) for each in inputs) + end
    if isinstance(output_stream, str) and output_stream.startswith("file://"):
        with pathlib.Path(output_stream.removeprefix("file://")).open("a") as file:
            file.write(text)
        return
    stream = output_stream if hasattr(output_stream, "write") else sys.stderr
    builtins.print(text, end="", file=stream, flush=True)


def _shown(value: Any, summarize: int) -> str:
    if isinstance(value, list | tuple):
        left, right = ("[", "]") if isinstance(value, list) else ("(", ")")
        return left + ", ".join(_shown(each, summarize) for each in value) + right
    if isinstance(value, EagerTensor | Variable | Held | jax.Array | np.ndarray):
        return _array(np.asarray(value), summarize)
    return str(value)


def _array(array: Any, summarize: int) -> str:
    if array.ndim == 0:
        item = array[()]
        if isinstance(item, bytes):
            return item.decode()
        if array.dtype == bool:
            return str(int(item))
        return f"{item:.9g}".removesuffix(".0") if array.dtype.kind == "f" else str(item)
    rows = [_array(np.asarray(row), summarize) for row in array]
    if 0 <= 2 * summarize < len(rows):
        rows = [*rows[:summarize], "...", *rows[-summarize:]]
    return "[" + ("\n ".join(rows) if array.ndim > 1 else " ".join(rows)) + "]"
