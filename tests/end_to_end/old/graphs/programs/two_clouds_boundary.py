import numpy as np
import matplotlib.pyplot as plt
from matplotlib.colors import ListedColormap
import tensorflow as tf
import os, sys, time

tf.set_random_seed(7)
np.random.seed(7)

# two clouds
num = 60
A = np.random.randn(num, 2) + np.array([2, 2])
B = np.random.randn(num, 2) - np.array([1, 2])
data = np.vstack((A, B)).astype(np.float32)
target = np.vstack((np.zeros((num,1)), np.ones((num,1))))
p = np.random.permutation(2*num)
data, target = data[p], target[p]

x = tf.placeholder(tf.float32, shape=(None, 2), name='x-input')
t = tf.placeholder(tf.float32, shape=(None, 1), name='y-input')

w = tf.Variable(tf.random_normal(shape=[2,1]))
bias = tf.Variable(tf.random_normal(shape=[1,1]))
logit = tf.add(tf.matmul(x, w), bias)

loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logit, labels=t))
train_step = tf.train.GradientDescentOptimizer(0.05).minimize(loss)

prediction = tf.round(tf.sigmoid(logit))
accuracy = tf.reduce_mean(tf.cast(tf.equal(prediction, t), tf.float32))

sess = tf.Session()
sess.run(tf.global_variables_initializer())
loss_vec, train_acc = [], []
for i in range(120):
    rand_index = np.random.choice(len(data), size=25)
    sess.run(train_step, feed_dict={x: data[rand_index], t: target[rand_index]})
    temp_loss = sess.run(loss, feed_dict={x: data, t: target})
    loss_vec.append(temp_loss)
    train_acc.append(sess.run(accuracy, feed_dict={x: data, t: target}))
    if (i+1)%40==0:
        print('Step #' + str(i+1) + ' W = ' + str(sess.run(w)) + ' b = ' + str(sess.run(bias)))
        print('Loss = ' + str(temp_loss))

xx, yy = np.mgrid[-4:5:.5, -4:5:.5]
grid = np.c_[xx.ravel(), yy.ravel()]
probs = sess.run(tf.sigmoid(logit), feed_dict={x: grid}).reshape(xx.shape)
print(probs.shape, probs.sum(), train_acc[-1])

plt.figure(figsize=(5, 4))
plt.contourf(xx, yy, probs, 25, cmap="RdBu", vmin=0, vmax=1)
plt.scatter(data[:,0], data[:,1], c=np.squeeze(target), s=20, cmap=ListedColormap(['r', 'b']))
plt.savefig('boundary.png')
plt.show()
plt.plot(loss_vec, 'k-')
plt.title('Cross Entropy Loss')
plt.xlabel('Generation'); plt.ylabel('Loss')
plt.show()
