import numpy as np
import tensorflow as tf


class DenseBlock(tf.Module):
    def __init__(self, in_features, out_features, name=None):
        super().__init__(name=name)
        values = np.arange(in_features * out_features).reshape(in_features, out_features)
        self.w = tf.Variable(np.sin(values).astype("float32"), name="w")
        self.b = tf.Variable(tf.zeros([out_features]), name="b")

    def __call__(self, x):
        y = tf.matmul(x, self.w) + self.b
        return tf.nn.relu(y)


class Stack(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.first = DenseBlock(in_features=3, out_features=4)
        self.second = DenseBlock(in_features=4, out_features=2)

    @tf.function
    def __call__(self, x):
        return self.second(self.first(x))


stack = Stack(name="the_model")
print("Results:", stack(tf.constant([[2.0, 2.0, 2.0]])))
print(len(stack.trainable_variables), [tuple(v.shape) for v in stack.variables], stack.name)

x = tf.constant(np.random.RandomState(2).rand(20, 3), dtype=tf.float32)
y = tf.stack([tf.reduce_sum(x, 1), x[:, 0] * 2], axis=1)
opt = tf.keras.optimizers.RMSprop(0.02)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.keras.losses.mean_squared_error(y, stack(x)))
        loss += 0.001 * tf.add_n([tf.nn.l2_loss(v) for v in stack.trainable_variables])
    grads = tape.gradient(loss, stack.trainable_variables)
    grads, norm = tf.clip_by_global_norm(grads, 1.0)
    opt.apply_gradients(zip(grads, stack.trainable_variables))
    return loss, norm


for i in range(30):
    loss, norm = step(x, y)
    if i % 10 == 0:
        tf.print("step", i, "loss", loss, output_stream="file://log.txt")
        print(i, round(float(loss), 4), round(float(norm), 3))
print(open("log.txt").read().count("loss"))


@tf.function(input_signature=[tf.TensorSpec(shape=[None], dtype=tf.float32)])
def collatz_like(v):
    total = tf.constant(0.0)
    for each in v:
        if each > 0:
            total = total + each
        else:
            total = total - 2.0 * each
    return total


print(collatz_like(tf.constant([1.0, -2.0, 3.0])).numpy())
i = tf.constant(0)
print(tf.while_loop(lambda i: tf.less(i, 10), lambda i: (tf.add(i, 3),), [i])[0].numpy())
print(tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2)).numpy())
print(tf.map_fn(lambda r: r * 2, tf.constant([1, 2, 3])).numpy())
ckpt = tf.train.Checkpoint(model=stack)
path = ckpt.save("./saved/ckpt")
before = stack.first.w.numpy().copy()
stack.first.w.assign(tf.zeros_like(stack.first.w))
ckpt.restore(path)
print(np.allclose(before, stack.first.w.numpy()), tf.train.latest_checkpoint("./saved") is not None)
