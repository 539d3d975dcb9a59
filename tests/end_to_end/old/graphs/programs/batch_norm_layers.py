import tensorflow as tf
import numpy as np
from functools import partial
from tensorflow.examples.tutorials.mnist import input_data

n_inputs = 28 * 28
n_hidden1, n_hidden2, n_outputs = 30, 20, 10
batch_norm_momentum = 0.9

X = tf.placeholder(tf.float32, shape=(None, n_inputs), name="X")
y = tf.placeholder(tf.int64, shape=(None), name="y")
training = tf.placeholder_with_default(False, shape=(), name='training')

with tf.name_scope("dnn"):
    he_init = tf.contrib.layers.variance_scaling_initializer()
    my_batch_norm_layer = partial(tf.layers.batch_normalization, training=training, momentum=batch_norm_momentum)
    my_dense_layer = partial(tf.layers.dense, kernel_initializer=he_init)
    hidden1 = my_dense_layer(X, n_hidden1, name="hidden1")
    bn1 = tf.nn.elu(my_batch_norm_layer(hidden1))
    hidden2 = my_dense_layer(bn1, n_hidden2, name="hidden2")
    bn2 = tf.nn.elu(my_batch_norm_layer(hidden2))
    drop = tf.layers.dropout(bn2, 0.3, training=training)
    logits_before_bn = my_dense_layer(drop, n_outputs, name="outputs")
    logits = my_batch_norm_layer(logits_before_bn)

with tf.name_scope("loss"):
    xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(xentropy, name="loss")

with tf.name_scope("train"):
    extra_update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(extra_update_ops):
        training_op = tf.train.MomentumOptimizer(0.01, momentum=0.9, use_nesterov=True).minimize(loss)

with tf.name_scope("eval"):
    correct = tf.nn.in_top_k(logits, y, 1)
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

init = tf.global_variables_initializer()
saver = tf.train.Saver()
mnist = input_data.read_data_sets("MNIST_data/")
with tf.Session() as sess:
    init.run()
    for epoch in range(2):
        for iteration in range(mnist.train.num_examples // 100):
            X_batch, y_batch = mnist.train.next_batch(100)
            sess.run(training_op, feed_dict={training: True, X: X_batch, y: y_batch})
        acc_test = accuracy.eval(feed_dict={X: mnist.test.images, y: mnist.test.labels})
        print(epoch, "Test accuracy:", acc_test, "loss:", loss.eval({X: mnist.test.images, y: mnist.test.labels}))
    save_path = saver.save(sess, "./bn_model.ckpt")
print([v.name for v in tf.global_variables() if 'Momentum' not in v.name])

hidden_only = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="hidden[12]|outputs")
print([v.op.name for v in hidden_only])
with tf.Session() as sess:
    saver.restore(sess, save_path)
    print(sess.run("batch_normalization/moving_mean:0")[:4])
    print("after restoring: %.4f" % accuracy.eval({X: mnist.test.images, y: mnist.test.labels}))
