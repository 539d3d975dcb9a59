"""Single lines of Keras programs, and what they are today."""

from __future__ import annotations

import pytest

from fallline.old.modernise import modernise
from fallline.old.program import read_program


@pytest.fixture
def modern(tmp_path):
    def make(text):
        path = tmp_path / "old.py"
        path.write_text(text, "utf-8")
        return modernise(read_program(path))

    return make


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import keras\nkeras.layers.Dense(3)", "import fallline as fl\nfl.layers.Dense(3)"),
        ("from tensorflow import keras\nkeras.Sequential()", "import fallline as fl\nfl.Sequential()"),
        ("import tensorflow as tf\ntf.keras.layers.Dense(3)", "import fallline as fl\nfl.layers.Dense(3)"),
        ("import numpy, keras\nkeras.Input((3,))", "import fallline as fl\nimport numpy\nfl.Input((3,))"),
        ("from keras.layers import Dense as D\nD(3)", "from fallline.layers import Dense as D\nD(3)"),
        ("from keras.layers.core import *", "from fallline.layers import *"),
        ("from keras.utils import np_utils\nnp_utils.to_categorical(y, 3)", "import fallline as fl\nfl.utils.to_categorical(y, 3)"),
        ("from keras import backend as K\nK.square(x)", "import fallline as fl\nfl.ops.square(x)"),
        ("from keras.objectives import mse\nmse(a, b)", "from fallline.losses import mean_squared_error as mse\nmse(a, b)"),
        ("from keras.optimizers import adam\nadam(lr=0.1)", "from fallline.optimizers import Adam as adam\nadam(learning_rate=0.1)"),
        ("import tensorflow as tf\nx = tf.float32", 'x = "float32"'),
        ("import keras\nimport tensorflow as tf\ntf.set_random_seed(3)", "import fallline as fl\nfl.utils.set_random_seed(3)"),
        ("from keras.layers import Dense, Conv2D\nDense(3)", "from fallline.layers import Dense\nDense(3)"),
        ("from keras.layers import Dropout\nDropout(p=0.5)", "from fallline.layers import Dropout\nDropout(rate=0.5)"),
        ("from keras.optimizers import SGD\nSGD(lr=0.1, decay=0.0)", "from fallline.optimizers import SGD\nSGD(learning_rate=0.1)"),
        (
            "from keras.optimizers import SGD\nSGD(lr=0.1, decay=1e-6)",
            "import fallline as fl\nfrom fallline.optimizers import SGD\nSGD(learning_rate=fl.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-6))",
        ),
        (
            "import keras\nm = keras.Sequential()\nm.compile('sgd', 'mse')\nm.fit(x, y, show_accuracy=True, nb_epoch=3)",
            "import fallline as fl\nm = fl.Sequential()\nm.compile('sgd', 'mse', metrics=[\"accuracy\"])\nm.fit(x, y, epochs=3)",
        ),
        (
            "import keras\nd = keras.layers.Dense(1, activation='sigmoid')\nm.predict_classes(x)",
            "import fallline as fl\nd = fl.layers.Dense(1, activation='sigmoid')\n(m.predict(x) > 0.5).astype(\"int32\")",
        ),
        (
            "import keras\nd = keras.layers.Dense(3, activation='softmax')\nm.predict_classes(x)",
            "import fallline as fl\nd = fl.layers.Dense(3, activation='softmax')\nm.predict(x).argmax(axis=-1)",
        ),
        (
            "import keras\nfrom sklearn.svm import SVC\nm = keras.Sequential()\nm.predict_proba(x)\ns.predict_proba(x)",
            "import fallline as fl\nfrom sklearn.svm import SVC\nm = fl.Sequential()\nm.predict(x)\ns.predict_proba(x)",
        ),
        ("import keras\nkeras.callbacks.EarlyStopping(monitor='loss')", None),
        ("m.compile(metrics=['mae'])\nh['val_mean_absolute_error'], h['val_acc']", None),
    ],
)  # fmt: skip
def test_a_line_and_what_it_is_today(modern, old, new):
    found = modern(old)
    assert found.left == ()
    if new is not None:
        assert found.text == new


@pytest.mark.parametrize(
    ("old", "line", "why"),
    [
        ("from keras.layers import LSTM\n\nLSTM(3)", 1, "feedforward"),
        ("import tensorflow as tf\n\ntf.strings.length(x)", 3, "tensorflow.strings.length"),
        ("import keras\nm = keras.Sequential()\nm.to_yaml()", 3, "to_yaml"),
        ("import keras\nkeras.layers.Dense(3, unit=3)", 2, "Dense(unit=)"),
        ("m.fit_generator(g)", 1, "fit(x, y)"),
        ("import keras\nm.predict_classes(x)", 2, "argmax"),
        (
            "import keras\nm.fit(x, callbacks=[keras.callbacks.EarlyStopping(patience=2)])",
            2,
            "no validation data",
        ),
    ],
)
def test_what_is_not_understood_is_left_with_a_reason(modern, old, line, why):
    (left, *_) = modern(old).left
    assert left.line == line
    assert why in left.why


def test_cells_of_a_notebook_become_one_text(tmp_path):
    import json

    cells = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in ("import keras", "%matplotlib inline\nkeras.Sequential()")
    ]
    path = tmp_path / "lecture.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}), "utf-8")
    assert modernise(read_program(path)).text == "import fallline as fl\n\n# %%\nfl.Sequential()\n"
