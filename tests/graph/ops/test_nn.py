"""`tf.nn`: what TensorFlow 2.21.0 gives for the same lines, in one run of one graph (census D4-D6, D13, D14, L9, L22, L23, M18)."""

from __future__ import annotations

import numpy as np
import pytest

import fallline.graph as tf
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError, OldNameWarning
from fallline.graph.errors import InvalidArgumentError

INF, NAN = inf, nan = float("inf"), float("nan")

LINES = [
    ("tf.nn.relu(x)", [0.0, 0.0, 0.0, 0.5, 6.0, 20.0]),
    ("tf.gradients(tf.nn.relu(x),x)", [[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]),
    ("tf.nn.relu6(x)", [0.0, 0.0, 0.0, 0.5, 6.0, 6.0]),
    ("tf.gradients(tf.nn.relu6(x),x)", [[0.0, 0.0, 0.0, 1.0, 0.0, 0.0]]),
    ("tf.nn.elu(x)", [-0.950212955, -0.63212055, 0.0, 0.5, 6.0, 20.0]),
    ("tf.gradients(tf.nn.elu(x),x)", [[0.0497870445, 0.36787945, 1.0, 1.0, 1.0, 1.0]]),
    ("tf.nn.selu(x)", [-1.6705687, -1.11133075, 0.0, 0.525350511, 6.30420589, 21.0140209]),
    (
        "tf.gradients(tf.nn.selu(x),x)",
        [[0.0875306129, 0.64676857, 1.05070102, 1.05070102, 1.05070102, 1.05070102]],
    ),
    ("tf.nn.leaky_relu(x)", [-0.600000024, -0.200000003, 0.0, 0.5, 6.0, 20.0]),
    ("tf.gradients(tf.nn.leaky_relu(x),x)", [[0.200000003, 0.200000003, 0.200000003, 1.0, 1.0, 1.0]]),
    ("tf.nn.leaky_relu(x,2.)", [-6.0, -2.0, 0.0, 0.5, 6.0, 20.0]),
    ("tf.gradients(tf.nn.leaky_relu(x,2.),x)", [[2.0, 2.0, 2.0, 1.0, 1.0, 1.0]]),
    ("tf.nn.softplus(x)", [0.048587352, 0.313261688, 0.693147182, 0.974076986, 6.00247574, 20.0]),
    ("tf.gradients(tf.nn.softplus(x),x)", [[0.0474258736, 0.268941432, 0.5, 0.622459352, 0.997527361, 1.0]]),
    ("tf.nn.softsign(x)", [-0.75, -0.5, 0.0, 0.333333343, 0.857142866, 0.952380955]),
    ("tf.gradients(tf.nn.softsign(x),x)", [[0.0625, 0.25, 1.0, 0.444444448, 0.0204081628, 0.00226757373]]),
    ("tf.nn.tanh(x)", [-0.995054722, -0.761594176, 0.0, 0.462117136, 0.999987721, 1.0]),
    ("tf.nn.swish(x)", [-0.142277628, -0.268941432, 0.0, 0.311229676, 5.98516417, 20.0]),
    ("tf.nn.crelu(x)", [0.0, 0.0, 0.0, 0.5, 6.0, 20.0, 3.0, 1.0, -0.0, 0.0, 0.0, 0.0]),
    ("tf.gradients(tf.gradients(tf.nn.elu(x),x),x)", [[0.0497870445, 0.36787945, 0.0, 0.0, 0.0, 0.0]]),
    (
        "tf.gradients(tf.gradients(tf.nn.softplus(x),x),x)",
        [[0.0451766588, 0.196611941, 0.25, 0.23500371, 0.00246652518, 0.0]],
    ),
    (
        "tf.nn.softmax(z)",
        [[0.0900305733, 0.244728476, 0.665240943], [0.00667641265, 0.00245611509, 0.990867496]],
    ),
    (
        "tf.nn.softmax(z,axis=0)",
        [[0.731058598, 0.952574134, 0.119202912], [0.268941432, 0.0474258736, 0.880797029]],
    ),
    (
        "tf.nn.softmax(z,dim=0)",
        [[0.731058598, 0.952574134, 0.119202912], [0.268941432, 0.0474258736, 0.880797029]],
    ),
    (
        "tf.nn.log_softmax(z)",
        [[-2.40760589, -1.40760589, -0.407605946], [-5.00917435, -6.00917435, -0.00917445216]],
    ),
    (
        "tf.gradients(tf.nn.softmax(z)[:,0],z)",
        [[[0.0819250718, -0.0220330451, -0.0598920248], [0.00663183816, -1.63980385e-05, -0.00661544036]]],
    ),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=y,logits=z)", [0.407605946, 2.80917454]),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=[[2.,2.]],logits=[[0.,0.]])", [2.77258873]),
    (
        "tf.gradients(tf.nn.softmax_cross_entropy_with_logits(labels=y,logits=z),z)",
        [[[0.0900305733, 0.244728476, -0.334759057], [-0.193323597, -0.297543883, 0.490867496]]],
    ),
    (
        "tf.gradients(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y,logits=z),[y,z])",
        [
            [[2.40760589, 1.40760589, 0.407605946], [5.00917435, 6.00917435, 0.00917445216]],
            [[0.0900305733, 0.244728476, -0.334759057], [-0.193323597, -0.297543883, 0.490867496]],
        ],
    ),
    (
        "tf.gradients(tf.nn.softmax_cross_entropy_with_logits_v2(labels=[[2.,2.]],logits=(q:=tf.constant([[0.,1.]]))),q)",
        [[[-1.7310586, -1.2689414]]],
    ),
    (
        "tf.nn.softmax_cross_entropy_with_logits_v2(labels=y,logits=z,axis=0)",
        [0.262652338, 0.914576232, 2.19039202],
    ),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=[[1.,0.]],logits=[[1000.,-1000.]])", [0.0]),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=[[1.,0.]],logits=[[-inf,0.]])", [INF]),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=[[0.,1.]],logits=[[-inf,0.]])", [NAN]),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=[1.,0.],logits=[1.,2.])", 1.31326163),
    (
        "tf.nn.softmax_cross_entropy_with_logits(labels=tf.constant([[1,0,0],[0,1,0]]),logits=z)",
        [2.40760589, 6.00917435],
    ),
    (
        "tf.nn.softmax_cross_entropy_with_logits(labels=tf.cast(y,tf.float64),logits=z)",
        [0.407605946, 2.80917454],
    ),
    ("tf.nn.softmax_cross_entropy_with_logits(y,z)", [0.407605946, 2.80917454]),
    ("tf.nn.softmax_cross_entropy_with_logits_v2(y,z)", [0.407605946, 2.80917454]),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i,logits=z)", [0.407605946, 5.00917435]),
    (
        "tf.gradients(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i,logits=z),z)",
        [[[0.0900305733, 0.244728476, -0.334759057], [-0.993323565, 0.00245611509, 0.990867496]]],
    ),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=1,logits=[1.,2.])", 0.313261658),
    (
        "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.constant([0,1],tf.int64),logits=z)",
        [2.40760589, 6.00917435],
    ),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[[0,1]],logits=[z])", [[2.40760589, 6.00917435]]),
    (
        "tf.nn.sigmoid_cross_entropy_with_logits(labels=y,logits=z)",
        [[1.31326175, 2.12692809, 0.048587352], [0.693147182, 0.6132617, 2.5067153]],
    ),
    (
        "tf.gradients(tf.nn.sigmoid_cross_entropy_with_logits(labels=y,logits=z),[y,z])",
        [
            [[-1.0, -2.0, -3.0], [-0.0, 1.0, -5.0]],
            [[0.731058598, 0.880797088, -0.0474258661], [0.300000012, -0.0310585797, 0.493307173]],
        ],
    ),
    (
        "tf.gradients(tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.],logits=(q:=tf.constant([-1000.]))),q)",
        [[-1.0]],
    ),
    (
        "tf.gradients(tf.nn.sigmoid_cross_entropy_with_logits(labels=[.25],logits=(q:=tf.constant([0.]))),q)",
        [[0.25]],
    ),
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.,0.],logits=[-1000.,1000.])", [1000.0, 1000.0]),
    (
        "tf.nn.weighted_cross_entropy_with_logits(labels=[1.,0.],logits=[0.,0.],pos_weight=3.)",
        [2.07944155, 0.693147182],
    ),
    (
        "tf.nn.weighted_cross_entropy_with_logits(targets=[1.,0.],logits=[2.,-2.],pos_weight=3.)",
        [0.380784005, 0.126928091],
    ),
    (
        "tf.gradients(tf.nn.weighted_cross_entropy_with_logits(labels=[1.,0.],logits=(q:=tf.constant([0.,0.])),pos_weight=3.),q)",
        [[0.0, 1.0]],
    ),
    ("tf.nn.l2_loss([3.,4.])", 12.5),
    ("tf.nn.l2_normalize([3.,4.],0)", [0.600000024, 0.800000012]),
    ("tf.nn.l2_normalize([[3.,4.],[0.,0.]],1)", [[0.600000024, 0.800000012], [0.0, 0.0]]),
    ("tf.gradients(tf.nn.l2_normalize((q:=tf.constant([0.,0.])),0)[0],q)", [[1000000.0, 0.0]]),
    ("tf.nn.l2_normalize([[3.,4.]],dim=1)", [[0.600000024, 0.800000012]]),
    ("tf.nn.moments(z,[0,1])", [1.66666663, 3.88888907]),
    ("tf.nn.moments(z,[0],keep_dims=True)", [[[0.5, 0.5, 4.0]], [[0.25, 2.25, 1.0]]]),
    (
        "tf.nn.batch_normalization(z,1.,4.,.5,2.,.001)",
        [[0.5, 1.49987507, 2.49975014], [-0.499875069, -1.49975014, 4.49950027]],
    ),
    ("tf.nn.in_top_k([[.9,.1,-inf],[.5,.5,.5],[.1,.2,.3]],[0,2,0],1)", [False, True, False]),
    ("tf.nn.in_top_k([[.9,.1,.2],[.5,.5,.5]],[7,-1],1)", [False, False]),
    ("tf.nn.in_top_k([[.9,.1,.2],[.5,.5,.5]],[0,0],0)", [False, False]),
    ("tf.nn.in_top_k([[.9,.1,.2],[.5,.5,.5]],[1,2],2)", [False, True]),
    ("tf.nn.in_top_k([[.9,.1,.2]],tf.constant([1],tf.int64),2)", [False]),
    ("tf.nn.xw_plus_b(z,[[1.],[2.],[3.]],[4.])", [[18.0], [17.0]]),
    ("tf.nn.relu_layer(z,[[1.],[2.],[-3.]],[4.])", [[0.0], [0.0]]),
    ("tf.nn.embedding_lookup(z,[1,0])", [[0.0, -1.0, 5.0], [1.0, 2.0, 3.0]]),
    ("tf.nn.bias_add(z,[1.,2.,3.])", [[2.0, 4.0, 6.0], [1.0, 1.0, 8.0]]),
    ("tf.nn.zero_fraction([0.,1.,0.,2.])", 0.5),
    ("tf.nn.log_poisson_loss([1.,2.],[0.,1.])", [1.0, 0.718281746]),
    ("tf.nn.log_poisson_loss([1.,3.],[0.,1.],compute_full_loss=True)", [1.0, 1.48236334]),
    ("tf.nn.relu(tf.constant([1,-2]))", [1, 0]),
    ("tf.nn.top_k([1.,3.,2.],2)", [[3.0, 2.0], [1, 2]]),
    ("tf.nn.softmax([1000.,1001.])", [0.268941432, 0.731058598]),
    ("tf.nn.moments(tf.constant([1,3]),[0])", [2, 1]),
    ("tf.sigmoid([-1000.,1000.,0.])", [0.0, 1.0, 0.5]),
    ("tf.gradients(tf.sigmoid((q:=tf.constant([-1000.,1000.,0.]))),q)", [[0.0, 0.0, 0.25]]),
    ("tf.log_sigmoid([-1000.,1000.,0.])", [-1000.0, -0.0, -0.693147182]),
    ("tf.nn.relu(nan)", NAN),
    ("tf.gradients(tf.nn.relu((q:=tf.constant([nan,inf]))),q)", [[0.0, 1.0]]),
    ("tf.nn.elu([-1e-8,nan])", [0.0, NAN]),
    ("tf.nn.softplus([-200.,-20.,-13.,20.])", [0.0, 2.06115369e-09, 2.26032694e-06, 20.0]),
]

