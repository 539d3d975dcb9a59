"""Names, scopes, collections and nodes of a graph. Names and messages are those of TensorFlow 2.21.0 (`compat.v1`)."""

import numpy as np
import pytest

import fallline.graph as tf


def test_automatic_names_are_tensorflows():
    x = tf.placeholder(tf.float32, [2, 2])
    v = tf.Variable(tf.zeros([2, 2]))
    found = [
        x, tf.placeholder(tf.float32), v, tf.Variable(1.0), x + 1.0, x + x, x - x, x * x, x / x, x**2.0, -x,
        tf.matmul(x, x), tf.reduce_mean(x), tf.reduce_sum(x), tf.sigmoid(x), tf.identity(x), tf.constant(1.0),
    ]  # fmt: skip
    names = [each.name.removesuffix(":0") for each in found]
    assert names == [
        "Placeholder", "Placeholder_1", "Variable", "Variable_1", "add", "add_1", "sub", "mul", "truediv", "pow", "Neg",
        "MatMul", "Mean", "Sum", "Sigmoid", "Identity", names[-1],
    ]  # fmt: skip
    assert names[-1].startswith("Const")


def test_names_are_unique_without_regard_to_case():
    assert [tf.constant(1.0, name=name).name for name in ("x", "x", "X")] == ["x:0", "x_1:0", "X_2:0"]


def test_scopes_of_names():
    with tf.name_scope("s") as entered:
        assert entered == "s/"
        assert tf.constant(1.0, name="x").name == "s/x:0"
        with tf.name_scope("inner"):
            assert tf.constant(1.0, name="_x").name == "s/inner/_x:0"
        with tf.name_scope(None):
            assert tf.constant(1.0, name="x").name == "x:0"
    with tf.name_scope("s"):
        assert tf.constant(1.0, name="x").name == "s_1/x:0"
    with tf.name_scope(entered):
        assert tf.constant(1.0, name="x").name == "s/x_1:0"


@pytest.mark.parametrize("name", ["_x", "a b", "-x"])
def test_names_that_are_none(name):
    with pytest.raises(ValueError, match="not a valid scope name"):
        tf.constant(1.0, name=name)


def test_finding_by_name():
    graph = tf.get_default_graph()
    x = tf.constant(1.0, name="x")
    assert graph.get_tensor_by_name("x:0") is x
    assert graph.get_operation_by_name("x") is x.op
    with pytest.raises(ValueError, match='must be of the form "<op_name>:<output_index>": "x:0"'):
        graph.get_tensor_by_name("x")
    with pytest.raises(KeyError, match="has only 1 outputs"):
        graph.get_tensor_by_name("x:1")
    with pytest.raises(KeyError, match="Did you mean 'x'"):
        graph.get_tensor_by_name("xx:0")
    with pytest.raises(ValueError, match="refers to a Tensor, not an Operation"):
        graph.get_operation_by_name("x:0")
    with pytest.raises(KeyError, match="not in the graph"):
        graph.get_operation_by_name("nothing")
    assert graph.get_operations() == [x.op]


def test_collections_match_by_a_regular_expression_at_the_start():
    with tf.variable_scope("s"):
        tf.get_variable("w", [1])
    with tf.variable_scope("s2"):
        tf.get_variable("w", [1])
    assert [v.name for v in tf.trainable_variables("s")] == ["s/w:0", "s2/w:0"]
    assert [v.name for v in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="s/")] == ["s/w:0"]
    tf.add_to_collection("mine", 3)
    assert tf.get_collection("mine") == [3]
    tf.get_default_graph().clear_collection("mine")
    assert tf.get_collection("mine") == []


def test_tensors_have_no_value_in_python():
    x = tf.constant([1.0, 2.0])
    for use in (bool, list, len, float, np.asarray):
        with pytest.raises(TypeError):
            use(x)
    assert {x: 1}[x] == 1
    assert x in [x]
    assert x != tf.constant([1.0, 2.0])
    v = tf.Variable(1.0)
    assert v != tf.Variable(1.0)
    assert {v: 1}[v] == 1
    with pytest.raises(TypeError, match="not iterable"):
        iter(v)


def test_reprs():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder("float", name="y")
    assert str(x) == 'Tensor("x:0", shape=(?, 3), dtype=float32)'
    assert str(y) == 'Tensor("y:0", dtype=float32)'
    assert repr(x) == "<tf.Tensor 'x:0' shape=(?, 3) dtype=float32>"
    assert str([y]) == "[<tf.Tensor 'y:0' shape=<unknown> dtype=float32>]"
    assert repr(tf.Variable([1.0], name="v")) == "<tf.Variable 'v:0' shape=(1,) dtype=float32_ref>"
    assert repr(x.op) == "<tf.Operation 'x' type=Placeholder>"
    assert repr(tf.float32) == "tf.float32"
    assert str(tf.float32) == "<dtype: 'float32'>"


