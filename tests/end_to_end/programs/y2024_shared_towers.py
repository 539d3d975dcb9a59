"""Keras 3: a siamese network: one sub-model called twice, a distance, a contrastive loss of one's own."""

import jax.numpy as jnp
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(9)
X, y = load_digits(return_X_y=True)
X = X / 16.0
rng = np.random.default_rng(0)
left = rng.integers(0, 1400, 3000)
partner = np.array([rng.choice(np.flatnonzero(y[:1400] == digit)) for digit in y[left]])
right = np.where(rng.random(3000) < 0.5, partner, rng.integers(0, 1400, 3000))
same = (y[left] == y[right]).astype("float32")

inputs = keras.Input((64,))
x = layers.Dense(32, activation="relu")(inputs)
x = layers.Dense(16)(x)
tower = keras.Model(inputs, layers.UnitNormalization()(x), name="tower")
a, b = keras.Input((64,), name="a"), keras.Input((64,), name="b")
similarity = layers.Dot(axes=1)([tower(a), tower(b)])
distance = layers.Lambda(lambda s: 1.0 - s)(similarity)
siamese = keras.Model([a, b], distance)


def contrastive_loss(y_true, y_pred):
    return jnp.mean(
        y_true * jnp.square(y_pred) + (1 - y_true) * jnp.square(jnp.maximum(1.0 - y_pred, 0)), axis=-1
    )


siamese.compile(loss=contrastive_loss, optimizer="adam")
history = siamese.fit([X[left], X[right]], same, epochs=8, batch_size=64, verbose=0)
assert siamese.count_params() == 64 * 32 + 32 + 32 * 16 + 16
distances = siamese.predict([X[left], X[right]], verbose=0)[:, 0]
assert distances[same == 0].mean() - distances[same == 1].mean() > 0.3
codes = tower.predict(X[1400:], verbose=0)
nearest = (codes @ tower.predict(X[:1400], verbose=0).T).argmax(axis=1)
accuracy = float(np.mean(y[:1400][nearest] == y[1400:]))
assert accuracy > 0.75

outcome = {
    "keys": sorted(history.history),
    "accuracy": accuracy,
    "layers": [layer.name for layer in siamese.layers],
}
