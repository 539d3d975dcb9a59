import numpy as np
import tensorflow as tf

x = tf.ones((2, 2))
with tf.GradientTape() as t:
    t.watch(x)
    y = tf.reduce_sum(x)
    z = tf.multiply(y, y)
print(t.gradient(z, x))

x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as t:
    t.watch(x)
    y = x * x
    z = y * y
print("dz/dx", t.gradient(z, x), "dy/dx", t.gradient(y, x).numpy(), "dz/dy", float(t.gradient(z, y)))
del t


def f(x, y):
    output = 1.0
    for i in range(y):
        if i > 1 and i < 5:
            output = tf.multiply(output, x)
    return output


def grad(x, y):
    with tf.GradientTape() as t:
        t.watch(x)
        out = f(x, y)
    return t.gradient(out, x)


x = tf.convert_to_tensor(2.0)
print([grad(x, n).numpy() for n in (6, 5, 4)])

x = tf.Variable(1.0)
with tf.GradientTape() as t:
    with tf.GradientTape() as t2:
        y = x * x * x
    dy_dx = t2.gradient(y, x)
d2y_dx2 = t.gradient(dy_dx, x)
print(dy_dx.numpy(), d2y_dx2.numpy())

x0 = tf.Variable(3.0, name="x0")
x1 = tf.Variable(3.0, name="x1", trainable=False)
x2 = tf.Variable(2.0, name="x2") + 1.0
x3 = tf.constant(3.0, name="x3")
with tf.GradientTape() as tape:
    y = (x0**2) + (x1**2) + (x2**2)
g = tape.gradient(y, [x0, x1, x2, x3])
for each in g:
    print(each)
print([var.name for var in tape.watched_variables()])

w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
b = tf.Variable(tf.zeros(2, dtype=tf.float32), name="b")
x = [[1.0, 2.0]]
with tf.GradientTape(persistent=True) as tape:
    y = x @ w + b
    loss = tf.reduce_mean(y**2)
my_vars = {"w": w, "b": b}
g = tape.gradient(loss, my_vars)
print(g["b"], g["w"].shape)

with tf.GradientTape() as tape:
    v = tf.sin(w) + tf.stop_gradient(w) * tf.exp(-w)
print(np.round(tape.gradient(v, w), 4))

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.nn.sigmoid(x) * x[0]
print(np.array(tape.jacobian(y, x)).round(4))

v0, v1 = tf.Variable(0.5), tf.Variable(1.5)
with tf.GradientTape() as tape:
    out = v0 * 2
print(tape.gradient(out, v1), end=" ")
with tf.GradientTape() as tape:
    out = v0 * 2
print(tape.gradient(out, v1, unconnected_gradients=tf.UnconnectedGradients.ZERO))
with tf.GradientTape() as tape:
    y0, y1 = v0**2, 1 / v0
print(tape.gradient({"y0": y0, "y1": y1}, v0).numpy())

try:
    tape.gradient(y0, v0)
except RuntimeError as error:
    print("once:", type(error).__name__)

vs = np.linspace(-3, 3, 5).astype("float32")
points = tf.Variable(vs)
opt = tf.keras.optimizers.SGD(0.1)
for _ in range(10):
    opt.minimize(lambda: tf.reduce_sum(tf.square(points - 1.0)), var_list=[points])
print(points.numpy().round(3))
