"""Programs as Keras users write them, of 2016, 2019 and 2024, run with only their imports changed.

Each file of `programs/` is written for Keras, asserts what it is for, and leaves an `outcome`. Here it runs with
Fallline; where Keras 3 is installed also with Keras, and the outcomes are compared: names, shapes and counts
must be equal, a loss or an accuracy similar (the draws differ).
"""

from __future__ import annotations

import contextlib
import io
import random
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.errors import FalllineWarning

PROGRAMS = {path.stem: path for path in sorted((Path(__file__).parent / "programs").glob("*.py"))}

# Written in argument names that Keras 3 no longer takes; Fallline does, with a warning.
OLD = [name for name in PROGRAMS if name.startswith("y2016")]

# What has another way here. Program -> what the message names.
REFUSED = {"y2019_rate_finder": "LearningRateScheduler"}

RUN = [name for name in PROGRAMS if name not in REFUSED]


def _for_keras(text: str) -> str:
    """The program with the imports of Keras 3 on its own, without TensorFlow."""
    text = re.sub(r"^from tensorflow import keras$", "import keras", text, flags=re.MULTILINE)
    return re.sub(r"^from tensorflow\.keras\b", "from keras", text, flags=re.MULTILINE)


def _for_fallline(text: str) -> str:
    """The program with only its imports changed."""
    text = re.sub(r"^import keras$", "import fallline as keras", _for_keras(text), flags=re.MULTILINE)
    return re.sub(r"^from keras\b", "from fallline", text, flags=re.MULTILINE)


def _run(text: str, name: str, folder: Path) -> tuple[dict[str, Any], list[warnings.WarningMessage]]:
    """What a program leaves as its outcome, and the warnings that it gave."""
    names: dict[str, Any] = {"__name__": "program"}
    np.random.seed(0)  # noqa: NPY002 - for programs that use it
    random.seed(0)
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        exec(compile(text, str(PROGRAMS[name]), "exec"), names)
    fl.utils.get_custom_objects().clear()  # what a program registers ends with it
    return names["outcome"], caught


_ours: dict[str, tuple[dict[str, Any], list[warnings.WarningMessage]]] = {}


def _with_fallline(name: str, folder: Path) -> tuple[dict[str, Any], list[warnings.WarningMessage]]:
    if name not in _ours:
        fl.utils.set_random_seed(0)
        _ours[name] = _run(_for_fallline(PROGRAMS[name].read_text()), name, folder)
    return _ours[name]


@pytest.mark.parametrize("name", RUN)
def test_a_program_for_keras_runs_with_only_its_imports_changed(name, tmp_path):
    outcome, caught = _with_fallline(name, tmp_path)
    assert outcome
    expected = {FutureWarning} if name in OLD else set()
    if re.search(r"\.(keras|h5)[\"']", PROGRAMS[name].read_text()):
        expected.add(FalllineWarning)  # that the file holds another format
    assert {warning.category for warning in caught} == expected, [str(item.message) for item in caught]


@pytest.mark.parametrize("name", sorted(set(RUN) - set(OLD)))
def test_it_gives_what_keras_gives(name, keras, tmp_path):
    ours, _ = _with_fallline(name, tmp_path)
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    theirs, _ = _run(_for_keras(PROGRAMS[name].read_text()), name, tmp_path)
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        if isinstance(value, float):
            assert ours[key] == pytest.approx(value, rel=0.35, abs=0.1), key
        elif isinstance(value, list) and value and isinstance(value[0], float):
            assert ours[key] == pytest.approx(value, rel=1e-3), key
        else:
            assert ours[key] == value, key


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_has_another_way_here_says_so(name, tmp_path):
    with pytest.raises(fl.errors.UsageError, match=REFUSED[name]):
        _with_fallline(name, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "from keras import Input, Model, Sequential",
        "from keras.models import Model, Sequential, clone_model, load_model, model_from_json",
        "from keras.layers import Activation, BatchNormalization, Dense, Dropout, Input, concatenate",
        "from keras.optimizers import SGD, Adam, RMSprop",
        "from keras.optimizers.schedules import CosineDecay, ExponentialDecay",
        "from keras.callbacks import Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau",
        "from keras.regularizers import L1L2, l1, l1_l2, l2",
        "from keras.constraints import MaxNorm, max_norm, non_neg",
        "from keras.initializers import Constant, HeNormal, VarianceScaling, glorot_uniform, he_normal",
        "from keras.losses import BinaryCrossentropy, Huber, mean_squared_error",
        "from keras.metrics import AUC, Mean, Precision, categorical_accuracy",
        "from keras.activations import relu, sigmoid, softmax",
        "from keras.saving import custom_object_scope, load_model, register_keras_serializable",
        "from keras.utils import custom_object_scope, get_custom_objects, register_keras_serializable",
        "from keras.utils import clear_session, set_random_seed, to_categorical",
        "import keras.layers as L",
        "from keras import backend as K; K.clear_session()",
    ],
)
def test_names_are_imported_from_where_keras_has_them(line):
    exec(re.sub(r"\bkeras\b", "fallline", line), {})


