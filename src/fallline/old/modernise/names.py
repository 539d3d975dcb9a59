"""Names of other years -> those of today: `keras.layers.core.Dense` is `layers.Dense`, as `fl.layers.Dense`."""

from __future__ import annotations

import importlib.util
import itertools
import warnings
from types import ModuleType
from typing import Any

from fallline.errors import FalllineError
from fallline.old.checking.objects import Kept, Thing, Unknown
from fallline.old.checking.rooms import Absent, resolve, steps_of, walk
from fallline.old.dating import keras_name, tensorflow_name
from fallline.own.loading import load

MOVED = {  # in the order in which they are looked up, each after those that lead to it
    "objectives": "losses",
    "initializations": "initializers",
    "losses.mse": "losses.mean_squared_error",
    "losses.MSE": "losses.mean_squared_error",
    "losses.mae": "losses.mean_absolute_error",
    "losses.MAE": "losses.mean_absolute_error",
    "utils.np_utils.to_categorical": "utils.to_categorical",
    **{
        f"optimizers.{name.casefold()}": f"optimizers.{name}"
        for name in ("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta")
    },
}
"""Names of Keras that are another's today. Paths such as `layers.core` need no line: the first and the last part are looked up."""

OF_TENSORFLOW = {
    "__version__": "__version__",
    "set_random_seed": "utils.set_random_seed",
    "random.set_seed": "utils.set_random_seed",
    **{f"nn.{name}": f"activations.{name}" for name in ("relu", "softmax", "sigmoid", "tanh", "elu", "selu", "softplus", "relu6")},
    **{name: f"activations.{name}" for name in ("sigmoid", "tanh")},
    **{
        name: f"ops.{name}"
        for name in (
            "square", "abs", "sqrt", "exp", "matmul", "cast", "transpose", "maximum", "minimum", "where", "reshape",
            "expand_dims", "zeros", "ones", "zeros_like", "ones_like", "shape", "add", "subtract", "multiply", "sign", "squeeze",
            "convert_to_tensor", "equal", "greater", "less", "sin", "cos", "round", "one_hot",
        )
    },
    "reduce_mean": "ops.mean", "reduce_sum": "ops.sum", "reduce_max": "ops.max", "reduce_min": "ops.min",
    "math.log": "ops.log", "math.square": "ops.square", "math.reduce_mean": "ops.mean", "math.reduce_sum": "ops.sum",
    "log": "ops.log", "pow": "ops.power", "concat": "ops.concatenate", "clip_by_value": "ops.clip",
    "constant": "ops.convert_to_tensor",
    "train.AdamOptimizer": "optimizers.Adam", "train.GradientDescentOptimizer": "optimizers.SGD",
}  # fmt: skip
"""Names of tensorflow beside Keras."""

SHARED = ("optimizers", "losses", "metrics", "initializers")
"""Modules whose classes TensorFlow 2 shows beside Keras, too."""

TYPES = ("float32", "float64", "int32", "int64", "bool")
"""Types of numbers, which are texts today."""

NOT_NEEDED = {
    "tensorflow.logging.set_verbosity", "tensorflow.compat.v1.logging.set_verbosity", "tensorflow.enable_eager_execution",
    "tensorflow.compat.v1.enable_eager_execution", "keras.backend.set_image_dim_ordering",
}  # fmt: skip
"""What need not be called any more."""


def today(name: str) -> str | None:
    """A dotted name of keras or tensorflow as it is within `fallline` today; None where it has no counterpart."""
    keras, other = keras_name(name), tensorflow_name(name)
    if keras is not None:
        return _of_keras(keras)
    if not other:
        return None
    moved = OF_TENSORFLOW.get(other)
    if moved is None and other.split(".")[0] in SHARED and other.split(".")[-1][:1].isupper():
        moved = other
    return moved if moved is not None and thing(moved) is not None else None


def _of_keras(name: str) -> str | None:
    if not name:
        return ""
    for old, new in MOVED.items():
        if name == old or name.startswith(f"{old}."):
            name = new + name[len(old) :]
    parts = name.split(".")
    if parts[0] == "backend" and len(parts) == 2 and thing(f"ops.{parts[1]}") is not None:
        return f"ops.{parts[1]}"
    for candidate in (name, f"{parts[0]}.{parts[-1]}"):
        found = thing(candidate)
        if found is not None and (not isinstance(found, ModuleType) or candidate == name):
            return candidate
    return None


def today_of(origin: str) -> Kept | Absent:
    """What an origin such as `keras.Sequential().fit` leads to today."""
    steps = steps_of(origin)
    dotted = [*itertools.takewhile(lambda step: step not in ("()", "[]"), steps)]
    new = today(".".join(dotted))
    if not new:
        return Unknown()  # said where the name is read
    return walk(Thing(thing(new)), new, steps[len(dotted) :], "eager")


def why_not(old: str) -> str:
    """Why a name has no counterpart today, in the words of the room that lacks it."""
    for origin in (old, f"{old}()"):
        found = resolve(origin, "eager")
        if isinstance(found, Absent):
            return found.why
    if keras_name(old) is None:
        return "a name of tensorflow; write it with fl.ops, or with NumPy."
    return "it has no counterpart in today's names."


def thing(name: str) -> Any:
    """What a dotted name stands for within `fallline`, None for nothing."""
    found: Any = load("fallline")
    path = "fallline"
    for step in name.split("."):
        path += f".{step}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of older spellings, which are what is asked for
                found = getattr(found, step)
        except (AttributeError, ImportError, FalllineError):
            if not isinstance(found, ModuleType) or not _is_module(path):
                return None
            found = load(path)
    return found


def _is_module(path: str) -> bool:
    try:
        return importlib.util.find_spec(path) is not None
    except (ImportError, ValueError):
        return False
