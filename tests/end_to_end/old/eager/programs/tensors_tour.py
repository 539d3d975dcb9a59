import numpy as np
import tensorflow as tf

scalar = tf.constant(4)
vector = tf.constant([2.0, 3.0, 4.0])
matrix = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16)
print(scalar)
print(vector)
print(matrix)
cube = tf.reshape(tf.range(24), [2, 3, 4])
print("Type of every element:", cube.dtype, "axes:", cube.ndim, "Shape of tensor:", cube.shape)
print(
    "Elements along the first axis:", cube.shape[0], "last:", cube.shape[-1], "Total:", tf.size(cube).numpy()
)
print(cube.shape.as_list(), tf.rank(cube).numpy(), len(cube))
print(cube[0, :, 1], cube[..., -1].numpy().tolist(), cube[1, ::2, 1:3][:, tf.newaxis].shape)

a = tf.constant([[1, 2], [3, 4]])
b = tf.constant([[1, 1], [1, 1]])
print(tf.add(a, b), "\n")
print(a @ b, a * b, a - b, a / b, a // 2, a % 2, a**2, -a)
print(a > 2, a == b, tf.equal(a, b), tf.not_equal(a, b))
c = tf.constant([[4.0, 5.0], [10.0, 1.0]])
print(tf.reduce_max(c), tf.argmax(c), tf.nn.softmax(c))
print(tf.reduce_sum(c, axis=0), tf.reduce_mean(c, 1, keepdims=True), tf.math.reduce_std(c), tf.reduce_prod(a))
print(tf.concat([a, b], axis=0), tf.stack([a, b]).shape, [s.shape for s in tf.split(cube, 3, axis=1)])
print(tf.transpose(c), tf.squeeze(tf.expand_dims(c, 0)).shape, tf.tile(a, [1, 2]))
print(tf.cast(c, tf.int32), tf.cast([1.8, 2.2], dtype=tf.int32), tf.constant(3.7, dtype=tf.float64))
print(tf.where(c > 4.5, c, tf.zeros_like(c)), tf.where([True, False, True]))
print(tf.gather(vector, [2, 0]), tf.boolean_mask(vector, vector > 2.5), tf.one_hot([0, 2], 3))
print(tf.linspace(0.0, 1.0, 5), tf.range(3, 10, 2), tf.fill([2, 2], 7), tf.eye(2), tf.ones([1, 3]))
print(
    tf.sort([3, 1, 2], direction="DESCENDING"),
    tf.argsort([3, 1, 2]),
    tf.unique([4, 5, 4]).y,
    tf.cumsum([1, 2, 3]),
)
print(tf.linalg.det(c).numpy(), tf.linalg.inv(c).numpy().round(4).tolist(), tf.linalg.norm(vector).numpy())
print(tf.tensordot(vector, vector, 1), tf.einsum("i,j->ij", vector, vector).shape, tf.norm(c).numpy())
print(tf.clip_by_value(vector, 2.5, 3.5), tf.maximum(vector, 3.0), tf.round([1.5, 2.5]), tf.abs([-1, 2]))
print(tf.strings.length("hello"), tf.constant("text"), tf.constant([b"a", b"bc"]))
v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
print("variable:", v.shape, v.dtype, v.numpy().tolist())
v.assign_add(tf.ones([2, 2]))
v[0, 1].numpy()
print(v.assign_sub([[0.5, 0.5], [0.5, 0.5]]).numpy())
print(v, tf.convert_to_tensor(v), tf.argmax(v, axis=1), tf.reshape(v, [1, 4]))
try:
    v.assign([1.0, 2.0, 3.0])
except ValueError as e:
    print("ValueError")
try:
    tf.matmul(c, tf.zeros([3, 3]))
except tf.errors.InvalidArgumentError:
    print("shapes do not fit")
try:
    tf.constant([1, 2]) + tf.constant([1.0, 2.0])
except (tf.errors.InvalidArgumentError, TypeError):
    print("types do not fit")
nums = tf.constant([1, 2, 3])
print(
    sum(int(n) for n in nums),
    [n.numpy() for n in nums],
    bool(tf.constant(True)),
    f"{tf.constant(2.34567):.2f}",
)
print(
    np.add(nums, 1), np.array(vector).dtype, isinstance(nums, tf.Tensor), tf.is_tensor(nums), tf.is_tensor(3)
)
print(tf.float32, tf.int64.name, tf.constant(1.0).dtype == tf.float32, tf.as_dtype("float32"))
print(tf.__version__.split(".")[0], tf.constant([True, False]), tf.complex(1.0, 2.0))
print(tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]), tf.nn.relu([-1.0, 2.0]), tf.sigmoid(0.0), tf.tanh(1.0))
print(tf.random.normal([2, 3]).shape, tf.random.uniform([4], 0, 10, dtype=tf.int32).dtype)
tf.random.set_seed(5)
print(tf.random.uniform([3]), tf.random.normal([2, 2], mean=1.0, stddev=0.5), tf.random.shuffle(tf.range(6)))
print(repr(scalar), repr(vector), [scalar], tf.TensorShape([None, 3]), tf.zeros((0, 2)))
