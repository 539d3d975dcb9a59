"""What looks at values, changes them, and computes parts of models."""

import numpy as np
import pytest

import fallline.old.keras as keras
from fallline.errors import UsageError
from fallline.old import age
from fallline.old.age import Age

K = keras.backend


def test_a_function_takes_the_learning_phase_for_an_input():
    model = keras.Sequential([keras.layers.Dense(50, input_shape=(3,)), keras.layers.Dropout(0.5)])
    function = K.function([model.layers[0].input, K.learning_phase()], [model.layers[1].output])
    rows = np.ones((4, 3), "float32")
    plain = model.predict(rows, verbose=0)
    np.testing.assert_allclose(function([rows, 0])[0], plain, rtol=1e-6)
    assert 30 < (function([rows, 1])[0] == 0).sum() < 170
    np.testing.assert_allclose(K.function(model.input, model.output)(rows), plain, rtol=1e-6)


def test_symbolic_tensors_go_through_the_functions():
    inputs = keras.Input((4,))
    outputs = K.l2_normalize(
        K.concatenate([K.square(inputs), K.mean(inputs, axis=1, keepdims=True)]), axis=-1
    )
    assert K.int_shape(outputs) == (None, 5)
    model = keras.Model(inputs, outputs)
    rows = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    expected = np.concatenate([rows**2, rows.mean(1, keepdims=True)], 1)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(rows, verbose=0), expected, rtol=1e-5)


def test_symbolic_tensors_have_no_value():
    with pytest.raises(UsageError, match="has no values"):
        K.get_value(keras.Input((2,)))
    with pytest.raises(UsageError, match="learning_rate"):
        K.set_value(0.1, 0.2)
    with pytest.raises(UsageError, match="GradientTape"):
        K.gradients(None, None)


def test_settings_belong_to_a_run():
    with age.of(Age(keras_before=(2, 0))):
        K.set_image_dim_ordering("th")
        K.set_epsilon(1e-3)
        K.set_learning_phase(1)
        assert (K.image_dim_ordering(), K.image_data_format()) == ("th", "channels_first")
        assert (K.epsilon(), K.learning_phase(), K.in_train_phase(1, 2)) == (1e-3, 1, 1)
        assert (K.get_uid("a"), K.get_uid("a")) == (1, 2)
    with age.of(Age(keras_before=(2, 1))):
        assert (K.image_dim_ordering(), K.epsilon(), K.in_train_phase(1, 2)) == ("tf", 1e-7, 2)
    with pytest.raises(UsageError, match="channels_last"):
        K.set_image_data_format("channels")


def test_a_sampling_layer_draws_anew_in_each_step():
    latent, batch = 2, 10

    def sampling(arguments):
        mean, deviation = arguments
        return mean + deviation * K.random_normal(shape=(batch, latent), mean=0.0, std=1.0)

    inputs = keras.Input((3,))
    mean, deviation = keras.layers.Dense(latent)(inputs), keras.layers.Dense(latent)(inputs)
    drawn = keras.layers.Lambda(sampling, output_shape=(latent,))([mean, deviation])
    model = keras.Model(inputs, keras.layers.Dense(1)(drawn))
    model.compile("sgd", "mse")
    rows = np.ones((25, 3), "float32")
    model.fit(rows, rows[:, :1], epochs=1, batch_size=batch, verbose=0)
    first, second = model.predict(rows, verbose=0), model.predict(rows, verbose=0)
    assert len(np.unique(first)) == 25
    assert (first != second).all()


def test_a_layer_with_a_seed_generator_draws():
    class Sampling(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            rows = keras.ops.shape(inputs)[0]
            return inputs + keras.random.normal(shape=(rows, 2), seed=self.seed_generator)

    layer = Sampling()
    model = keras.Sequential([keras.Input((2,)), layer])
    rows = np.zeros((500, 2), "float32")
    drawn = model.predict(rows, verbose=0)
    assert abs(drawn.mean()) < 0.1
    assert abs(drawn.std() - 1) < 0.1


def test_the_number_of_rows_is_not_known_while_a_network_is_described():
    inputs = keras.Input((2,))
    with pytest.raises(UsageError, match="Draw within a layer"):
        K.random_normal(K.shape(inputs))
