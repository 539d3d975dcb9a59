import tensorflow as tf, numpy as np
import matplotlib.pyplot as plt
ACTIVATION = tf.nn.tanh
N_LAYERS = 3
N_HIDDEN_UNITS = 8

def fix_seed(seed=1):
    np.random.seed(seed)
    tf.set_random_seed(seed)

def built_net(xs, ys, is_train, norm):
    def add_layer(inputs, in_size, out_size, activation_function=None, norm=False):
        Weights = tf.Variable(tf.random_normal([in_size, out_size], mean=0., stddev=1.))
        biases = tf.Variable(tf.zeros([1, out_size]) + 0.1)
        Wx_plus_b = tf.matmul(inputs, Weights) + biases
        if norm:
            fc_mean, fc_var = tf.nn.moments(Wx_plus_b, axes=[0])
            scale = tf.Variable(tf.ones([out_size]))
            shift = tf.Variable(tf.zeros([out_size]))
            epsilon = 0.001
            ema = tf.train.ExponentialMovingAverage(decay=0.5)
            def mean_var_with_update():
                ema_apply_op = ema.apply([fc_mean, fc_var])
                with tf.control_dependencies([ema_apply_op]):
                    return tf.identity(fc_mean), tf.identity(fc_var)
            mean, var = tf.cond(is_train, mean_var_with_update, lambda: (ema.average(fc_mean), ema.average(fc_var)))
            Wx_plus_b = tf.nn.batch_normalization(Wx_plus_b, mean, var, shift, scale, epsilon)
        if activation_function is None:
            outputs = Wx_plus_b
        else:
            outputs = activation_function(Wx_plus_b)
        return outputs

    fix_seed(1)
    layers_inputs = [xs]
    for l_n in range(N_LAYERS):
        layer_input = layers_inputs[l_n]
        in_size = layers_inputs[l_n].get_shape()[1].value
        layers_inputs.append(add_layer(layer_input, in_size, N_HIDDEN_UNITS, ACTIVATION, norm))
    prediction = add_layer(layers_inputs[-1], N_HIDDEN_UNITS, 1, activation_function=None)
    cost = tf.reduce_mean(tf.reduce_sum(tf.square(ys - prediction), reduction_indices=[1]))
    train_op = tf.train.GradientDescentOptimizer(0.001).minimize(cost)
    return [train_op, cost, layers_inputs]

fix_seed(1)
x_data = np.linspace(-7, 10, 120)[:, np.newaxis]
np.random.shuffle(x_data)
y_data = np.square(x_data) - 5 + np.random.normal(0, 8, x_data.shape)
plt.scatter(x_data, y_data); plt.show()

xs = tf.placeholder(tf.float32, [None, 1])
ys = tf.placeholder(tf.float32, [None, 1])
training = tf.placeholder(tf.bool, name='training')
train_op, cost, layers_inputs = built_net(xs, ys, training, norm=False)
train_op_norm, cost_norm, layers_inputs_norm = built_net(xs, ys, training, norm=True)

sess = tf.Session()
sess.run(tf.global_variables_initializer())
cost_his, cost_his_norm = [], []
for i in range(40):
    feed = {xs: x_data[i%12*10:i%12*10+10], ys: y_data[i%12*10:i%12*10+10], training: True}
    sess.run([train_op, train_op_norm], feed)
    if i % 10 == 0:
        feed = {xs: x_data, ys: y_data, training: False}
        cost_his.append(sess.run(cost, feed)); cost_his_norm.append(sess.run(cost_norm, feed))
        print(i, cost_his[-1], cost_his_norm[-1])
all_inputs, all_inputs_norm = sess.run([layers_inputs, layers_inputs_norm], feed)
print([a.std() for a in all_inputs], [a.std() for a in all_inputs_norm])
plt.ioff()
plt.plot(np.arange(len(cost_his)), np.array(cost_his), label='no BN')
plt.plot(np.arange(len(cost_his)), np.array(cost_his_norm), label='BN')
plt.legend(); plt.show()
