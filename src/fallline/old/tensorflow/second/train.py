"""`tf.train`: checkpoints; the optimizers of TensorFlow 1 as those of Keras."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from fallline._files import read_description
from fallline.errors import SavedFileError
from fallline.old.notices import say_once
from fallline.old.tensorflow.second.control import Module
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.own.loading import load
from fallline.own.variable import Variable as Held

_OPTIMIZERS: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "GradientDescentOptimizer": ("SGD", {}, {}),
    "MomentumOptimizer": ("SGD", {"use_nesterov": "nesterov"}, {}),
    "AdamOptimizer": (
        "Adam",
        {"beta1": "beta_1", "beta2": "beta_2"},
        {"learning_rate": 0.001, "epsilon": 1e-8},
    ),
    "AdagradOptimizer": ("Adagrad", {}, {"initial_accumulator_value": 0.1}),
    "AdadeltaOptimizer": ("Adadelta", {}, {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-8}),
    "RMSPropOptimizer": ("RMSprop", {"decay": "rho"}, {"rho": 0.9, "epsilon": 1e-10}),
    "FtrlOptimizer": ("Ftrl", {}, {}),
}
_POSITIONS = {
    "GradientDescentOptimizer": ("learning_rate",),
    "MomentumOptimizer": ("learning_rate", "momentum"),
    "AdamOptimizer": ("learning_rate", "beta1", "beta2", "epsilon"),
    "AdagradOptimizer": ("learning_rate", "initial_accumulator_value"),
    "AdadeltaOptimizer": ("learning_rate", "rho", "epsilon"),
    "RMSPropOptimizer": ("learning_rate", "decay", "momentum", "epsilon"),
    "FtrlOptimizer": ("learning_rate",),
}


def _optimizer(name: str) -> Callable[..., Any]:
    keras, called, defaults = _OPTIMIZERS[name]

    def make(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(_POSITIONS[name], args, strict=False)) | kwargs
        for unused in ("use_locking", "name"):
            given.pop(unused, None)
        say_once(f"tf.train.{name} is of TensorFlow 1; now: tf.keras.optimizers.{keras}.")
        arguments = defaults | {called.get(key, key): value for key, value in given.items()}
        return getattr(load("fallline.old.keras.optimizers"), keras)(**arguments)

    make.__name__ = name
    make.__doc__ = f"`tf.keras.optimizers.{keras}` with this optimizer's arguments and defaults."
    return make


class Checkpoint:
    """Saves the variables of what it is given by name: models, optimizers, variables.

    Args:
        root: Taken like a thing of the name "root".
        things: Things by their names.
    """

    def __init__(self, root: Any = None, **things: Any) -> None:
        self._things = things | ({} if root is None else {"root": root})
        self.save_counter = Variable(0, trainable=False, dtype="int64", name="save_counter")

    def __getattr__(self, name: str) -> Any:
        things = self.__dict__.get("_things", {})
        if name not in things:
            raise AttributeError(name)
        return things[name]

    def _variables(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, thing in self._things.items():
            several = [thing] if isinstance(thing, Variable | Held) else list(getattr(thing, "variables", ()))
            if isinstance(thing, Module):
                several = list(thing.variables)
            found |= {f"{name}/{place}": each for place, each in enumerate(several)}
        return found

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Writes the values to a file of this name."""
        path = pathlib.Path(f"{file_prefix}.npz")
        path.parent.mkdir(parents=True, exist_ok=True)
        values: dict[str, Any] = {name: np.asarray(each) for name, each in self._variables().items()}
        np.savez(path, **values)
        return str(file_prefix)

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Writes the values to a file of this name and the next number."""
        self.save_counter.assign_add(1)
        prefix = pathlib.Path(f"{file_prefix}-{int(self.save_counter)}")
        self.write(prefix)
        (prefix.parent / "checkpoint").write_text(json.dumps({"latest": prefix.name}))
        return str(prefix)

    def restore(self, save_path: Any, options: Any = None) -> _Status:
        """Gives the variables the values of a file; None: nothing."""
        if save_path is not None:
            with np.load(f"{save_path}.npz") as values:
                for name, each in self._variables().items():
                    if name in values:
                        each.assign(values[name])
        return _Status()

    read = restore


class _Status:
    """What a restored checkpoint says of itself: all was found."""

    def assert_consumed(self) -> _Status:
        """Itself."""
        return self

    assert_existing_objects_matched = expect_partial = assert_consumed


class CheckpointManager:
    """Keeps the latest checkpoints of a folder.

    Args:
        checkpoint: What is saved.
        directory: The folder.
        max_to_keep: How many files stay; None: all.
    """

    def __init__(
        self, checkpoint: Checkpoint, directory: Any, max_to_keep: int | None = None, *_: Any,
        checkpoint_name: str = "ckpt", **__: Any,
    ) -> None:  # fmt: skip
        self._checkpoint, self._folder, self._most = checkpoint, pathlib.Path(directory), max_to_keep
        self._name = checkpoint_name
        self.checkpoints: list[str] = []

    def save(self, checkpoint_number: Any = None, **_: Any) -> str:
        """Saves, and deletes the oldest beyond the number that is kept."""
        self.checkpoints.append(self._checkpoint.save(self._folder / self._name))
        while self._most is not None and len(self.checkpoints) > self._most:
            pathlib.Path(f"{self.checkpoints.pop(0)}.npz").unlink(missing_ok=True)
        return self.checkpoints[-1]

    @property
    def latest_checkpoint(self) -> str | None:
        """The file saved last; None: there is none."""
        return latest_checkpoint(self._folder)


def latest_checkpoint(checkpoint_dir: Any, latest_filename: Any = None) -> str | None:
    """The file saved last in a folder; None: there is none."""
    noted = pathlib.Path(checkpoint_dir) / "checkpoint"
    if not noted.exists():
        return _newest(noted.parent)
    try:
        return str(noted.parent / json.loads(noted.read_text())["latest"])
    except (ValueError, KeyError):
        return load("fallline.graph.train").latest_checkpoint(checkpoint_dir)


def _newest(folder: pathlib.Path) -> str | None:
    """The weights that a model wrote last into a folder: TensorFlow noted them too."""
    files = sorted(folder.glob("*.ckpt*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return next((str(path) for path in reversed(files) if _is_ours(path)), None)


def _is_ours(path: pathlib.Path) -> bool:
    try:
        read_description(path)
    except SavedFileError:
        return False
    return True


def get_or_create_global_step(graph: Any = None) -> Any:
    """A variable that counts steps."""
    return Variable(tensor_of(0, "int64"), trainable=False, name="global_step")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _OPTIMIZERS:
        return _optimizer(name)
    return getattr(load("fallline.graph.train"), name)
