import os
import numpy as np
import tensorflow as tf
import matplotlib.pyplot as plt
from tensorflow.contrib.tensorboard.plugins import projector
from tensorflow.examples.tutorials.mnist import input_data

LOG_DIR = 'projector_logs'
TO_EMBED_COUNT = 25
path_for_metadata = os.path.join(LOG_DIR, 'metadata.tsv')
if tf.gfile.Exists(LOG_DIR):
    tf.gfile.DeleteRecursively(LOG_DIR)
tf.gfile.MakeDirs(LOG_DIR)

mnist = input_data.read_data_sets("MNIST_data/", one_hot=False)
batch_xs, batch_ys = mnist.test.next_batch(TO_EMBED_COUNT, shuffle=False)

x = tf.placeholder(tf.float32, [None, 784], name='x')
y = tf.placeholder(tf.int64, [None], name='y')
with tf.name_scope('input_reshape'):
    image_shaped = tf.reshape(x, [-1, 28, 28, 1])
    tf.summary.image('input', image_shaped, max_outputs=3)

def variable_summaries(var):
    with tf.name_scope('summaries'):
        mean = tf.reduce_mean(var)
        tf.summary.scalar('mean', mean)
        with tf.name_scope('stddev'):
            stddev = tf.sqrt(tf.reduce_mean(tf.square(var - mean)))
        tf.summary.scalar('stddev', stddev)
        tf.summary.scalar('max', tf.reduce_max(var))
        tf.summary.scalar('min', tf.reduce_min(var))
        tf.summary.histogram('histogram', var)

with tf.name_scope('layer'):
    W = tf.Variable(tf.truncated_normal([784, 10], stddev=0.1), name='W'); variable_summaries(W)
    b = tf.Variable(tf.constant(0.1, shape=[10]), name='b')
    logits = tf.matmul(x, W) + b
    tf.summary.histogram('pre_activations', logits)
xent = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
tf.summary.scalar('cross_entropy', xent)
train_step = tf.train.AdamOptimizer(0.01).minimize(xent)

embedding_var = tf.Variable(batch_xs, name="mnistembedding", trainable=False)
summary_writer = tf.summary.FileWriter(LOG_DIR)
config = projector.ProjectorConfig()
embedding = config.embeddings.add()
embedding.tensor_name = embedding_var.name
embedding.metadata_path = 'metadata.tsv'
embedding.sprite.image_path = 'sprite.png'
embedding.sprite.single_image_dim.extend([28, 28])
projector.visualize_embeddings(summary_writer, config)

merged = tf.summary.merge_all()
sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
saver = tf.train.Saver([embedding_var], max_to_keep=2)
train_writer = tf.summary.FileWriter(LOG_DIR + '/train', sess.graph)
for i in range(6):
    xs, ys = mnist.train.next_batch(50)
    if i == 5:
        run_options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        run_metadata = tf.RunMetadata()
        summary, _ = sess.run([merged, train_step], feed_dict={x: xs, y: ys}, options=run_options, run_metadata=run_metadata)
        train_writer.add_run_metadata(run_metadata, 'step%03d' % i)
    else:
        summary, _ = sess.run([merged, train_step], feed_dict={x: xs, y: ys})
    train_writer.add_summary(summary, i)
train_writer.close()
saver.save(sess, os.path.join(LOG_DIR, "model.ckpt"), 1)
print(xent.eval({x: mnist.test.images, y: mnist.test.labels}), W.eval().std())

to_visualise = 1 - np.reshape(batch_xs, (-1, 28, 28))
spriteimage = np.ones((28 * 5, 28 * 5))
for i in range(5):
    for j in range(5):
        spriteimage[i * 28:(i + 1) * 28, j * 28:(j + 1) * 28] = to_visualise[i * 5 + j]
plt.imsave(os.path.join(LOG_DIR, 'sprite.png'), spriteimage, cmap='gray')
with open(path_for_metadata, 'w') as f:
    f.write("Index\tLabel\n")
    for index, label in enumerate(batch_ys):
        f.write("%d\t%d\n" % (index, label))
print(len([n for n in os.listdir(LOG_DIR + '/train') if 'events' in n]), os.path.exists(LOG_DIR + '/checkpoint'), len(open(path_for_metadata).readlines()))
