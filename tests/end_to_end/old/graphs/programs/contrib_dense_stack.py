import tensorflow as tf
from tensorflow.contrib.layers import fully_connected, batch_norm, l2_regularizer
from tensorflow.contrib.framework import arg_scope
import numpy as np
from sklearn.datasets import make_moons

he = tf.contrib.layers.variance_scaling_initializer()
X = tf.placeholder(tf.float32, shape=(None, 2), name="X")
y = tf.placeholder(tf.int64, shape=(None), name="y")
is_training = tf.placeholder(tf.bool, shape=(), name='is_training')
bn_params = {'is_training': is_training, 'decay': 0.9, 'updates_collections': None}

with arg_scope([fully_connected], normalizer_fn=batch_norm, normalizer_params=bn_params,
               weights_initializer=he, weights_regularizer=l2_regularizer(0.001)):
    hidden1 = fully_connected(X, 12, scope="hidden1", activation_fn=tf.nn.elu)
    hidden2 = fully_connected(hidden1, 6, scope="hidden2")
    logits = fully_connected(hidden2, 2, activation_fn=None, scope="outputs")

with tf.name_scope("loss"):
    base_loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    reg_losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    loss = tf.add_n([base_loss] + reg_losses, name="loss")
threshold = 1.0
optimizer = tf.train.MomentumOptimizer(0.05, 0.9)
grads_and_vars = optimizer.compute_gradients(loss)
capped_gvs = [(tf.clip_by_value(grad, -threshold, threshold), var) for grad, var in grads_and_vars]
training_op = optimizer.apply_gradients(capped_gvs)
accuracy = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, y, 1), tf.float32))
print(len(reg_losses), [v.name for v in tf.trainable_variables()])

X_data, y_data = make_moons(200, noise=0.15, random_state=42)
rnd = np.random.RandomState(3)
with tf.Session() as sess:
    tf.global_variables_initializer().run()
    for epoch in range(6):
        idx = rnd.permutation(200)
        for part in np.array_split(idx, 5):
            sess.run(training_op, {is_training: True, X: X_data[part], y: y_data[part]})
        l, a = sess.run([loss, accuracy], {is_training: False, X: X_data, y: y_data})
        print(epoch, "loss", l, "accuracy", a)
