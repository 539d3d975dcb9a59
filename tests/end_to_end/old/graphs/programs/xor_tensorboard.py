# XOR with everything on the board
import tensorflow as tf
import numpy as np
tf.set_random_seed(777)  # for reproducibility
learning_rate = 0.1

x_data = [[0, 0],
          [0, 1],
          [1, 0],
          [1, 1]]
y_data = [[0],
          [1],
          [1],
          [0]]
x_data = np.array(x_data, dtype=np.float32)
y_data = np.array(y_data, dtype=np.float32)

X = tf.placeholder(tf.float32, [None, 2], name='x-input')
Y = tf.placeholder(tf.float32, [None, 1], name='y-input')

with tf.name_scope("layer1") as scope:
    W1 = tf.Variable(tf.random_normal([2, 4]), name='weight1')
    b1 = tf.Variable(tf.random_normal([4]), name='bias1')
    layer1 = tf.sigmoid(tf.matmul(X, W1) + b1)

    w1_hist = tf.summary.histogram("weights1", W1)
    b1_hist = tf.summary.histogram("biases1", b1)
    layer1_hist = tf.summary.histogram("layer1", layer1)

with tf.name_scope("layer2") as scope:
    W2 = tf.Variable(tf.random_normal([4, 1]), name='weight2')
    b2 = tf.Variable(tf.random_normal([1]), name='bias2')
    guess = tf.sigmoid(tf.matmul(layer1, W2) + b2)
    guess_hist = tf.summary.histogram("guess", guess)

with tf.name_scope("cost") as scope:
    cost = -tf.reduce_mean(Y * tf.log(guess) + (1 - Y) *
                           tf.log(1 - guess))
    cost_summ = tf.summary.scalar("cost", cost)

with tf.name_scope("train") as scope:
    train = tf.train.AdamOptimizer(learning_rate=learning_rate).minimize(cost)

predicted = tf.cast(guess > 0.5, dtype=tf.float32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, Y), dtype=tf.float32))
accuracy_summ = tf.summary.scalar("accuracy", accuracy)

with tf.Session() as sess:
    # tensorboard --logdir=./logs
    merged_summary = tf.summary.merge_all()
    writer = tf.summary.FileWriter("./logs/run_a")
    writer.add_graph(sess.graph)  # Show the graph

    sess.run(tf.global_variables_initializer())
    for step in range(201):
        _, summary, cost_val = sess.run([train, merged_summary, cost], feed_dict={X: x_data, Y: y_data})
        writer.add_summary(summary, global_step=step)
        if step % 50 == 0:
            print(step, cost_val, sess.run([W1, W2]))

    h, c, a = sess.run([guess, predicted, accuracy], feed_dict={X: x_data, Y: y_data})
    print("\nGuess: ", h, "\nCorrect: ", c, "\nAccuracy: ", a)
print(layer1.name, guess.op.name, W2.name, train.name)
