"""Keras's utils: one-hot rows, normalised rows, the seed of everything, and what is not there."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, UsageError
from fallline.layers import Dense


@pytest.mark.parametrize(
    "given", [[0, 2, 1], (0, 2, 1), np.array([0, 2, 1], np.uint8), [0.0, 2.0, 1.0], [[0], [2], [1]]]
)
def test_class_numbers_become_one_hot_rows(given):
    rows = fl.utils.to_categorical(given)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, [[1, 0, 0], [0, 0, 1], [0, 1, 0]])


def test_shapes_and_more_classes_than_occur():
    assert fl.utils.to_categorical(np.zeros((2, 3), int), 5).shape == (2, 3, 5)
    np.testing.assert_array_equal(fl.utils.to_categorical(1, 3), [0, 1, 0])
    np.testing.assert_array_equal(fl.utils.to_categorical([True, False]), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("x", "classes", "error", "message"),
    [
        ([0.5], None, DataError, "x must hold whole class numbers, got float64"),
        (["a"], None, DataError, "x must hold whole class numbers, got <U1"),
        ([], None, DataError, r"got float64 \(0,\)"),
        ([np.nan], None, DataError, "whole class numbers"),
        ([0, -1], None, DataError, "class numbers begin at 0, got -1"),
        ([0, 3], 3, UsageError, "num_classes=3 is too small for class 3; give 4"),
        ([0], 0, UsageError, "num_classes must be a whole number of at least 1"),
        ([0], 2.5, UsageError, "num_classes must be a whole number"),
    ],
)
def test_what_are_no_classes(x, classes, error, message):
    with pytest.raises(error, match=message):
        fl.utils.to_categorical(x, classes)


def test_one_seed_decides_the_weights_of_all_models():
    def weights(seed):
        fl.utils.set_random_seed(seed)
        models = [fl.Sequential([fl.Input((3,)), Dense(2)]) for _ in range(2)]
        return [model.get_weights()[0].tobytes() for model in models]

    one, same, other = weights(3), weights(3), weights(4)
    assert one == same
    assert len({*one, *other}) == 4


def test_normalize_by_columns_and_what_is_no_array():
    x = np.array([[3.0, 0.0], [4.0, 0.0]])
    np.testing.assert_allclose(fl.utils.normalize(x, axis=0), [[0.6, 0], [0.8, 0]])
    np.testing.assert_allclose(fl.utils.normalize([[3, 4]]), [[0.6, 0.8]])
    for wrong in (["a"], 2.0):
        with pytest.raises(DataError, match="x must be an array of numbers"):
            fl.utils.normalize(wrong)


@pytest.mark.parametrize(
    ("module", "name", "remedy"),
    [
        (fl.utils, "Sequence", "partial_fit takes them in parts"),
        (fl.utils, "PyDataset", "partial_fit takes them in parts"),
        (fl.utils, "split_dataset", "validation_split="),
        (fl.utils, "get_file", "urllib.request.urlretrieve"),
        (fl.utils, "pad_sequences", "fixed number of columns"),
        (fl.utils, "Progbar", "verbose=1"),
        (fl.utils, "serialize_keras_object", "it lies in saving"),
        (fl.layers, "InputSpec", "leave it out"),
        (fl.backend, "set_epsilon", "1e-7"),
        (fl.backend, "set_image_data_format", "channels_last"),
        (fl.saving, "load_weights", "model.load_weights"),
        (fl.optimizers, "legacy", "optimizers.Adam"),
        (fl.optimizers, "Muon", "optax has it"),
        (fl.layers, "core", "layers.Dense"),
        (fl, "preprocessing", "RandomRotation"),
        (fl, "wrappers", "scikit-learn"),
    ],
)
def test_what_keras_has_besides_is_told_with_its_remedy(module, name, remedy):
    with pytest.raises(UsageError, match=f'has no "{name}": .*{remedy}'):
        getattr(module, name)
