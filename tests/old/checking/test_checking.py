"""`fallline run --check`: what a program uses and Fallline lacks, told before it runs."""

from __future__ import annotations

import pytest

from fallline.old.checking import Findings, check
from fallline.old.program import read_program


@pytest.fixture
def checked(tmp_path):
    def look(text: str) -> Findings:
        path = tmp_path / "old.py"
        path.write_text(text, "utf-8")
        return check(read_program(path))

    return look


def said(findings: Findings) -> list[str]:
    return [f"{each.kind} {each.name} {each.places[0].line}" for each in findings.missing]


KERAS = "from keras.models import Sequential\nfrom keras.layers import Dense\nm = Sequential()\n"
GRAPH = "import tensorflow as tf\nx = tf.placeholder('float', [None, 3])\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (KERAS + "m.add(Dense(3, units_=3))", "argument keras.layers.Dense(units_=) 4"),
        (KERAS + "m.nothing()", "name Sequential.nothing 4"),
        (KERAS + "h = m.fit(1, 2)\nh.nothing", "name History.nothing 5"),
        (KERAS + "from keras.layers import LSTM\nm.add(LSTM(3))", "scope keras.layers.LSTM 5"),
        (KERAS + "from keras.layers import Conv2D\nm.add(Conv2D(3, 3))", "scope keras.layers.Conv2D 5"),
        ("import keras.layers.nothing", "name keras.layers.nothing 1"),
        ("from tensorflow.keras.layers import Nothing", "name tensorflow.keras.layers.Nothing 1"),
        (GRAPH + "tf.layers.conv2d(x, 3)", "scope tensorflow.layers.conv2d 3"),
        (GRAPH + "tf.contrib.rnn.BasicLSTMCell(3)", "scope tensorflow.contrib.rnn 3"),
        (GRAPH + "tf.estimator.DNNClassifier()", "scope tensorflow.estimator 3"),
        (GRAPH + "tf.data.Dataset.from_tensor_slices(3)", "scope tensorflow.data 3"),
        (GRAPH + "tf.TFRecordReader()", "scope tensorflow.TFRecordReader 3"),
        (GRAPH + "tf.nn.nce_loss(3)", "scope tensorflow.nn.nce_loss 3"),
        (GRAPH + "tf.train.AdamOptimizer(rate=3)", "argument tensorflow.train.AdamOptimizer(rate=) 3"),
        (GRAPH + "with tf.Session() as s:\n    s.nothing", "name Session.nothing 4"),
        ("import nosuchmodule.of.mine", "module nosuchmodule 1"),
        ("import pandas as pd\npd.read_csv('nothing.csv')", "file nothing.csv 2"),
    ],
)
def test_what_is_missing_is_told_with_its_line(checked, text, missing):
    findings = checked(text)
    assert said(findings) == [missing]
    assert findings.exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        KERAS + "m.add(Dense(output_dim=3, init='normal', W_regularizer=None))",
        KERAS
        + "m.compile('sgd', 'mse')\nh = m.fit(1, 2, nb_epoch=3)\nh.history['loss'], h.epoch, h.params\nm.stop_training",
        KERAS
        + "class Net(Sequential):\n    def mine(self):\n        self.other = 3\nn = Net()\nn.mine(), n.other, n.summary()",
        "from keras.layers import Conv2D, Dense",  # imported among others, and not used
        "from keras.optimizers import SGD\nSGD(lr=0.1, decay=1e-6, momentum=0.9)",
        "try:\n    from keras.nothing import Nothing\nexcept ImportError:\n    pass",
        "try:\n    import nosuchmodule\nexcept ImportError:\n    nosuchmodule = None",
        "import tensorflow as tf\ntf.model = 3\ntf.model",
        GRAPH + "tf.merge_all_summaries()\ns = tf.Session()\ns.run(x), s.close(), s.graph.get_operations()",
        GRAPH
        + "from tensorflow.examples.tutorials.mnist import input_data\nm = input_data.read_data_sets('.')\nm.train.next_batch(3)",
        "import pandas as pd\nd.to_csv('made.csv')\npd.read_csv('made.csv')",
        "from keras.layers import *\nfrom keras.models import *\nm = Sequential()\nm.add(Dense(3))",
        "import google.colab",
        "import keras\nx = keras.utils.nothing() if hasattr(keras.utils, 'nothing') else 3",
        GRAPH + "c = tf.ConfigProto()\nc.gpu_options.allow_growth = True\nx.op.name, x.dtype",
    ],
)
def test_what_is_there_is_not_told(checked, text):
    findings = checked(text)
    assert said(findings) == []
    assert findings.exit_code == 0
    assert "nothing is missing" in str(findings)


def test_a_module_beside_the_script_is_there(checked, tmp_path):
    (tmp_path / "helper.py").write_text("import keras\nkeras.nothing\n", "utf-8")
    assert said(checked("import helper")) == ["name keras.nothing 2"]


def test_one_thing_is_one_line_with_all_its_places(checked):
    findings = checked("from keras.layers import LSTM\nLSTM(1)\nLSTM(2)\nLSTM(3)")
    (line, end) = str(findings).splitlines()
    assert line.startswith("old.py:2: keras.layers.LSTM: Fallline is for feedforward networks.")
    assert line.endswith("(also 3, 4)")
    assert end == "old.py: 1 thing is missing"
    assert findings.stopping == findings.missing


def test_nothing_of_the_program_runs(checked, tmp_path):
    checked(f"import keras\nopen({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit(3)")
    assert not (tmp_path / "ran").exists()


def test_cells_of_a_notebook_are_told(tmp_path):
    import json

    cells = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in ("import keras", "%matplotlib inline\nkeras.nothing")
    ]
    path = tmp_path / "lecture.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}), "utf-8")
    assert str(check(read_program(path))).startswith(
        "lecture.ipynb, cell 2, line 2: keras.nothing: no such name."
    )