NAMES = {
    "tf.nn.relu(x)": "Relu:0",
    "tf.nn.relu6(x)": "Relu6:0",
    "tf.nn.elu(x)": "Elu:0",
    "tf.nn.selu(x)": "Selu:0",
    "tf.nn.leaky_relu(x)": "LeakyRelu:0",
    "tf.nn.softplus(x)": "Softplus:0",
    "tf.nn.softsign(x)": "Softsign:0",
    "tf.nn.tanh(x)": "Tanh:0",
    "tf.nn.crelu(x)": "CRelu/Relu:0",
    "tf.nn.softmax(z)": "Softmax:0",
    "tf.nn.log_softmax(z)": "LogSoftmax:0",
    "tf.nn.softmax_cross_entropy_with_logits(labels=y,logits=z)": "softmax_cross_entropy_with_logits_sg/Reshape_2:0",
    "tf.nn.softmax_cross_entropy_with_logits_v2(y,z)": "softmax_cross_entropy_with_logits/Reshape_2:0",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i,logits=z)": "SparseSoftmaxCrossEntropyWithLogits/SparseSoftmaxCrossEntropyWithLogits:0",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=1,logits=[1.,2.])": "SparseSoftmaxCrossEntropyWithLogits/Reshape_2:0",
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=y,logits=z)": "logistic_loss:0",
    "tf.nn.l2_loss([3.,4.])": "L2Loss:0",
    "tf.nn.l2_normalize([3.,4.],0)": "l2_normalize:0",
    "tf.nn.batch_normalization(z,1.,4.,.5,2.,.001)": "batchnorm/add:0",
    "tf.nn.in_top_k([[.9,.1,-inf],[.5,.5,.5],[.1,.2,.3]],[0,2,0],1)": "in_top_k/InTopKV2:0",
    "tf.nn.xw_plus_b(z,[[1.],[2.],[3.]],[4.])": "xw_plus_b:0",
    "tf.nn.relu_layer(z,[[1.],[2.],[-3.]],[4.])": "relu_layer:0",
    "tf.nn.embedding_lookup(z,[1,0])": "embedding_lookup/Identity:0",
    "tf.nn.bias_add(z,[1.,2.,3.])": "BiasAdd:0",
    "tf.nn.zero_fraction([0.,1.,0.,2.])": "zero_fraction/fraction:0",
    "tf.nn.log_poisson_loss([1.,2.],[0.,1.])": "log_poisson_loss/sub:0",
    "tf.nn.log_poisson_loss([1.,3.],[0.,1.],compute_full_loss=True)": "log_poisson_loss/add_1:0",
    "tf.sigmoid([-1000.,1000.,0.])": "Sigmoid:0",
    "tf.log_sigmoid([-1000.,1000.,0.])": "LogSigmoid:0",
}


