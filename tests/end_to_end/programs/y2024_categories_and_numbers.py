"""Keras 3: structured data: embedded categories, one-hot categories, buckets and normalised numbers."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_wine

keras.utils.set_random_seed(3)
X, y = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(X))
X, y = X[order], y[order]
region = np.digitize(X[:, 0], [12.3, 13.0, 13.6]).astype("int32")  # 0..3
grade = np.digitize(X[:, 9], [3.0, 5.0]).astype("int32")  # 0..2
numbers = X[:, 1:9].astype("float32")
hue = X[:, 10:11].astype("float32")

normalizer = layers.Normalization()
normalizer.adapt(numbers[:140])
buckets = layers.Discretization(num_bins=4, output_mode="one_hot")
buckets.adapt(hue[:140])

region_in = keras.Input(shape=(1,), name="region", dtype="int32")
grade_in = keras.Input(shape=(1,), name="grade", dtype="int32")
numbers_in = keras.Input(shape=(8,), name="numbers")
hue_in = keras.Input(shape=(1,), name="hue")
embedded = layers.Flatten()(layers.Embedding(input_dim=4, output_dim=2)(region_in))
one_hot = layers.CategoryEncoding(num_tokens=3, output_mode="one_hot")(grade_in)
features = layers.Concatenate()([embedded, one_hot, normalizer(numbers_in), buckets(hue_in)])
x = layers.Dense(32, activation="relu")(features)
x = layers.Dropout(0.2)(x)
output = layers.Dense(3, activation="softmax")(x)
model = keras.Model([region_in, grade_in, numbers_in, hue_in], output)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
train = {"region": region[:140], "grade": grade[:140], "numbers": numbers[:140], "hue": hue[:140]}
test = {"region": region[140:], "grade": grade[140:], "numbers": numbers[140:], "hue": hue[140:]}
history = model.fit(train, y[:140], epochs=40, batch_size=16, verbose=0)
accuracy = model.evaluate(test, y[140:], verbose=0)[1]
assert accuracy > 0.8
sample = {"region": 2, "grade": 1, "numbers": numbers[0], "hue": 1.0}
input_dict = {name: np.array([value]) for name, value in sample.items()}
assert model.predict(input_dict, verbose=0).shape == (1, 3)

outcome = {"keys": sorted(history.history), "accuracy": accuracy}
