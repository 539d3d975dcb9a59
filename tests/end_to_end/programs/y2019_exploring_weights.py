"""tf.keras: looking into a model: names, layers, weights, shapes, summary, configuration."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)

model = keras.models.Sequential(name="explored")
model.add(keras.layers.Flatten(input_shape=[8, 8]))
model.add(keras.layers.Dense(300, activation="relu", name="hidden1"))
model.add(keras.layers.Dense(100, activation="relu", name="hidden2"))
model.add(keras.layers.Dense(10, activation="softmax"))

lines = []
model.summary(print_fn=lambda line, **kwargs: lines.append(line))
text = "\n".join(lines)
assert "hidden1" in text
assert "19,500" in text
assert model.count_params() == 64 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10
hidden1 = model.layers[1]
assert model.get_layer("hidden1") is hidden1
assert hidden1.name == "hidden1"
weights, biases = hidden1.get_weights()
assert weights.shape == (64, 300)
np.testing.assert_array_equal(biases, np.zeros(300))
assert 0.05 < weights.std() < 0.12
assert model.input_shape == (None, 8, 8)
assert model.output_shape == (None, 10)
assert [tuple(w.shape) for w in model.trainable_weights] == [
    (64, 300),
    (300,),
    (300, 100),
    (100,),
    (100, 10),
    (10,),
]
assert model.non_trainable_weights == []
hidden1.set_weights([np.ones_like(weights), biases])
assert hidden1.get_weights()[0].min() == 1
assert hidden1.kernel.shape == (64, 300)
assert hidden1.units == 300
assert hidden1.get_config()["units"] == 300

json_string = model.to_json()
same = keras.models.model_from_json(json_string)
assert [layer.name for layer in same.layers][1:3] == ["hidden1", "hidden2"]
rebuilt = keras.Sequential.from_config(model.get_config())
rebuilt.set_weights(model.get_weights())
np.testing.assert_allclose(rebuilt.predict(X[:5].reshape(-1, 8, 8)), model.predict(X[:5].reshape(-1, 8, 8)))
clone = keras.models.clone_model(model)
clone.set_weights(model.get_weights())
np.testing.assert_allclose(clone(X[:5].reshape(-1, 8, 8)), model(X[:5].reshape(-1, 8, 8)), rtol=1e-5)
model.pop()
assert len(model.layers) == 3

outcome = {"layers": [type(layer).__name__ for layer in same.layers], "params": same.count_params()}
