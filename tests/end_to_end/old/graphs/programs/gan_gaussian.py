'''a generator learns a gaussian, two optimizers over one graph'''
import argparse
import numpy as np
import tensorflow as tf
import matplotlib.pyplot as plt
from matplotlib import animation

seed = 42
np.random.seed(seed)
tf.set_random_seed(seed)

class DataDistribution(object):
    def __init__(self):
        self.mu, self.sigma = 4, 0.5
    def sample(self, N):
        samples = np.random.normal(self.mu, self.sigma, N)
        samples.sort()
        return samples

class Noise(object):
    def __init__(self, r): self.r = r
    def sample(self, N):
        return np.linspace(-self.r, self.r, N) + np.random.random(N) * 0.01

def linear(input, output_dim, scope=None, stddev=1.0):
    norm = tf.random_normal_initializer(stddev=stddev)
    const = tf.constant_initializer(0.0)
    with tf.variable_scope(scope or 'linear'):
        w = tf.get_variable('w', [input.get_shape()[1], output_dim], initializer=norm)
        b = tf.get_variable('b', [output_dim], initializer=const)
        return tf.matmul(input, w) + b

def generator(input, h_dim):
    h0 = tf.nn.softplus(linear(input, h_dim, 'g0'))
    return linear(h0, 1, 'g1')

def discriminator(input, h_dim):
    h0 = tf.tanh(linear(input, h_dim * 2, 'd0'))
    h1 = tf.tanh(linear(h0, h_dim * 2, 'd1'))
    return tf.sigmoid(linear(h1, 1, 'd3'))

def optimizer(loss, var_list, initial_learning_rate=0.005):
    decay, num_decay_steps = 0.95, 150
    batch = tf.Variable(0)
    learning_rate = tf.train.exponential_decay(initial_learning_rate, batch, num_decay_steps, decay, staircase=True)
    return tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=batch, var_list=var_list)

class GAN(object):
    def __init__(self, args):
        self.args = args
        self.data, self.gen = DataDistribution(), Noise(8)
        with tf.variable_scope('G'):
            self.z = tf.placeholder(tf.float32, shape=(args.batch_size, 1))
            self.G = generator(self.z, args.hidden)
        with tf.variable_scope('D') as scope:
            self.x = tf.placeholder(tf.float32, shape=(args.batch_size, 1))
            self.D1 = discriminator(self.x, args.hidden)
            scope.reuse_variables()
            self.D2 = discriminator(self.G, args.hidden)
        self.loss_d = tf.reduce_mean(-tf.log(self.D1) - tf.log(1 - self.D2))
        self.loss_g = tf.reduce_mean(-tf.log(self.D2))
        vars = tf.trainable_variables()
        self.d_params = [v for v in vars if v.name.startswith('D/')]
        self.g_params = [v for v in vars if v.name.startswith('G/')]
        self.opt_d = optimizer(self.loss_d, self.d_params)
        self.opt_g = optimizer(self.loss_g, self.g_params)

    def train(self):
        n = self.args.batch_size
        with tf.Session() as session:
            tf.global_variables_initializer().run()
            for step in range(self.args.num_steps + 1):
                x, z = self.data.sample(n), self.gen.sample(n)
                loss_d, _ = session.run([self.loss_d, self.opt_d], {self.x: np.reshape(x, (n, 1)), self.z: np.reshape(z, (n, 1))})
                z = self.gen.sample(n)
                loss_g, _ = session.run([self.loss_g, self.opt_g], {self.z: np.reshape(z, (n, 1))})
                if step % self.args.log_every == 0:
                    print('{}: {:.3f}\t{:.3f}'.format(step, loss_d, loss_g))
            out = session.run(self.G, {self.z: np.reshape(self.gen.sample(n), (n, 1))})
            print(out.mean(), [v.name for v in self.d_params])

def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument('--num-steps', type=int, default=60)
    parser.add_argument('--hidden', type=int, default=4)
    parser.add_argument('--batch-size', type=int, default=8)
    parser.add_argument('--log-every', type=int, default=20)
    return parser.parse_args()

if __name__ == '__main__':
    GAN(parse_args()).train()
