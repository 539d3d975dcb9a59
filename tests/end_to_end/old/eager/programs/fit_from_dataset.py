import numpy as np
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout

print("GPUs:", len(tf.config.experimental.list_physical_devices("GPU")))
BATCH_SIZE = 16
rs = np.random.RandomState(11)
features = rs.normal(size=(160, 4))
target = (features[:, 0] + features[:, 1] ** 2 > 0.8).astype(int)


def scale(x, y):
    return tf.cast(x, tf.float32) / 2.0, tf.cast(y, tf.float32)


dataset = tf.data.Dataset.from_tensor_slices((features, target))
for feat, targ in dataset.take(2):
    print("Features: {}, Target: {}".format(np.round(feat, 2), targ))
train = dataset.skip(40).map(scale, num_parallel_calls=tf.data.experimental.AUTOTUNE).cache()
train = train.batch(BATCH_SIZE).prefetch(tf.data.experimental.AUTOTUNE)
valid = dataset.take(40).map(scale).batch(BATCH_SIZE)
print(train.element_spec[0].shape, len(list(train)))

model = Sequential()
model.add(Dense(10, activation=tf.keras.activations.relu, input_dim=4))
model.add(Dense(1, activation=tf.nn.sigmoid))
model.set_weights([rs.randn(*w.shape) * 0.5 for w in model.get_weights()])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.02), loss=tf.keras.losses.BinaryCrossentropy(), metrics=["accuracy"]
)
history = model.fit(train, epochs=6, validation_data=valid, verbose=0)
print(sorted(history.history.keys()))
print(np.round(history.history["loss"], 4))
print(np.round(history.history["val_loss"], 4))
print(np.round(model.evaluate(valid, verbose=0), 4))
print(np.round(model.predict(valid, verbose=0)[:4, 0], 3))
by_hand = tf.nn.relu(
    tf.matmul(tf.cast(features[:3], tf.float32) / 2.0, model.layers[0].kernel) + model.layers[0].bias
)
print(
    by_hand.shape,
    np.round(
        tf.sigmoid(by_hand @ model.layers[1].weights[0] + model.layers[1].weights[1]).numpy().ravel(), 3
    ),
)
ds = tf.data.Dataset.range(10).filter(lambda n: n % 2 == 0).map(lambda n: n * n)
print(list(ds.as_numpy_iterator()), ds.reduce(np.int64(0), lambda s, n: s + n).numpy())
for pair in tf.data.Dataset.zip(
    (tf.data.Dataset.range(3), tf.data.Dataset.from_tensor_slices([5.0, 6.0, 7.0]))
):
    print(pair[0].numpy(), pair[1].numpy())
