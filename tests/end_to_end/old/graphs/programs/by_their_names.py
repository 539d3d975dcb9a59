# everything is fetched and fed by its name; then loaded from the .meta file
import numpy as np
import tensorflow as tf
import os

w1 = tf.placeholder("float", name="w1")
w2 = tf.placeholder("float", name="w2")
b1 = tf.Variable(2.0, name="bias")
w3 = tf.add(w1, w2)
w4 = tf.multiply(w3, b1, name="op_to_restore")

x = tf.placeholder(tf.float64, [None, 3], name='x')
y = tf.placeholder(tf.float64, [None], name='y')
with tf.variable_scope('model'):
    w = tf.Variable(np.zeros((3, 1)), name='w')
    pred = tf.squeeze(tf.matmul(x, w), axis=1, name='pred')
loss = tf.reduce_mean(tf.square(pred - y), name='loss')
tf.train.GradientDescentOptimizer(0.1).minimize(loss, name='train')

rng = np.random.RandomState(0)
xs = rng.randn(64, 3); ys = xs.dot([1., -2., .5])

saver = tf.train.Saver()
sess = tf.Session()
sess.run(tf.global_variables_initializer())
print(sess.run(w4, {w1: 4, w2: 8}))
for epoch in range(20):
    lo, _ = sess.run(['loss:0', 'train'], feed_dict={'x:0': xs, 'y:0': ys})
print('loss', lo)
saver.save(sess, './my_test_model', global_step=1000)
print(sorted(f.split('.')[0] for f in os.listdir('.') if f.startswith('my_test_model'))[0], os.path.exists('checkpoint'))
sess.close()

tf.reset_default_graph()
sess = tf.Session()
saver = tf.train.import_meta_graph('my_test_model-1000.meta')
saver.restore(sess, tf.train.latest_checkpoint('./'))
print(sess.run('bias:0'), sess.run('model/w:0').ravel())
graph = tf.get_default_graph()
w1 = graph.get_tensor_by_name("w1:0")
w2 = graph.get_tensor_by_name("w2:0")
feed_dict = {w1: 13.0, w2: 17.0}
op_to_restore = graph.get_tensor_by_name("op_to_restore:0")
print(sess.run(op_to_restore, feed_dict))
# some more on top
add_on_op = tf.multiply(op_to_restore, 2)
print(sess.run(add_on_op, feed_dict))
for op in graph.get_operations()[:3]:
    print(op.name, op.type)
train = graph.get_operation_by_name('train')
sess.run(train, {'x:0': xs, 'y:0': ys})
print(sess.run('loss:0', {'x:0': xs, 'y:0': ys}))