def given():
    return {
        "tf": tf,
        "inf": inf,
        "nan": nan,
        "x": tf.constant([-3.0, -1.0, 0.0, 0.5, 6.0, 20.0]),
        "z": tf.constant([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]]),
        "y": tf.constant([[0.0, 0.0, 1.0], [0.2, 0.3, 0.5]]),
        "i": tf.constant([2, 0]),
    }


@pytest.fixture(scope="module")
def values():
    """The values of all lines, of one run."""
    with tf.Graph().as_default(), tf.Session() as session:
        names = given()
        return session.run({line: eval(line, names) for line, _ in LINES})


def flat(value):
    if isinstance(value, list | tuple):
        return [each for part in value for each in flat(part)]
    return np.asarray(value).reshape(-1).tolist()


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line for line, _ in LINES])
def test_value(values, line, expected):
    np.testing.assert_allclose(flat(values[line]), flat(expected), rtol=2e-6, atol=5e-8)


@pytest.mark.parametrize("line", NAMES)
def test_name(line):
    with tf.Graph().as_default():
        assert eval(line, given()).name == NAMES[line]


def test_of_labels_no_gradient_passes_but_in_v2():
    """D13."""
    labels, logits = tf.constant([[1.0, 0.0]]), tf.constant([[0.0, 0.0]])
    one = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    two = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    assert tf.gradients(one, labels) == [None]
    with tf.Session() as session:
        np.testing.assert_allclose(
            session.run(tf.gradients(two, labels)[0]), [[0.6931472, 0.6931472]], rtol=1e-6
        )


