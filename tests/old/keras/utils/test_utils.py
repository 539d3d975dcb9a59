"""Small functions under `keras.utils`."""

import numpy as np
import pytest

import fallline.old.keras as keras
from fallline.errors import DataError, UsageError
from fallline.old.keras.utils import Progbar, Sequence, np_utils, test_utils, to_categorical


def test_class_numbers_as_rows():
    expected = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    for found in (
        to_categorical([0, 2, 1]),
        np_utils.to_categorical(y=np.array([[0], [2], [1]]), nb_classes=3),
        to_categorical(x=["0", "2", "1"], num_classes=3),
        to_categorical([0, -1, 1], num_classes=3),  # as in Keras, -1 is the last
    ):
        assert found.tolist() == expected
    assert to_categorical([0, 1]).dtype == np.float32
    assert to_categorical([0, 1], dtype="int32").dtype == np.int32
    with pytest.raises(DataError, match="classes 0 to 3 in 3 columns"):
        to_categorical([0, 3], 3)
    with pytest.raises(DataError, match="LabelEncoder"):
        to_categorical(["a", "b"])
    with pytest.raises(UsageError, match="class numbers"):
        to_categorical()


def test_progress(capsys):
    bar = Progbar(4, width=8, interval=0)
    for step in range(1, 5):
        bar.update(step, [("loss", step)])
    out = capsys.readouterr().out
    assert out.count("\r") == 4
    assert out.endswith("\n")
    assert "4/4 [========] - 0s - loss: 2.5000" in out
    quiet = Progbar(2, verbose=0)
    quiet.add(2)
    assert not capsys.readouterr().out


def test_batches_by_number():
    class Batches(Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return index

    assert list(Batches()) == [0, 1, 2]
    with pytest.raises(NotImplementedError, match="__len__"):
        len(Sequence())


def test_rows_for_a_test():
    (x, y), (x_test, y_test) = test_utils.get_test_data(20, 10, (3,), classification=True, num_classes=4)
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == ((20, 3), (20,), (10, 3), (10,))
    assert set(y) <= {0, 1, 2, 3}
    (_, y), _ = test_utils.get_test_data(nb_train=5, nb_test=5, output_shape=(2,), classification=False)
    assert y.shape == (5, 2)


def test_the_inputs_of_a_tensor():
    a, b = keras.Input((2,)), keras.Input((2,))
    outputs = keras.layers.add([keras.layers.Dense(2)(a), b, a])
    assert keras.utils.get_source_inputs(outputs) == [a, b]
    assert keras.utils.layer_utils.count_params([np.ones((2, 3)), np.ones(4)]) == 10


def test_a_variable():
    variable = keras.Variable([1.0, 2.0], name="w")
    variable.assign_add([1.0, 1.0])
    assert (variable.numpy().tolist(), variable.name) == ([2.0, 3.0], "w")
    assert keras.Variable("zeros", shape=(2,)).numpy().tolist() == [0.0, 0.0]
