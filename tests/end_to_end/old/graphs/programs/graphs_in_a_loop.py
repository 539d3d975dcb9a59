# which learning rate? which activation? build everything again for each
import tensorflow as tf
import numpy as np
import itertools
import matplotlib.pyplot as plt

xs = np.linspace(-3, 3, 40).reshape(-1, 1)
ys = np.sin(xs) + np.random.normal(0, .05, xs.shape)
results = {}
for lr, act in itertools.product([0.01, 0.1], ['relu', 'tanh']):
    g = tf.Graph()
    with g.as_default():
        tf.set_random_seed(5)
        x = tf.placeholder(tf.float32, [None, 1]); y = tf.placeholder(tf.float32, [None, 1])
        h = tf.layers.dense(x, 10, getattr(tf.nn, act))
        out = tf.layers.dense(h, 1)
        loss = tf.losses.mean_squared_error(y, out)
        train_op = tf.train.GradientDescentOptimizer(lr).minimize(loss)
        init = tf.global_variables_initializer()
    sess = tf.Session(graph=g)
    sess.run(init)
    hist = []
    for t in range(40):
        _, l = sess.run([train_op, loss], {x: xs, y: ys})
        hist.append(l)
    results[(lr, act)] = hist
    plt.plot(hist, label=str((lr, act)))
for k in sorted(results):
    print(k, results[k][0], results[k][-1])
plt.legend(); plt.show()

# optimizers side by side in ONE graph
class Net:
    def __init__(self, opt, **kwargs):
        self.x = tf.placeholder(tf.float32, [None, 1])
        self.y = tf.placeholder(tf.float32, [None, 1])
        l = tf.layers.dense(self.x, 8, tf.nn.relu)
        out = tf.layers.dense(l, 1)
        self.loss = tf.losses.mean_squared_error(self.y, out)
        self.train = opt(0.01, **kwargs).minimize(self.loss)
nets = [Net(tf.train.GradientDescentOptimizer), Net(tf.train.MomentumOptimizer, momentum=0.9), Net(tf.train.RMSPropOptimizer), Net(tf.train.AdamOptimizer), Net(tf.train.AdagradOptimizer)]
sess = tf.Session()
sess.run(tf.global_variables_initializer())
losses_his = [[] for _ in nets]
for step in range(20):
    index = np.random.randint(0, xs.shape[0], 10)
    for net, l_his in zip(nets, losses_his):
        _, l = sess.run([net.train, net.loss], {net.x: xs[index], net.y: ys[index]})
        l_his.append(l)
labels = ['SGD', 'Momentum', 'RMSprop', 'Adam', 'Adagrad']
for i, l_his in enumerate(losses_his):
    print(labels[i], "%.5f" % l_his[0], "%.5f" % l_his[-1])