def test_second_derivatives_of_cross_entropies():
    """Those of -log(softmax) in its own logit are p (1 - p); of the sigmoid's likewise."""
    z = tf.constant([[0.3, -0.2, 1.0]])
    losses = [
        tf.nn.softmax_cross_entropy_with_logits(labels=[[1.0, 0.0, 0.0]], logits=z),
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=z),
    ]
    seconds = [tf.gradients(tf.gradients(loss, z)[0][:, 0], z)[0] for loss in losses]
    s = tf.gradients(
        tf.gradients(tf.nn.sigmoid_cross_entropy_with_logits(labels=[[1.0, 0.0, 0.5]], logits=z), z)[0], z
    )[0]
    with tf.Session() as session:
        first, second, third, p, q = session.run([*seconds, s, tf.nn.softmax(z), tf.sigmoid(z)])
    expected = p[0, 0] * (np.array([1.0, 0.0, 0.0]) - p)
    np.testing.assert_allclose(first, expected, rtol=1e-5)
    np.testing.assert_allclose(second, expected, rtol=1e-5)
    np.testing.assert_allclose(third, q * (1 - q), rtol=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        "softmax_cross_entropy_with_logits",
        "softmax_cross_entropy_with_logits_v2",
        "sigmoid_cross_entropy_with_logits",
    ],
)
def test_logits_and_labels_by_position_as_before_1_0(function):
    """L8: the logits are what has variables behind it; by the present order nothing is said."""
    x, y = tf.placeholder("float", [None, 2]), tf.placeholder("float", [None, 2])
    w = tf.Variable(tf.ones([2, 2]) * [[1.0, 2.0]])
    logits = tf.matmul(x, w, name="scores")
    right = getattr(tf.nn, function)(labels=y, logits=logits)
    with pytest.warns(OldNameWarning, match=rf"tf\.nn\.{function}\(labels=\.\.\., logits=scores\)"):
        old = getattr(tf.nn, function)(logits, y)
    new = getattr(tf.nn, function)(y, logits)
    assert tf.gradients(old, w) != [None]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run([right, old, new], {x: [[1.0, 0.5]], y: [[1.0, 0.0]]})
    assert found[0].tolist() == found[1].tolist() == found[2].tolist()


