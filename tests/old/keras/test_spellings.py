"""Spellings of other years of regularizers, constraints, initial weights and activations."""

import numpy as np
import pytest

import fallline.old.keras as keras
from fallline.old.keras import activations, constraints, initializations, losses, metrics, regularizers
from fallline.old.keras.layers import Dense


def test_regularizers():
    rows = np.array([[1.0, -2.0]], "float32")
    assert float(regularizers.l1(l=0.1)(rows)) == pytest.approx(0.3)
    assert float(regularizers.activity_l2(0.1)(rows)) == pytest.approx(0.5)
    # Of before Keras 3 the defaults are 0.01.
    assert float(regularizers.l1l2()(rows)) == pytest.approx(0.01 * 3 + 0.01 * 5)
    assert float(regularizers.WeightRegularizer(l1=0.0, l2=0.1)(rows)) == pytest.approx(0.5)


def test_constraints():
    kernel = np.array([[3.0], [4.0]], "float32")
    for made in (constraints.maxnorm(2), constraints.maxnorm(m=2), constraints.max_norm(max_value=2, axis=0)):
        np.testing.assert_allclose(np.linalg.norm(np.asarray(made(kernel))), 2, rtol=1e-5)
    assert (np.asarray(constraints.nonneg()(-kernel)) == 0).all()


@pytest.mark.parametrize(
    "name", ["normal", "uniform", "glorot_uniform", "he_normal", "orthogonal", "zero", "identity"]
)
def test_initial_weights_are_functions_of_a_shape(name):
    drawn = np.asarray(getattr(initializations, name)((4, 4), name="w"))
    assert drawn.shape == (4, 4)
    expected = {
        "zero": 0,
        "identity": 2,
        "orthogonal": 1.1 * 2,
        "normal": 0.05 * 4,
        "uniform": 0.05 / 3**0.5 * 4,
    }
    if name in expected:
        assert np.linalg.norm(drawn) == pytest.approx(expected[name], rel=0.6)


def test_a_function_of_the_program_s_own_gives_first_weights():
    model = keras.Sequential(
        [
            Dense(
                50,
                input_dim=20,
                init=lambda shape, name: initializations.normal(shape, scale=0.01, name=name),
            )
        ]
    )
    assert 0.005 < model.get_weights()[0].std() < 0.015


def test_activations_are_written_by_name():
    assert activations.serialize(activations.relu) == "relu"
    assert activations.serialize("softmax") == "softmax"
    assert activations.serialize(activations.LeakyReLU(0.3))["config"]["negative_slope"] == pytest.approx(0.3)


def test_losses_and_metrics():
    a, b = np.array([[0.0, 1.0]], "float32"), np.array([[0.5, 0.5]], "float32")
    for name in ("mse", "MSE"):
        assert float(np.asarray(getattr(losses, name)(a, b))[0]) == 0.25
        assert float(np.asarray(getattr(metrics, name)(a, b))[0]) == 0.25
    assert losses.kld is losses.kullback_leibler_divergence
    assert keras.objectives.mae is losses.mean_absolute_error
    assert keras.ops.numpy is keras.ops


def test_classes_of_probabilities():
    from fallline.old.keras.utils.np_utils import categorical_probas_to_classes, probas_to_classes

    assert probas_to_classes(np.array([[0.2], [0.7]])).tolist() == [0, 1]
    assert probas_to_classes(np.array([[0.2, 0.8], [0.7, 0.3]])).tolist() == [1, 0]
    assert categorical_probas_to_classes(np.array([[0.2, 0.8], [0.7, 0.3]])).tolist() == [1, 0]


def test_an_activation_with_weights_becomes_a_layer_behind():
    model = keras.Sequential([Dense(5, input_dim=4, activation=keras.layers.PReLU())])
    kernel, bias, alpha = (np.random.default_rng(0).normal(size=each.shape) for each in model.get_weights())
    model.set_weights([kernel, bias, alpha])
    rows = np.random.default_rng(1).normal(size=(6, 4))
    sums = rows @ kernel + bias
    np.testing.assert_allclose(
        model.predict(rows, verbose=0), np.where(sums > 0, sums, alpha * sums), rtol=1e-4, atol=1e-5
    )


def test_keras_0_1_gave_the_shape_first():
    model = keras.Sequential(
        [Dense(4, 3), keras.layers.PReLU((3,)), keras.layers.BatchNormalization((3,)), Dense(3, 2)]
    )
    assert model.output_shape == (None, 2)


def test_statistics_have_values():
    layer = keras.layers.Normalization()
    layer.adapt(np.array([[1.0, 2.0], [3.0, 6.0]], "float32"))
    assert layer.mean.numpy().tolist() == [2.0, 4.0]
    assert type(layer.mean.numpy()) is np.ndarray
    np.testing.assert_allclose(np.asarray(layer(np.array([[2.0, 4.0]], "float32"))), 0, atol=1e-6)
