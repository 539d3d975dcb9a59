"""Which module of Fallline an old program means by a name of Keras or TensorFlow."""

from __future__ import annotations

from typing import Literal

Style = Literal["graph", "eager"]

OWN = ("keras", "keras_preprocessing", "tf_keras", "tensorflow")
"""The packages whose names lead here."""

KERAS = (
    "tensorflow.python.keras.api._v1.keras",
    "tensorflow.python.keras.api._v2.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.contrib.keras.python",
    "tensorflow.contrib.keras.api",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras",
    "tensorflow.python.keras",
    "tensorflow.keras",
    "keras.backend.tensorflow_backend",
    "keras.api._v2.keras",
    "keras.api._v2",
    "keras.api.keras",
    "keras.src",
    "keras.api",
    "tf_keras",
    "keras",
)
BACKENDS = ("keras.backend.tensorflow_backend",)
"""Modules that hold what `keras.backend` holds."""
FIRST, SECOND = "fallline.old.tensorflow.first", "fallline.old.tensorflow.second"
GRAPH, ROOM = "fallline.graph", "fallline.old.tensorflow"
BOTH = ("compat", "contrib", "python")
"""Name spaces of the room that both TensorFlows share."""


def homes(name: str, style: Style) -> list[str]:
    """The modules that a name may mean, the likeliest first.

    Args:
        name: What is imported, such as `tensorflow.keras.layers`.
        style: What `tensorflow` means to the program.
    """
    if _within(name, "keras_preprocessing"):
        return ["fallline.old.keras.preprocessing" + name[len("keras_preprocessing") :]]
    for keras in KERAS:
        if _within(name, keras):
            if keras in BACKENDS:
                return ["fallline.old.keras.backend"]
            return ["fallline.old.keras" + name[len(keras) :]]
    for version, home in (("v1", FIRST), ("v2", SECOND)):
        space = f"tensorflow.compat.{version}"
        if name == space:
            return [home]
        if _within(name, space):
            return _inner(name[len(space) + 1 :], "graph" if version == "v1" else "eager")
    if name == "tensorflow":
        return [FIRST] if style == "graph" else [SECOND, FIRST]
    return _inner(name.partition(".")[2], style)


def _inner(path: str, style: Style) -> list[str]:
    shared = [f"{ROOM}.{path}"] if path.partition(".")[0] in BOTH else []
    graph = [*shared, f"{GRAPH}.{path}"]
    return graph if style == "graph" else [f"{SECOND}.{path}", *graph]


def _within(name: str, space: str) -> bool:
    return name == space or name.startswith(f"{space}.")