def test_sparse_labels_by_position_are_told_by_their_type():
    z, i = tf.constant([[1.0, 2.0]]), tf.constant([1])
    with pytest.warns(OldNameWarning, match="whole numbers"):
        old = tf.nn.sparse_softmax_cross_entropy_with_logits(z, i)
    with tf.Session() as session:
        assert session.run(old) == session.run(tf.nn.sparse_softmax_cross_entropy_with_logits(i, z))


def test_whole_numbers_as_labels_of_a_sigmoid():
    labels = tf.placeholder(tf.int32, [None])
    with pytest.warns(OldNameWarning, match=r"labels=tf\.cast\(labels, tf\.float32\)"):
        loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=tf.constant([0.0, 0.0]))
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(loss, {labels: [1, 0]}), [0.6931472, 0.6931472], rtol=1e-6)


def test_a_label_that_is_no_class_stops_the_run():
    """L6."""
    labels = tf.placeholder(tf.int64, [None])
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=tf.zeros([2, 3]))
    with tf.Session() as session:
        assert session.run(loss, {labels: [0, 2]}).shape == (2,)
        for wrong in (-1, 3):
            says = rf"Received a label value of {wrong} which is outside the valid range of \[0, 3\).  Label values: 0 {wrong}"
            with pytest.raises(InvalidArgumentError, match=says):
                session.run(loss, {labels: [0, wrong]})


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ("softmax_cross_entropy_with_logits(labels=y, logits=tf.constant([[1.0, 2.0]]))", GraphShapeError, r"received \(\(1, 2\) vs"),
        ("softmax_cross_entropy_with_logits(labels=i, logits=z)", GraphShapeError, "go to tf.nn.sparse_softmax"),
        ("softmax_cross_entropy_with_logits(y)", GraphError, "Both `labels` and `logits`"),
        ("sparse_softmax_cross_entropy_with_logits(labels=[[0], [1]], logits=z)", GraphShapeError, "rank` must equal"),
        ("sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2], logits=z)", GraphShapeError, "except for the last"),
        ("sparse_softmax_cross_entropy_with_logits(labels=[0.0, 1.0], logits=z)", GraphTypeError, "int32 or int64"),
        ("sparse_softmax_cross_entropy_with_logits(labels=tf.constant([0, 1], tf.int8), logits=z)", GraphTypeError, "int8"),
        ("sigmoid_cross_entropy_with_logits(labels=y, logits=[1.0, 2.0])", GraphShapeError, "same shape"),
        ("relu(tf.constant(True))", GraphTypeError, "'Relu' .* takes numbers"),
        ("softmax(tf.constant([1, -2]))", GraphTypeError, "takes floats"),
        ("bias_add(z, [1.0, 2.0])", GraphShapeError, "are 3 and 2 for 'BiasAdd'"),
        ("in_top_k(z, [1.0, 2.0], 1)", GraphTypeError, "tf.argmax"),
        ("in_top_k(x, i, 1)", GraphShapeError, "rank 2"),
        ("xw_plus_b(z, tf.zeros([2, 2]), [0.0, 0.0])", GraphShapeError, "are 3 and 2"),
        ("embedding_lookup([z, z], i)", GraphError, "one table"),
        ("dropout(x, 0.0)", GraphError, r"rate=1\.0"),
        ("dropout(x, 1.5)", GraphError, "range"),
        ("dropout(x, rate=1.0)", GraphError, "range"),
        ("dropout(x, 0.5, rate=0.5)", GraphError, "both 'keep_prob' and 'rate'"),
        ("dropout(x)", GraphError, "`rate` must be provided"),
        ("dropout(i, 0.5)", GraphError, "floating point"),
        ("conv2d(z, z)", AttributeError, "out of scope"),
        ("max_pool(z)", AttributeError, "out of scope"),
        ("rnn_cell.BasicLSTMCell(3)", AttributeError, "out of scope"),
        ("softmaxx(z)", AttributeError, r"Did you mean tf\.nn\.softmax\?"),
    ],
)  # fmt: skip
def test_what_is_refused(line, error, says):
    """L7, Y27, Y28 among others."""
    with pytest.raises(error, match=says):
        eval(f"tf.nn.{line}", given())


