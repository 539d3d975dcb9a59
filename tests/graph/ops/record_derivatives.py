"""Writes tensorflow_derivatives.json: what TensorFlow gives for lines, their gradients, and gradients of those.

    TF_USE_LEGACY_KERAS=1 python tests/graph/ops/record_derivatives.py

It needs TensorFlow (2.21.0 wrote the file), which the tests do not.
"""

import json
from pathlib import Path

import numpy as np
import tensorflow.compat.v1 as tf

X, Y = [[0.5, 1.5, 2.5], [1.0, 0.7, 3.0]], [[1.2, 0.4, 2.0], [0.3, 2.2, 1.1]]

LINES = """
tf.add(x, y)
x - y
x * y
x / y
tf.div(x, y)
tf.realdiv(x, y)
x ** 2
x ** y
2.0 ** x
tf.pow(x, -1.5)
x % y
tf.maximum(x, y)
tf.minimum(x, y)
tf.squared_difference(x, y)
tf.atan2(x, y)
tf.div_no_nan(x, y)
tf.math.xlogy(x, y)
tf.math.xdivy(x, y)
tf.square(x)
tf.sqrt(x)
tf.rsqrt(x)
tf.reciprocal(x)
tf.exp(x)
tf.log(x)
tf.log1p(x)
tf.expm1(x)
tf.abs(x)
tf.sin(x)
tf.cos(x)
tf.tan(x)
tf.asin(x / 9.0)
tf.acos(x / 9.0)
tf.atan(x)
tf.sinh(x)
tf.cosh(x)
tf.tanh(x)
tf.asinh(x)
tf.acosh(x + 1.0)
tf.atanh(x / 9.0)
tf.sigmoid(x)
tf.log_sigmoid(x)
tf.erf(x)
tf.erfc(x)
tf.lgamma(x)
tf.digamma(x)
tf.add_n([x, y, x])
tf.matmul(x, y, transpose_b=True)
tf.matmul(x, y, transpose_a=True)
tf.matmul(tf.stack([x, y]), tf.stack([y, x]), transpose_b=True)
tf.tensordot(x, y, [[1], [1]])
tf.einsum('ij,kj->ik', x, y)
tf.norm(x)
tf.norm(x, axis=1)
tf.norm(x, ord=1, axis=0)
tf.norm(x, ord=np.inf, axis=0)
tf.norm(x, ord=3)
tf.trace(tf.matmul(x, y, transpose_b=True))
tf.matrix_inverse(tf.matmul(x, x, transpose_b=True) + tf.eye(2))
tf.matrix_determinant(tf.matmul(x, x, transpose_b=True) + tf.eye(2))
tf.cholesky(tf.matmul(x, x, transpose_b=True) + tf.eye(2))
tf.matrix_solve(tf.matmul(x, x, transpose_b=True) + tf.eye(2), y)
tf.cross(x, y)
tf.matrix_transpose(x)
tf.reduce_mean(x, 0)
tf.reduce_sum(x, 1, keepdims=True)
tf.reduce_prod(x, 1)
tf.reduce_max(x, 0)
tf.reduce_min(x, 1)
tf.reduce_logsumexp(x, 1)
tf.cumsum(x, 1)
tf.cumsum(x, 1, exclusive=True, reverse=True)
tf.cumprod(x, 1)
tf.reshape(x, [3, 2])
tf.transpose(x)
tf.concat([x, y], 1)
tf.stack([x, y], 1)
tf.unstack(x, axis=1)[1]
tf.split(x, 3, 1)[2]
tf.slice(x, [0, 1], [2, 2])
x[:, ::2]
x[1]
x[..., None, 1]
tf.gather(x, [1, 1, 0])
tf.gather(x, [2, 0], axis=1)
tf.gather_nd(x, [[0, 1], [1, 2], [0, 1]])
tf.tile(x, [2, 1])
tf.expand_dims(x, 1)
tf.squeeze(tf.expand_dims(x, 1))
tf.where(x > 1.0, x * x, y)
tf.pad(x, [[1, 0], [0, 2]])
tf.pad(x, [[1, 0], [0, 2]], 'REFLECT')
tf.reverse(x, [1])
tf.nn.top_k(x, 2)[0]
tf.clip_by_value(x, 0.6, 2.0)
tf.clip_by_norm(x, 1.0)
tf.clip_by_norm(x, 1.0, axes=[1])
tf.clip_by_norm(x, 100.0)
tf.clip_by_average_norm(x, 0.1)
tf.global_norm([x, y])
tf.clip_by_global_norm([x, y], 1.0)[0][0]
tf.clip_by_global_norm([x, y], 100.0)[0][0]
tf.matrix_diag(x)
tf.diag(x[0])
tf.diag_part(tf.matmul(x, y, transpose_b=True))
tf.matrix_band_part(x, 0, 1)
tf.fill([2], x[0, 0])
tf.linspace(x[0, 0], y[0, 1], 4)
tf.nn.relu(x - 1.0)
tf.nn.relu6(x * 4.0)
tf.nn.elu(x - 1.0)
tf.nn.selu(x - 1.0)
tf.nn.leaky_relu(x - 1.0, 0.3)
tf.nn.softplus(x)
tf.nn.softsign(x)
tf.nn.swish(x)
tf.nn.crelu(x - 1.0)
tf.nn.softmax(x)
tf.nn.softmax(x, axis=0)
tf.nn.log_softmax(x)
tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)
tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)
tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x, axis=0)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)
tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)
tf.nn.weighted_cross_entropy_with_logits(labels=y, logits=x, pos_weight=2.0)
tf.nn.l2_loss(x)
tf.nn.l2_normalize(x, 1)
tf.nn.l2_normalize(x)
tf.nn.moments(x, [0])[1]
tf.nn.moments(x, [0, 1], keep_dims=True)[1]
tf.nn.batch_normalization(x, y[0], y[1], y[1], y[0], 0.1)
tf.nn.bias_add(x, y[0])
tf.nn.xw_plus_b(x, tf.transpose(y), y[0, :2])
tf.nn.relu_layer(x, tf.transpose(y), y[0, :2] - 3.0)
tf.nn.embedding_lookup(x, [1, 0, 1])
tf.nn.log_poisson_loss(y, x)
tf.nn.log_poisson_loss(y, x, compute_full_loss=True)
tf.nn.weighted_moments(x, [0], y)[1]
tf.scalar_mul(2.0, x)
tf.accumulate_n([x, y])
tf.stop_gradient(x) * x
tf.identity(x) * y
tf.cast(tf.cast(x, tf.float64) ** 2, tf.float32)
tf.placeholder_with_default(x, [2, 3]) * y
tf.cond(x[0, 0] > 0.0, lambda: x * y, lambda: x)
tf.reduce_sum(tf.sqrt(x)) / tf.cast(tf.size(x), tf.float32)
tf.meshgrid(x[0], y[1])[0] * 2.0
""".strip().splitlines()


