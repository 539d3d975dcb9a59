import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import make_blobs

N = 120
K = 3
rounds = 8

pts, _ = make_blobs(n_samples=N, centers=K, cluster_std=1.1, random_state=11)
points = tf.constant(pts, dtype=tf.float32)
centroids = tf.Variable(tf.slice(points, [0, 0], [K, -1]))

points_e = tf.expand_dims(points, 0)
centroids_e = tf.expand_dims(centroids, 1)

distances = tf.reduce_sum(tf.square(tf.subtract(points_e, centroids_e)), 2)
assignments = tf.argmin(distances, 0)

means = []
for c in range(K):
    mask = tf.reshape(tf.cast(tf.equal(assignments, c), tf.float32), [-1, 1])
    means.append(tf.reduce_sum(points * mask, axis=[0]) / tf.maximum(tf.reduce_sum(mask), 1.))
new_centroids = tf.stack(means)
update_centroids = tf.assign(centroids, new_centroids)
distortion = tf.reduce_sum(tf.reduce_min(distances, axis=0))

init = tf.global_variables_initializer()
with tf.Session() as sess:
    sess.run(init)
    for step in range(rounds):
        [_, centroid_values, points_values, assignment_values, d] = sess.run(
            [update_centroids, centroids, points, assignments, distortion])
        print("iteration", step, "distortion %.3f" % d)
    print("centroids", "\n", sess.run(centroids))
    print(np.bincount(assignment_values))

plt.scatter(points_values[:, 0], points_values[:, 1], c=assignment_values, s=50, alpha=0.5)
plt.plot(centroid_values[:, 0], centroid_values[:, 1], 'kx', markersize=15)
plt.show()
