"""`tf.dtypes`."""

from typing import Any

from fallline.graph.core import dtypes
from fallline.graph.core.dtypes import DType as DType, as_dtype as as_dtype
from fallline.old.tensorflow.second.of_graphs import operation


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """An array as another type."""
    return operation("", "cast")(x, dtype)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(dtypes, "bool_" if name == "bool" else name)