def test_dropout_draws_as_tensorflow():
    """Y27, Y28, with the graph's seed 1."""
    lines = {
        "tf.nn.dropout(tf.ones([8]), 0.5)": [2, 0, 2, 0, 0, 2, 2, 2],
        "tf.nn.dropout(tf.ones([8]), rate=0.25, seed=3)": [4 / 3, 4 / 3, 4 / 3, 0, 4 / 3, 0, 4 / 3, 4 / 3],
        "tf.nn.dropout(tf.ones([4, 2]), 0.5, noise_shape=[4, 1])": [[2, 2], [0, 0], [2, 2], [0, 0]],
        "tf.nn.dropout(tf.ones([4, 2]), 0.5, noise_shape=[None, 1])": [[2, 2], [0, 0], [2, 2], [0, 0]],
        "tf.nn.dropout(tf.ones([8]), tf.constant(0.5))": [2, 0, 2, 0, 0, 2, 2, 2],
        "tf.nn.dropout(tf.ones([2]), tf.constant(2.0))": [0.5, 0.5],
        "tf.nn.dropout(tf.ones([2]), tf.placeholder_with_default(0.0, []))": [0, 0],
        "tf.nn.dropout(tf.constant([inf, nan] * 4), 0.5)": [inf, 0, inf, 0, 0, nan, inf, nan],
    }
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(1)
        fetches = {}
        for line in lines:
            graph.random_operations = 0
            fetches[line] = eval(line, {"tf": tf, "inf": inf, "nan": nan})
        found = session.run(fetches)
    for line, expected in lines.items():
        np.testing.assert_allclose(found[line], expected, rtol=1e-6, err_msg=line)