def test_static_shapes():
    x = tf.placeholder(tf.float32, [None, 3])
    assert x.get_shape().as_list() == [None, 3]
    assert x.shape[1].value == 3
    assert int(x.shape[1]) == 3
    assert x.shape[0].value is None
    assert x.shape.ndims == 2
    assert str(x.get_shape()) == "(?, 3)"
    assert tf.matmul(x, tf.zeros([3, 4])).shape.as_list() == [None, 4]
    assert (x + tf.zeros([3])).shape.as_list() == [None, 3]
    x.set_shape([7, None])
    assert x.shape.as_list() == [7, 3]
    with pytest.raises(ValueError, match="incompatible"):
        x.set_shape([8, 3])
    with pytest.raises(ValueError, match="not defined on an unknown"):
        tf.placeholder(tf.float32).shape.as_list()
    tf.Variable(tf.zeros([x.shape[1], 2]))


def test_misfits_are_found_while_the_graph_is_built():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(np.zeros((4, 2), "float32"), name="w")
    with pytest.raises(
        ValueError, match=r"Dimensions must be equal, but are 3 and 4 for 'product' .*x:0 \(\?, 3\), w/read:0"
    ):
        tf.matmul(x, w, name="product")
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 2"):
        x + tf.zeros([2])
    with pytest.raises(TypeError, match=r"takes inputs of one type, got .*float32.*int32.*tf\.cast"):
        x + tf.constant([1, 2, 3])
    with pytest.raises(TypeError, match="Expected int32"):
        tf.constant([1, 2]) * 2.0
    assert (x * 2).dtype == tf.float32
    assert (x * np.ones(3)).dtype == tf.float32


def test_constants():
    with pytest.raises(TypeError, match=r"Expected int32, but got 2\.7"):
        tf.constant(2.7, tf.int32)
    assert tf.constant(2, tf.float32).dtype == tf.float32
    assert tf.constant([1, 2]).dtype == tf.int32
    assert tf.constant(np.zeros(2)).dtype == tf.float64
    with tf.Session() as sess:
        assert sess.run(tf.constant([1, 2], shape=(5,))).tolist() == [1, 2, 2, 2, 2]
        assert sess.run(tf.constant(3.0, shape=[2, 2])).tolist() == [[3.0, 3.0], [3.0, 3.0]]
    with pytest.raises(ValueError, match="Too many elements"):
        tf.constant([1, 2, 3], shape=[2])
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        tf.constant([1, 2], shape=[5], verify_shape=True)


def test_graphs_of_ones_own():
    x = tf.constant(1.0)
    graph = tf.Graph()
    with graph.as_default():
        assert tf.get_default_graph() is graph
        with pytest.raises(ValueError, match="another graph"):
            x + 1.0
        with pytest.raises(AssertionError, match="nested graphs"):
            tf.reset_default_graph()
        tf.constant(1.0)
    assert tf.get_default_graph() is x.graph
    graph.finalize()
    with graph.as_default(), pytest.raises(RuntimeError, match="finalized"):
        tf.constant(2.0)


def test_variables():
    assert tf.Variable(np.zeros(2)).dtype.base_dtype == tf.float64
    assert tf.Variable(1).dtype.base_dtype == tf.int32
    assert tf.Variable(1, dtype=tf.float32).dtype.base_dtype == tf.float32
    with pytest.raises(TypeError, match="Expected int32"):
        tf.Variable(1.5, dtype=tf.int32)
    with pytest.raises(ValueError, match="initial_value must be specified"):
        tf.Variable()
    v = tf.Variable(lambda: tf.zeros([3]), name="v", trainable=False)
    assert v.name == "v:0"
    assert v not in tf.trainable_variables()
    assert v in tf.global_variables()
    with tf.Session() as sess:
        sess.run(v.initializer)
        v.load([1.0, 2.0, 3.0], sess)
        assert v.eval().tolist() == [1.0, 2.0, 3.0]
        with pytest.raises(ValueError, match="Cannot load shape"):
            v.load([1.0], sess)
    with pytest.raises(TypeError, match="only variables can be assigned"):
        tf.assign(tf.constant(1.0), 2.0)


def test_a_picture(tmp_path):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    with pytest.raises(ValueError, match="the graph is empty"):
        tf.Graph().show()
    y = tf.matmul(x, tf.Variable(tf.zeros([4, 2]), name="W"), name="product")
    picture = tf.get_default_graph().show(tmp_path / "graph.svg")
    text = (tmp_path / "graph.svg").read_text()
    assert text.startswith("<?xml")
    assert "1 input" in picture.title
    assert "1 variable" in picture.title
    picture.save(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"\.svg or \.png"):
        picture.save(tmp_path / "graph.gif")
    assert y.shape.as_list() == [None, 2]


def test_an_initializer_is_fed_the_value_that_it_assigns():
    # How the weights of another network are put into a graph that is built already.
    w = tf.Variable([1.0, 2.0], name="w")
    assign = tf.get_default_graph().get_operation_by_name("w/Assign")
    assert [each.name for each in assign.inputs] == ["w:0", w.initial_value.name]
    with tf.Session() as sess:
        sess.run(assign, feed_dict={assign.inputs[1]: [3.0, 4.0]})
        assert sess.run(w).tolist() == [3.0, 4.0]


def test_a_type_in_the_place_of_trainable_is_forgiven():
    with pytest.warns(tf.OldNameWarning, match=r"tf\.Variable\(value, dtype=tf\.float32\)"):
        v = tf.Variable([0.3], tf.float32)
    assert v in tf.trainable_variables()
    with pytest.warns(tf.OldNameWarning):
        assert tf.Variable([1], tf.float32).dtype.base_dtype == tf.int32
