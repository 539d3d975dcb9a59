import tensorflow as tf, numpy as np
import matplotlib.pyplot as plt
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets('MNIST_data')
tf.reset_default_graph()
tf.set_random_seed(9)

batch_size = 50
X_in = tf.placeholder(dtype=tf.float32, shape=[None, 784], name='X')
keep_prob = tf.placeholder(dtype=tf.float32, shape=(), name='keep_prob')
n_latent = 3

def lrelu(x, alpha=0.3):
    return tf.maximum(x, tf.multiply(x, alpha))

def encoder(X_in, keep_prob):
    with tf.variable_scope("encoder", reuse=None):
        x = tf.layers.dense(X_in, units=32, activation=lrelu)
        x = tf.nn.dropout(x, keep_prob)
        mn = tf.layers.dense(x, units=n_latent)
        sd = 0.5 * tf.layers.dense(x, units=n_latent)
        epsilon = tf.random_normal(tf.stack([tf.shape(x)[0], n_latent]))
        z = mn + tf.multiply(epsilon, tf.exp(sd))
        return z, mn, sd

def decoder(sampled_z):
    with tf.variable_scope("decoder", reuse=None):
        x = tf.layers.dense(sampled_z, units=32, activation=lrelu)
        return tf.layers.dense(x, units=784, activation=tf.nn.sigmoid)

sampled, mn, sd = encoder(X_in, keep_prob)
dec = decoder(sampled)
img_loss = tf.reduce_sum(tf.squared_difference(dec, X_in), 1)
latent_loss = -0.5 * tf.reduce_sum(1.0 + 2.0 * sd - tf.square(mn) - tf.exp(2.0 * sd), 1)
loss = tf.reduce_mean(img_loss + latent_loss)
optimizer = tf.train.AdamOptimizer(0.002).minimize(loss)
sess = tf.Session()
sess.run(tf.global_variables_initializer())

for i in range(40):
    batch = [np.reshape(b, [28*28]) for b in mnist.train.next_batch(batch_size=batch_size)[0]]
    sess.run(optimizer, feed_dict={X_in: batch, keep_prob: 0.8})
    if not i % 13:
        ls, d, i_ls, d_ls = sess.run([loss, dec, img_loss, latent_loss], feed_dict={X_in: batch, keep_prob: 1.0})
        print(i, ls, np.mean(i_ls), np.mean(d_ls))
randoms = [np.random.normal(0, 1, n_latent) for _ in range(3)]
imgs = sess.run(dec, feed_dict={sampled: randoms, keep_prob: 1.0})
for img in imgs:
    plt.figure(figsize=(1,1)); plt.axis('off'); plt.imshow(np.reshape(img, [28, 28]), cmap='gray')
print(imgs.mean())
