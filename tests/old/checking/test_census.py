"""The names that real programs use of Keras are there: those of `census`, but for a list with reasons."""

from __future__ import annotations

import re

from fallline.old.checking.arguments import refused
from fallline.old.checking.rooms import Absent, resolve

from . import census

PROGRAMS = 328
"""How many were counted."""

ESTIMATORS = "networks are built by Keras's names and trained by fit"
DENSE = "rows are dense, and of one length"
NOT_OFFERED: dict[str, str] = {
    "tf.feature_column.numeric_column": ESTIMATORS,
    "tf.estimator.inputs.numpy_input_fn": ESTIMATORS,
    "tf.estimator.DNNClassifier": ESTIMATORS,
    "tf.estimator.RunConfig": ESTIMATORS,
    "tf.estimator.TrainSpec": ESTIMATORS,
    "tf.estimator.EvalSpec": ESTIMATORS,
    "tf.estimator.train_and_evaluate": ESTIMATORS,
    "tf.ragged.constant": DENSE,
    "tf.strings.unicode_decode": "text is decoded before training, by Python's own functions",
    "tf.sparse.sparse_dense_matmul": DENSE,
    "tf.sparse.reorder": DENSE,
    "tf.sparse.to_dense": DENSE,
    "tf.SparseTensor": DENSE,
}
"""Name -> why it is not there. What else the room lacks may be imported, and says why when it is called: `CALLED`."""

CALLED: dict[str, str] = {
    "keras.layers.recurrent.JZS1": "recurrence",
    "keras.layers.TFSMLayer": "a graph of TensorFlow's in a file, which TensorFlow alone runs",
    "keras.estimator.model_to_estimator": ESTIMATORS,
}
"""Names that are there to be imported, and refuse to be called."""

MODULES = (
    "layers", "models", "backend", "callbacks", "optimizers", "optimizers.schedules", "losses", "metrics", "regularizers",
    "initializers", "utils", "preprocessing.text", "preprocessing.sequence", "wrappers.scikit_learn",
    "utils.visualize_util",
)  # fmt: skip
OBJECTS = {
    "model": "keras.models.Sequential()",
    "layer": "keras.layers.Dense()",
    "history": "keras.models.Sequential().fit()",
    "optimizer": "keras.optimizers.Adam()",
}
OTHER = {
    "layer.adapt": "keras.layers.Normalization().adapt",
    "layer.vocabulary_size": "keras.layers.StringLookup().vocabulary_size",
    "layer.rate": "keras.layers.Dropout().rate",
    "add_input": "keras.models.Graph().add_input",
    "add_node": "keras.models.Graph().add_node",
    "add_output": "keras.models.Graph().add_output",
}


def counted(text: str) -> list[tuple[str, int]]:
    return [(name, int(count)) for name, count in re.findall(r"(\S+) (\d+)", text)]


def missing(names: list[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in names if isinstance(resolve(origin_of(name), "eager"), Absent)}


def origin_of(name: str) -> str:
    if name.startswith(("keras.", "tf.")):
        return re.sub(r"^tf\.", "tensorflow.", name)
    if name in OTHER:
        return OTHER[name]
    kind, dot, attribute = name.partition(".")
    return f"{OBJECTS[kind]}.{attribute}" if dot else f"{OBJECTS['model']}.{name}"


def test_names_of_modules():
    lacking = missing(counted(census.NAMES))
    assert lacking.keys() == {name for name in NOT_OFFERED if name.startswith("keras.") and "(" not in name}
    # Had each its own programs, as many would still use none of them.
    assert sum(lacking.values()) < 0.05 * PROGRAMS


def test_methods_and_attributes():
    lacking = missing(counted(census.METHODS))
    assert lacking.keys() == {
        name for name in NOT_OFFERED if not name.startswith(("keras.", "tf.")) and "(" not in name
    }


def test_names_of_tensorflow_beside_keras():
    lacking = missing(counted(census.TENSORFLOW))
    assert lacking.keys() == {name for name in NOT_OFFERED if name.startswith("tf.")}


def called(name: str) -> str | None:
    if name.startswith("model."):
        return OBJECTS["model"] + name.removeprefix("model")
    for module in MODULES:
        origin = f"keras.{module}.{name}"
        if not isinstance(resolve(origin, "eager"), Absent):
            return origin
    return None


def test_arguments():
    lacking = set()
    for each, _ in counted(census.ARGUMENTS):
        name, argument = re.fullmatch(r"(.*)\((\w+)=\)", each).groups()
        data = {"test_split": "reuters", "version": "california_housing"}.get(argument, "imdb")
        origin = f"keras.datasets.{data}.load_data" if name == "load_data" else called(name)
        if origin is None or list(refused(resolve(origin, "eager"), (argument,))):
            lacking.add(each)
    assert lacking == {name for name in NOT_OFFERED if "(" in name}


def test_what_refuses_to_be_called():
    used = {name: count for name, count in counted(census.NAMES) if name not in NOT_OFFERED}
    refuse = {name for name in used if isinstance(resolve(f"{name}()", "eager"), Absent)}
    assert refuse == CALLED.keys()
    # Had each its own programs, as many would still use none of them.
    assert sum(used[name] for name in refuse) < 0.05 * PROGRAMS
