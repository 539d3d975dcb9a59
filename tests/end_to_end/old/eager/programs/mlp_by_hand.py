import numpy as np
import tensorflow as tf

np.random.seed(7)
n_input, n_hidden, n_classes = 12, 16, 3
x_all = np.random.rand(300, n_input).astype(np.float32)
centers = np.random.randn(n_input, n_classes)
y_all = np.argmax(x_all.dot(centers), axis=1)

learning_rate = 0.05
batch_size = 50
display_step = 20

train_data = tf.data.Dataset.from_tensor_slices((x_all, y_all))
train_data = train_data.repeat().batch(batch_size).prefetch(1)

weights = {
    "h1": tf.Variable(np.random.randn(n_input, n_hidden).astype("float32") * 0.3, name="h1"),
    "out": tf.Variable(tf.constant(np.random.randn(n_hidden, n_classes), dtype=tf.float32), name="out"),
}
biases = {
    "b1": tf.Variable(tf.zeros([n_hidden])),
    "out": tf.Variable(tf.zeros([n_classes])),
}


def neural_net(x):
    layer_1 = tf.add(tf.matmul(x, weights["h1"]), biases["b1"])
    layer_1 = tf.nn.sigmoid(layer_1)
    out_layer = tf.matmul(layer_1, weights["out"]) + biases["out"]
    return tf.nn.softmax(out_layer)


def cross_entropy(y_pred, y_true):
    y_true = tf.one_hot(y_true, depth=n_classes)
    y_pred = tf.clip_by_value(y_pred, 1e-9, 1.0)
    return tf.reduce_mean(-tf.reduce_sum(y_true * tf.math.log(y_pred), axis=1))


def accuracy(y_pred, y_true):
    correct_prediction = tf.equal(tf.argmax(y_pred, 1), tf.cast(y_true, tf.int64))
    return tf.reduce_mean(tf.cast(correct_prediction, tf.float32), axis=-1)


optimizer = tf.optimizers.SGD(learning_rate)


def run_optimization(x, y):
    with tf.GradientTape() as g:
        pred = neural_net(x)
        loss = cross_entropy(pred, y)
    trainable_variables = list(weights.values()) + list(biases.values())
    gradients = g.gradient(loss, trainable_variables)
    optimizer.apply_gradients(zip(gradients, trainable_variables))


for step, (batch_x, batch_y) in enumerate(train_data.take(100), 1):
    run_optimization(batch_x, batch_y)
    if step % display_step == 0:
        pred = neural_net(batch_x)
        loss = cross_entropy(pred, batch_y)
        acc = accuracy(pred, batch_y)
        print("step: %i, loss: %f, accuracy: %f" % (step, loss, acc))

pred = neural_net(x_all)
print("Test Accuracy: %f" % accuracy(pred, y_all))
predictions = neural_net(x_all[:5])
for i in range(5):
    print("Model prediction: %i" % np.argmax(predictions.numpy()[i]))
