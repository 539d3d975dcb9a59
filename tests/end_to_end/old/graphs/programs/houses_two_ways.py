"""normal equation, then gradients by hand, then autodiff, then an optimizer"""
import numpy as np
import tensorflow as tf
from datetime import datetime
from sklearn.preprocessing import StandardScaler

now = datetime.utcnow().strftime("%Y%m%d%H%M%S") if hasattr(datetime, "utcnow") else "x"
logdir = "{}/run-{}/".format("tf_logs", now)

def reset_graph(seed=42):
    tf.reset_default_graph()
    tf.set_random_seed(seed)
    np.random.seed(seed)

raw = np.loadtxt("houses.csv", delimiter=",", skiprows=1)
data, target = raw[:, :3], raw[:, 3:]
m, n = data.shape
data_plus_bias = np.c_[np.ones((m, 1)), data]
scaled = np.c_[np.ones((m, 1)), StandardScaler().fit_transform(data)]

reset_graph()
X = tf.constant(data_plus_bias, dtype=tf.float32, name="X")
y = tf.constant(target, dtype=tf.float32, name="y")
XT = tf.transpose(X)
theta = tf.matmul(tf.matmul(tf.matrix_inverse(tf.matmul(XT, X)), XT), y)
with tf.Session() as sess:
    theta_value = theta.eval()
print(np.round(theta_value.ravel(), 2))

n_epochs = 60
learning_rate = 0.05
for way in ("manual", "autodiff", "optimizer", "momentum"):
    reset_graph()
    X = tf.constant(scaled, dtype=tf.float32, name="X")
    y = tf.constant(target, dtype=tf.float32, name="y")
    theta = tf.Variable(tf.random_uniform([n + 1, 1], -1.0, 1.0, seed=42), name="theta")
    y_pred = tf.matmul(X, theta, name="predictions")
    error = y_pred - y
    mse = tf.reduce_mean(tf.square(error), name="mse")
    if way == "manual":
        gradients = 2/m * tf.matmul(tf.transpose(X), error)
        training_op = tf.assign(theta, theta - learning_rate * gradients)
    elif way == "autodiff":
        gradients = tf.gradients(mse, [theta])[0]
        training_op = tf.assign(theta, theta - learning_rate * gradients)
    elif way == "optimizer":
        training_op = tf.train.GradientDescentOptimizer(learning_rate=learning_rate).minimize(mse)
    else:
        training_op = tf.train.MomentumOptimizer(learning_rate=learning_rate, momentum=0.5).minimize(mse)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(n_epochs):
            if epoch % 30 == 0:
                print(way, "Epoch", epoch, "MSE =", mse.eval())
            sess.run(training_op)
        best_theta = theta.eval()
    print(best_theta.T)

# mini batches, saver and tensorboard
reset_graph()
X = tf.placeholder(tf.float32, shape=(None, n + 1), name="X")
y = tf.placeholder(tf.float32, shape=(None, 1), name="y")
theta = tf.Variable(tf.random_uniform([n + 1, 1], -1.0, 1.0, seed=42), name="theta")
y_pred = tf.matmul(X, theta, name="predictions")
with tf.name_scope("loss") as scope:
    error = y_pred - y
    mse = tf.reduce_mean(tf.square(error), name="mse")
training_op = tf.train.GradientDescentOptimizer(0.02).minimize(mse)
init = tf.global_variables_initializer()
saver = tf.train.Saver()
mse_summary = tf.summary.scalar('MSE', mse)
file_writer = tf.summary.FileWriter(logdir, tf.get_default_graph())
batch_size = 20
n_batches = int(np.ceil(m / batch_size))

def fetch_batch(epoch, batch_index, batch_size):
    np.random.seed(epoch * n_batches + batch_index)
    indices = np.random.randint(m, size=batch_size)
    return scaled[indices], target[indices]

with tf.Session() as sess:
    sess.run(init)
    for epoch in range(8):
        for batch_index in range(n_batches):
            X_batch, y_batch = fetch_batch(epoch, batch_index, batch_size)
            if batch_index % 2 == 0:
                summary_str = mse_summary.eval(feed_dict={X: X_batch, y: y_batch})
                step = epoch * n_batches + batch_index
                file_writer.add_summary(summary_str, step)
            sess.run(training_op, feed_dict={X: X_batch, y: y_batch})
    best_theta = theta.eval()
    save_path = saver.save(sess, "./houses_final.ckpt")
file_writer.flush()
file_writer.close()
print("Best theta:", best_theta.ravel())
print(error.op.name, mse.op.name)
with tf.Session() as sess:
    saver.restore(sess, "./houses_final.ckpt")
    print(np.allclose(theta.eval(), best_theta))
