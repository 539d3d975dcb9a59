#!/usr/bin/env python
import argparse, sys, time
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn import preprocessing
from sklearn.metrics import confusion_matrix

FLAGS = None

def main(_):
    df = pd.read_csv(FLAGS.data)
    print(df.shape)
    print(df['Class'].value_counts().sort_index().tolist())
    y_raw = pd.get_dummies(df['Class']).values.astype(np.float32)
    X_raw = df.drop('Class', axis=1).values
    X_raw = preprocessing.MinMaxScaler().fit_transform(X_raw)
    X_train, X_test, y_train, y_test = train_test_split(X_raw, y_raw, test_size=0.25, random_state=42)

    x = tf.placeholder(tf.float32, [None, X_train.shape[1]])
    t = tf.placeholder(tf.float32, [None, 3])
    keep = tf.placeholder(tf.float32)
    with tf.variable_scope("first"):
        w = tf.get_variable("w", [X_train.shape[1], FLAGS.hidden], initializer=tf.random_normal_initializer(0, .3))
        b = tf.get_variable("b", initializer=tf.zeros([FLAGS.hidden]))
        h = tf.nn.tanh(tf.nn.xw_plus_b(x, w, b))
    with tf.variable_scope("second"):
        w2 = tf.get_variable("w", [FLAGS.hidden, 3], initializer=tf.glorot_uniform_initializer())
        b2 = tf.get_variable("b", [3], initializer=tf.constant_initializer(0.1))
        logits = tf.nn.xw_plus_b(tf.nn.dropout(h, keep_prob=keep), w2, b2, name="scores")
    loss = tf.losses.softmax_cross_entropy(onehot_labels=t, logits=logits)
    step = tf.train.AdagradOptimizer(learning_rate=FLAGS.lr).minimize(loss)
    pred = tf.argmax(tf.nn.log_softmax(logits), axis=1)

    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False)
    config.gpu_options.allow_growth = True
    with tf.Session(config=config) as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        start = time.time()
        for e in range(FLAGS.epochs):
            _, l = sess.run([step, loss], feed_dict={x: X_train, t: y_train, keep: 0.8})
            if e % 20 == 0:
                sys.stdout.write("\repoch {:>3} loss {:.5f}\n".format(e, l)); sys.stdout.flush()
        took = time.time() - start
        p = sess.run(pred, {x: X_test, keep: 1.0})
        print(confusion_matrix(np.argmax(y_test, 1), p))
        print("error rate", np.mean(p != np.argmax(y_test, 1)), took < 60)

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=str, default='wine.csv', help='table')
    parser.add_argument('--epochs', type=int, default=61)
    parser.add_argument('--hidden', type=int, default=9)
    parser.add_argument('--lr', type=float, default=0.1)
    FLAGS, unparsed = parser.parse_known_args()
    tf.app.run(main=main, argv=[sys.argv[0]] + unparsed)