SETUP = """
import fallline as keras
import numpy as np
x, y = np.ones((8, 4), "float32"), np.ones(8, "float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
class Batches:
    def __len__(self):
        return 1
    def __getitem__(self, index):
        if index > 100:  # PyDataset has no such end: who iterates over it fills the memory
            raise RuntimeError("asked for batches without end")
        return x, y
class OwnModel(keras.Model):
    def __init__(self):
        super().__init__()
    def call(self, inputs):
        return inputs
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("keras.layers.Conv2D(32, 3)", "feedforward networks.*Flatten"),
        ("from fallline.layers import LSTM", "feedforward networks.*lagged"),
        ("keras.layers.StringLookup()", "fallline train"),
        ("keras.applications.VGG16()", "feedforward networks"),
        ("model.compile('sgd', 'mse', run_eagerly=True)", "run_eagerly.*compiled program"),
        ("model.compile('sgd', 'mse', jit_compile=True)", "jit_compile.*compiled program"),
        ("model.compile('sgd', 'mse', steps_per_execution=8)", "steps_per_execution.*compiled program"),
        ("model.fit(x, y, workers=2, verbose=0)", "workers.*leave it out"),
        ("model.fit(x, y, epoch=2, verbose=0)", 'Did you mean "epochs"'),
        ("model.fit(((x, y) for _ in range(2)), verbose=0)", "generator.*partial_fit"),
        ("model.fit(Batches(), verbose=0)", "Batches.*partial_fit"),
        ("OwnModel().fit(x, y)", "is not compiled"),
        ("OwnModel().count_params()", "does not know its input shape yet"),
        ("keras.Model()", "derive a class with a method `call`"),
        ("list(keras.Input((3,)))", "no rows to go through"),
    ],
)
def test_what_is_not_there_says_why_and_what_to_do(line, message):
    names: dict[str, Any] = {}
    exec(SETUP, names)
    with pytest.raises(fl.errors.FalllineError, match=f"(?s){message}"):
        exec(line, names)


def test_a_near_name_of_a_layer_is_suggested():
    with pytest.raises(AttributeError, match='Did you mean "Dense"'):
        _ = fl.layers.Dens


def test_a_loss_of_ones_own_gets_a_vector_of_targets_as_the_column_that_the_output_is():
    # (8,) against (8, 1) would broadcast to (8, 8), and train towards the mean of all targets without a word.
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = x @ np.array([1.0, -2.0, 0.5], "float32")
    seen = []

    def own(y_true, y_pred):
        seen.append((y_true.shape, y_pred.shape))
        return (y_true - y_pred) ** 2

    weights = []
    for loss in ("mse", own):
        model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=1)
        model.compile(fl.optimizers.SGD(0.1), loss, metrics=[] if loss == "mse" else [own])
        model.fit(x, y, epochs=20, verbose=0)
        weights.append(model.get_weights()[0])
    assert all(true == predicted for true, predicted in seen)
    np.testing.assert_allclose(weights[1], weights[0], rtol=1e-5)
    np.testing.assert_allclose(weights[1][:, 0], [1.0, -2.0, 0.5], atol=1e-2)


def test_the_weights_of_a_layer_are_there_as_soon_as_its_model_is():
    model = fl.Sequential([fl.layers.Dense(3, input_shape=(2,)), fl.layers.Dense(1)], seed=3)
    kernel, bias = model.layers[1].get_weights()
    assert kernel.shape == (3, 1)
    np.testing.assert_array_equal(kernel, model.get_weights()[2])
    np.testing.assert_array_equal(model.layers[1].bias, bias)
    model.layers[0].set_weights([np.ones((2, 3)), np.zeros(3)])
    np.testing.assert_array_equal(model.get_weights()[0], 1)


def test_one_number_a_row_may_be_a_vector():
    # The first program of many a course.
    model = fl.Sequential([fl.layers.Dense(units=1, input_shape=[1])])
    model.compile(optimizer="sgd", loss="mean_squared_error")
    xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0], dtype=float)
    ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0], dtype=float)
    model.fit(xs, ys, epochs=500, verbose=0)
    assert model.predict(np.array([10.0]))[0, 0] == pytest.approx(19, abs=0.3)
