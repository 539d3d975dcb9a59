#!/usr/bin/env python
# coding: utf-8
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import numpy as np
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow.keras import Model, Input
from tensorflow.keras.layers import Dense, concatenate

tf.keras.backend.set_floatx("float32")
np.random.seed(21)
data = np.random.uniform(-1, 1, (256, 3)).astype(np.float32)
labels = np.stack([np.sin(data[:, 0]), data[:, 1] * data[:, 2]], 1).astype(np.float32)

inp = Input(shape=(3,), name="inp")
h = Dense(12, activation="tanh", name="h")(inp)
merged = concatenate([inp, h])
out = Dense(2, name="out")(merged)
net = Model(inputs=inp, outputs=out)
net.set_weights([np.random.normal(0, 0.4, w.shape) for w in net.get_weights()])

mse = tf.keras.losses.MeanSquaredError()
adam = tf.keras.optimizers.Adam(lr=0.01) if tf.__version__ < "2.0" else tf.keras.optimizers.Adam(0.01)


def penalty(weights):
    return tf.add_n([tf.reduce_sum(tf.abs(w)) for w in weights if "kernel" in w.name])


losses = []
for epoch in range(1, 16):
    for start in range(0, len(data), 64):
        xb, yb = data[start : start + 64], labels[start : start + 64]
        with tf.GradientTape() as tape:
            pred = net(xb, training=True)
            loss_value = mse(yb, pred)
            total = loss_value + 1e-4 * penalty(net.trainable_weights)
        grads = tape.gradient(total, net.trainable_weights)
        adam.apply_gradients(zip(grads, net.trainable_weights))
    losses.append(loss_value.numpy())
    if epoch % 5 == 0:
        print(f"epoch {epoch}: loss {float(loss_value):.5f}, total {total.numpy():.5f}")
print(K.eval(tf.reduce_mean(tf.constant(losses[:5]))) > losses[-1])

# how the output moves with the input
x = tf.convert_to_tensor(data[:2])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = net(x)[:, 0]
saliency = tape.gradient(y, x)
print(saliency.shape, np.round(saliency.numpy(), 3))
print(
    np.round(tf.reduce_mean((net(data) - labels) ** 2).numpy(), 4),
    np.round(net.predict(data[:1], verbose=0), 3).shape,
)
print(K.int_shape(out), K.mean(tf.constant([1.0, 3.0])).numpy(), K.get_value(K.variable(2.0)))
