"""TensorFlow 2: arrays at once, variables and tapes, on the operations of `fallline.graph`.

core        tensors, variables, tapes, how operations run at once
names       what stands in `tf` itself
of_graphs   operations of graphs as functions of arrays, by their names
math, nn, linalg, random, strings, sets: operations by their kinds
data        datasets of arrays in memory
keras       is `fallline.old.keras`, and so are `losses`, `optimizers`, `metrics`, `initializers`
train, io, saved_model, summary: files
config, test, version, debugging, autograph, distribute: questions about the machine, checks, settings
"""

from difflib import get_close_matches
from typing import Any

from fallline.own.loading import load

__version__ = "2.15.0"
"""The TensorFlow whose programs run: some ask."""

_SPACES = (
    "autograph", "config", "data", "debugging", "distribute", "dtypes", "experimental", "io", "linalg", "math", "nest", "nn",
    "profiler", "random", "saved_model", "strings", "summary", "test", "train", "types", "version",
)  # fmt: skip
_ELSEWHERE = {
    "compat": "fallline.old.tensorflow.compat",
    "contrib": "fallline.old.tensorflow.contrib",
    "errors": "fallline.graph.errors",
    "keras": "fallline.old.keras",
    **{
        name: f"fallline.old.keras.{name}"
        for name in (
            "initializers",
            "losses",
            "metrics",
            "optimizers",
            "regularizers",
            "constraints",
            "callbacks",
        )
    },
}
_OUT_OF_SCOPE = {
    "estimator": "build the network by tf.keras and train it by fit",
    "feature_column": "`fallline train` prepares the columns of a table by itself; in Python, give fit the numbers",
    "sparse": "networks here take dense rows",
    "ragged": "networks here take rows of one length",
    "SparseTensor": "networks here take dense rows",
    "RaggedTensor": "networks here take rows of one length",
    "image": "prepare images with NumPy or Pillow",
    "audio": "prepare sounds with NumPy or SciPy",
    "signal": "transform signals with NumPy or SciPy",
    "lookup": "look words up in a dictionary of Python",
    "lite": "model.export writes ONNX",
    "tpu": "JAX finds the machine's own processors",
    "queue": "give fit arrays",
}


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _SPACES:
        return load(f"{__name__}.{name}")
    if name in _ELSEWHERE:
        return load(_ELSEWHERE[name])
    if name in _OUT_OF_SCOPE:
        raise AttributeError(f"tf.{name} is out of scope of Fallline: {_OUT_OF_SCOPE[name]}.")
    names = load(f"{__name__}.names")
    found = names.find(name)
    if found is names.ABSENT:
        near = get_close_matches(name, __dir__(), 1)
        raise AttributeError(f"tf has no {name} in Fallline.{f' Did you mean tf.{near[0]}?' if near else ''}")
    # What is found once is kept, so that a loop finds it at once; what a program sets stands before it.
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*_SPACES, *_ELSEWHERE, "__version__", *load(f"{__name__}.names").listed()})
