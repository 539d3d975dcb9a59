"""What a program uses of tensorflow and Keras, read from its text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fallline.old.program import Program, Source
from fallline.old.uses import read_uses


def program(*cells: str) -> Program:
    path = Path("old.py")
    if len(cells) == 1:
        return Program(path, (Source(path, cells[0], ast.parse(cells[0])),))
    return Program(
        path, tuple(Source(path, text, ast.parse(text), number) for number, text in enumerate(cells, 1))
    )


def names(*cells: str) -> list[str]:
    return [use.origin for use in read_uses(program(*cells)).names]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("import tensorflow as tf\ntf.nn.relu", "tensorflow.nn.relu"),
        ("import tensorflow.compat.v1 as tf\ntf.placeholder", "tensorflow.compat.v1.placeholder"),
        ("from keras.layers import Dense as D\nD", "keras.layers.Dense"),
        ("from tensorflow.keras import layers\nlayers.Dense(3)", "tensorflow.keras.layers.Dense()"),
        ("import tensorflow as tf\nK = tf.keras.backend\nK.mean", "tensorflow.keras.backend.mean"),
        ("import keras.layers.core\nkeras.layers.core.Dense", "keras.layers.core.Dense"),
        ("from keras.layers import *\nDense", "keras.layers.Dense"),
        (
            "import keras\nm = keras.Sequential()\nm.predict_classes(3)",
            "keras.Sequential().predict_classes()",
        ),
        (
            "import keras\nm = keras.Sequential()\nh = m.fit(1)\nh.history['acc']",
            "keras.Sequential().fit().history[]",
        ),
        ("import tensorflow as tf\nwith tf.Session() as s:\n    s.run(1)", "tensorflow.Session().run()"),
        (
            "import keras\ndef build():\n    m = keras.Sequential()\n    return m\nbuild().fit",
            "keras.Sequential().fit",
        ),
        (
            "import keras\nm = keras.Sequential()\nfor l in m.layers:\n    l.name",
            "keras.Sequential().layers[].name",
        ),
        (
            "import keras\nclass Net(keras.Model):\n    pass\nNet().summary()",
            "keras.Model().summary()",
        ),
        (
            "import tensorflow as tf\ntf.model = tf.keras.Sequential()\ntf.model.fit",
            "tensorflow.keras.Sequential().fit",
        ),
    ],
)
def test_a_name_is_followed_to_where_it_comes_from(text, last):
    assert names(text)[-1] == last or last in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\ntf = 3\ntf.real",
        "from keras import layers\nlayers = []\nlayers.append(3)",
        "from keras import layers\ndef f(layers):\n    layers.append(3)",
        "from keras import layers\n[layers.real for layers in range(3)]",
        "import keras\nclass Net(keras.Model):\n    def mine(self):\n        return 3\nNet().mine()",
    ],
)
def test_a_name_that_was_given_to_something_else_is_not(text):
    assert not [name for name in names(text) if name.endswith(("real", "append()", "mine()"))]


def test_a_function_of_the_program_sees_what_the_module_has_in_the_end():
    assert "tensorflow.Session().run()" in names(
        "import tensorflow as tf\ndef f():\n    s.run(1)\ns = tf.Session()\nf()"
    )


def test_cells_of_a_notebook_share_their_names_and_tell_their_place():
    use = read_uses(program("import keras", "\nkeras.Sequential")).names[-1]
    assert use.name == "keras.Sequential"
    assert str(use.place) == "old.py, cell 2, line 2"


def test_what_a_try_forgives_is_guarded():
    text = "try:\n    from keras.utils import np_utils\nexcept ImportError:\n    pass\nimport keras"
    assert [(use.name, use.guarded) for use in read_uses(program(text)).names] == [
        ("keras.utils.np_utils", True),
        ("keras", False),
    ]


def test_calls_carry_the_names_of_their_arguments():
    (call,) = read_uses(program("from keras.layers import Dense\nDense(3, init='normal', **more)")).calls
    assert (call.origin, call.positional, call.keywords, call.open) == (
        "keras.layers.Dense",
        1,
        ("init",),
        True,
    )


def test_texts_are_kept_with_what_they_are_given_to():
    text = "m.compile(metrics=['acc'])\nh.history['val_acc']\nf('uniform')"
    assert [(each.given_to, each.text) for each in read_uses(program(text)).texts] == [
        ("metrics", "acc"),
        ("[]", "val_acc"),
        ("0", "uniform"),
    ]


def test_modules_of_others_are_imports_and_no_names():
    uses = read_uses(program("import numpy as np\nfrom helper import load\nnp.zeros(3)\nload()"))
    assert [each.module for each in uses.imports] == ["numpy", "helper"]
    assert not uses.names
