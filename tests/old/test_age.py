"""What a program's own text tells of the versions it was written for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fallline.old.age import Age, current, of, read_age
from fallline.old.program import Program, Source


def age(text: str) -> Age:
    path = Path("old.py")
    return read_age(Program(path, (Source(path, text, ast.parse(text)),)))


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\nx = tf.placeholder(tf.float32)",
        "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\nx = tf.random.normal([3])",
        "import tensorflow as tf\nwith tf.Session() as s:\n    s.run(tf.global_variables_initializer())",
        "import tensorflow as tf\ntf.compat.v1.disable_eager_execution()\nfrom tensorflow import keras\nkeras.Sequential()",
        "import tensorflow as tf\ntf.set_random_seed(3)\ntf.keras.Sequential()",
        "import tensorflow as tf\nfrom tensorflow.examples.tutorials.mnist import input_data",
        "import tensorflow as tf\ntf.app.run()",
        "import tensorflow as tf\ntf.contrib.layers.fully_connected",
    ],
)
def test_graphs(text):
    assert age(text).style == "graph"


@pytest.mark.parametrize(
    "text",
    [
        "import keras",
        "import tensorflow as tf\ntf.keras.Sequential()",
        "import tensorflow as tf\nprint(tf.__version__)\nx = tf.random.normal([3])",
        "import tensorflow as tf\nwith tf.GradientTape() as tape:\n    pass",
        "import tensorflow as tf\ntf.random.set_seed(3)\nk = tf.keras.Model\ntf.nn.relu",
        "import tensorflow as tf\ntf.enable_eager_execution()\ntf.log(3.0)",
        "import tensorflow as tf\n@tf.function\ndef f(x):\n    return tf.log(x)",
        "import tensorflow as tf\ntf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)\ntf.random.normal([3])",
        "",
    ],
)
def test_arrays_at_once(text):
    assert age(text).style == "eager"


KERAS = "from keras.models import Sequential\nfrom keras.layers import Dense\nm = Sequential()\n"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("m.fit(x, y, nb_epoch=3)", None, (2, 4)),
        ("m.fit(x, y, show_accuracy=True)", None, (2, 0)),
        ("m.add(Dense(output_dim=3, init='normal'))", None, (2, 4)),
        ("m.add(Dense(units=3))", (2, 0), None),
        ("m.compile(metrics=['accuracy'])\nh = m.fit(x, y, epochs=3)\nh.history['acc']", (2, 0), (2, 3)),
        ("m.compile(metrics=['acc'])\nh = m.fit(x, y)\nh.history['acc']", None, None),
        ("m.compile(metrics=['accuracy'])\nh.history['val_accuracy']", (2, 3), None),
        (
            "from keras.callbacks import ModelCheckpoint\nModelCheckpoint('w.{epoch:02d}-{val_acc:.2f}.h5')",
            None,
            (2, 3),
        ),
        ("from keras.callbacks import EarlyStopping\nEarlyStopping(monitor='val_acc')", None, (2, 3)),
        ("m.predict_classes(x)", None, (2, 6)),
        ("from keras.optimizers import SGD\nSGD(lr=0.1)", None, (3, 0)),
        ("from keras.optimizers import SGD\nSGD(learning_rate=0.1)\nm.predict_classes(x)", (2, 3), (2, 6)),
        ("from keras.utils import np_utils", None, (3, 0)),
        ("from keras.layers.core import Activation", None, (3, 0)),
        ("from keras import ops\nops.softmax(x)", (3, 0), None),
        ("a = h.history['acc']\nb = h.history['accuracy']\nm.compile(metrics=['accuracy'])", None, None),
        ("m.compile(metrics=['mae'])\nh.history['val_mean_absolute_error']", None, (2, 3)),
        ("m.compile(metrics=['mae'])\nh.history['val_mae']", (2, 3), None),
        ("m.compile(metrics=['mean_absolute_error'])\nh.history['mean_absolute_error']", None, None),
        ("plt.legend(['acc', 'val_acc'])", None, None),
        ("logs.get('val_acc')", None, (2, 3)),
        ("df['accurate']", None, None),
    ],
)
def test_versions_of_keras(text, since, until):
    found = age(KERAS + text)
    assert (found.keras_from, found.keras_before) == (since, until)


def test_the_lines_that_tell_it_are_kept():
    (clue,) = age("from keras.optimizers import SGD\n\nSGD(lr=0.1)").clues
    assert (clue.says, clue.line) == ("SGD(lr=)", 3)


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("import keras", "keras"),
        ("from tensorflow import keras", "tensorflow"),
        ("import tensorflow as tf\ntf.nn.relu", None),
        ("import keras\nimport tensorflow.keras", "keras"),
    ],
)
def test_whose_keras_it_is(text, whose):
    assert age(text).keras_of == whose


def test_a_guarded_name_tells_nothing():
    assert (
        age("try:\n    from keras.utils import np_utils\nexcept ImportError:\n    pass").keras_before is None
    )


def test_the_age_of_the_program_that_runs():
    assert current() == Age()
    with of(Age("graph", keras_before=(2, 3))):
        assert current().style == "graph"
        assert current().before((2, 4))
        assert not current().before((2, 2))
    assert current() == Age()