def weights(sizes):
    return np.cos(np.arange(np.prod(sizes))).reshape(sizes).astype(np.float32)


def dense(gradients):
    return [None if each is None else tf.convert_to_tensor(each) for each in gradients]


def recorded(line):
    with tf.Graph().as_default(), tf.Session() as session:
        x, y = tf.constant(X), tf.constant(Y)
        value = eval(line, {"tf": tf, "np": np, "x": x, "y": y})
        first = dense(tf.gradients(tf.reduce_sum(value * weights(value.shape.as_list())), [x, y]))
        total = tf.add_n([tf.reduce_sum(tf.sin(each)) for each in first if each is not None])
        try:
            second = dense(tf.gradients(total, [x, y]))
        except LookupError:  # TensorFlow has no second derivative of softsign.
            second = [None, None]

        def numbers(tensor):
            return (
                None
                if tensor is None
                else np.vectorize(lambda each: float(f"{each:.7g}"))(session.run(tensor)).tolist()
            )

        return {
            "value": numbers(value),
            "first": list(map(numbers, first)),
            "second": list(map(numbers, second)),
        }


if __name__ == "__main__":
    tf.disable_v2_behavior()
    record = {"x": X, "y": Y, "lines": {line: recorded(line) for line in LINES}}
    text = json.dumps(record, indent=None, separators=(",", ":")).replace('},"', '},\n"')
    Path(__file__).with_name("tensorflow_derivatives.json").write_text(text + "\n")