def test_dropout_of_nothing_is_the_tensor_itself():
    x = tf.placeholder(tf.float32, [None, 3])
    assert tf.nn.dropout(x, 1.0) is x
    assert tf.nn.dropout(x, 0.5).name == "dropout_1/SelectV2:0"


def test_dropout_passes_gradients_to_what_stays():
    x, keep = tf.placeholder(tf.float32, [None]), tf.placeholder("float")
    dropped = tf.nn.dropout(x, keep)
    gradient = tf.gradients(dropped, x)[0]
    with tf.Session() as session:
        value, slope = session.run([dropped, gradient], {x: np.ones(100), keep: 0.25})
        assert session.run(dropped, {x: [1.0, 2.0], keep: 1.0}).tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(slope, value)
    assert set(value) == {0.0, 4.0}


def test_rows_of_a_table_by_their_places_held_to_a_norm():
    table = tf.Variable([[3.0, 4.0], [0.3, 0.4]])
    rows = tf.nn.embedding_lookup(table, [[0, 1]], max_norm=1.0)
    assert tf.nn.embedding_lookup(table, [0]).name == "embedding_lookup_1/Identity:0"
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(rows), [[[0.6, 0.8], [0.3, 0.4]]], rtol=1e-6)


def test_batch_normalization_by_hand():
    x = tf.placeholder(tf.float32, [None, 2])
    mean, variance = tf.nn.moments(x, [0])
    scale, offset = tf.Variable([2.0, 3.0]), tf.Variable([0.5, -0.5])
    normal = tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)
    assert normal.name == "batchnorm/add_1:0"
    rows = np.array([[1.0, 2.0], [3.0, 6.0]], np.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run(normal, {x: rows})
    expected = (rows - rows.mean(0)) / np.sqrt(rows.var(0) + 1e-3) * [2, 3] + [0.5, -0.5]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
