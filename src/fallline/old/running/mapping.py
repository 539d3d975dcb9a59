"""Which module of Fallline an old program means by a name of Keras or TensorFlow."""

from __future__ import annotations

from typing import Literal

Style = Literal["graph", "eager"]

OWN = ("keras", "tf_keras", "tensorflow")
"""The packages whose names lead here."""

KERAS = (
    "tensorflow.python.keras.api._v1.keras",
    "tensorflow.python.keras.api._v2.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras",
    "tensorflow.python.keras",
    "tensorflow.keras",
    "keras.api._v2.keras",
    "keras.api.keras",
    "keras.src",
    "keras.api",
    "tf_keras",
    "keras",
)
FIRST, SECOND = "fallline.old.tensorflow.first", "fallline.old.tensorflow.second"
GRAPH, ROOM = "fallline.graph", "fallline.old.tensorflow"
BOTH = ("compat", "contrib")
"""Name spaces of the room that both TensorFlows share."""


def homes(name: str, style: Style) -> list[str]:
    """The modules that a name may mean, the likeliest first.

    Args:
        name: What is imported, such as `tensorflow.keras.layers`.
        style: What `tensorflow` means to the program.
    """
    for keras in KERAS:
        if _within(name, keras):
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
