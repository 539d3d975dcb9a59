import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import Dense, Flatten

rng = np.random.RandomState(0)
x_train = rng.rand(320, 6, 6)
y_train = (x_train.sum(axis=(1, 2)) > 18).astype("int64") + 2 * (x_train[:, 0, 0] > 0.5)
x_test, y_test = x_train[:64], y_train[:64]
x_train, x_test = x_train.astype("float32"), x_test.astype("float32")

train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32)
test_ds = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32)

model = keras.models.Sequential(
    [
        Flatten(input_shape=(6, 6)),
        Dense(20, activation=tf.nn.relu),
        Dense(4, activation="softmax"),
    ]
)
model.set_weights([rng.randn(*w.shape) * 0.2 for w in model.get_weights()])

loss_object = keras.losses.SparseCategoricalCrossentropy()
optimizer = keras.optimizers.Adam(learning_rate=0.01)

train_loss = keras.metrics.Mean(name="train_loss")
train_accuracy = keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")
test_loss = keras.metrics.Mean(name="test_loss")
test_accuracy = keras.metrics.SparseCategoricalAccuracy(name="test_accuracy")


@tf.function
def train_step(images, labels):
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = loss_object(labels, predictions)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    train_loss(loss)
    train_accuracy(labels, predictions)


@tf.function
def test_step(images, labels):
    predictions = model(images, training=False)
    t_loss = loss_object(labels, predictions)
    test_loss(t_loss)
    test_accuracy(labels, predictions)


EPOCHS = 4
for epoch in range(EPOCHS):
    train_loss.reset_states()
    train_accuracy.reset_states()
    test_loss.reset_states()
    test_accuracy.reset_states()
    for images, labels in train_ds:
        train_step(images, labels)
    for test_images, test_labels in test_ds:
        test_step(test_images, test_labels)
    template = "Epoch {}, Loss: {:.4f}, Accuracy: {:.3f}, Test Loss: {:.4f}, Test Accuracy: {:.3f}"
    print(
        template.format(
            epoch + 1,
            train_loss.result(),
            train_accuracy.result() * 100,
            test_loss.result(),
            test_accuracy.result() * 100,
        )
    )
print(int(optimizer.iterations), len(model.trainable_variables))
for v in model.trainable_variables:
    print(v.shape, v.numpy().sum().round(2))
