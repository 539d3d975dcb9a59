"""Scopes and get_variable. The texts of errors and all names are those of TensorFlow 2.21.0's compat.v1."""

import numpy as np
import pytest

from fallline.graph import initializers
from fallline.graph.core import dtypes
from fallline.graph.core.building import constant
from fallline.graph.core.failures import GraphTypeError, OldNameWarning
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.variable_lists import (
    global_variables,
    global_variables_initializer,
    local_variables,
    trainable_variables,
)
from fallline.graph.core.variable_scopes import (
    AUTO_REUSE,
    get_local_variable,
    get_variable,
    get_variable_scope,
    name_scope,
    no_regularizer,
    op_scope,
    variable_op_scope,
    variable_scope,
)
from fallline.graph.core.variables import Variable
from fallline.graph.ops.math import reduce_sum
from fallline.graph.running.session import Session


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


def value(tensor):
    with Session() as session:
        session.run(global_variables_initializer())
        return session.run(tensor)


zeros = initializers.zeros_initializer


# --- get_variable -----------------------------------------------------------------------------------------


def test_what_a_variable_starts_as():
    given = [
        get_variable("a", [2], initializer=zeros),
        get_variable("b", [2], initializer=initializers.constant_initializer(3.0)),
        get_variable("c", initializer=constant([1.0, 2.0])),
        get_variable("d", initializer=5),
        get_variable("e", initializer=np.ones(2)),
        get_variable("f", [2], initializer=lambda shape, dtype, partition_info=None: zeros()(shape, dtype)),
        get_variable("g", initializer=lambda: constant([[7.0]])),
        get_variable("h", [2], dtypes.int32),
        get_variable("i", [], dtypes.bool_),
    ]
    found = value(given)
    expected = [[0, 0], [3, 3], [1, 2], 5, [1, 1], [0, 0], [[7]], [0, 0], False]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    kinds = [each.dtype.base_dtype.name for each in given]
    assert kinds == ["float32"] * 3 + ["int32", "float64", "float32", "float32", "int32", "bool"]


def test_names_within_a_variable():
    get_variable("w", [2, 3], initializer=zeros)
    names = [each.name for each in get_default_graph().get_operations()]
    assert names[-3:] == ["w", "w/Assign", "w/read"]
    assert names[0].startswith("w/Initializer/zeros")


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: get_variable("w"), ValueError, "Variable w did not get an initializer, so its `shape` argument must be specified."),
        (lambda: get_variable("w", [None, 3]), ValueError, "The initializer passed is not valid."),
        (lambda: get_variable("w", initializer=zeros), ValueError, "The initializer passed is not valid."),
        (lambda: get_variable("w", [2], initializer=zeros()([2])), ValueError, "If initializer is a constant, do not specify shape."),
        (
            lambda: get_variable("w", dtype=dtypes.float32, initializer=3),
            ValueError,
            "Initializer type '<dtype: 'int32'>' and explicit dtype '<dtype: 'float32'>' don't match.",
        ),
        (
            lambda: get_variable("w", dtype=dtypes.float64, initializer=np.zeros(2, np.float32)),
            ValueError,
            "Initializer type '<dtype: 'float32'>' and explicit dtype '<dtype: 'float64'>' don't match.",
        ),
        (lambda: get_variable("w", [2], initializer=lambda shape: zeros()([3])), ValueError, "gives shape"),
        (lambda: get_variable(3), ValueError, "expected a name"),
        (lambda: get_variable("w", [2], partitioner=1), ValueError, "partitioner"),
    ],
)  # fmt: skip
def test_a_variable_that_cannot_be_made(make, error, says):
    with pytest.raises(error) as caught:
        make()
    assert says in str(caught.value)


def test_a_variable_exists_already_and_where_it_was_made():
    get_variable("w", [2], initializer=zeros)
    with pytest.raises(ValueError, match="already exists") as caught:
        get_variable("w", [2], initializer=zeros)
    text = str(caught.value)
    assert text.startswith(
        "Variable w already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? "
        "Originally defined at:"
    )
    assert "test_variable_scopes.py" in text
    assert 'get_variable("w", [2], initializer=zeros)' in text


def test_a_variable_that_does_not_exist():
    get_variable("weight", [2], initializer=zeros)
    with (
        variable_scope("", reuse=True),
        pytest.raises(ValueError, match=r"Variable weights does not exist, or was not created with tf.get_vari") as caught,
    ):  # fmt: skip
        get_variable("weights", [2])
    assert "There is a variable weight." in str(caught.value)


def test_reuse_looks_at_shape_and_type_only():  # V4
    w = get_variable("w", [2], initializer=zeros)
    with variable_scope("", reuse=True):
        with pytest.raises(
            ValueError, match=r"variable w, but specified shape \(3,\) and found shape \(2,\)\."
        ):
            get_variable("w", [3])
        with pytest.raises(
            ValueError, match=r"variable w, but specified dtype int32 and found dtype float32_ref\."
        ):
            get_variable("w", [2], dtypes.int32)
        again = get_variable("w", [2], initializer=initializers.ones_initializer(), trainable=False)
    assert again is w
    assert trainable_variables() == [w]


def test_get_variable_beside_plain_variables():  # V5
    Variable(1.0, name="v")
    assert get_variable("v", [1], initializer=zeros).name == "v_1:0"
    w = get_variable("w", [1], initializer=zeros)
    with variable_scope("", reuse=True):
        assert Variable(1.0, name="w").name == "w_1:0"
        assert get_variable("w", [1]) is w


def test_trainable_and_collections():
    free = get_variable("free", [2], initializer=zeros, trainable=False, collections=["c"])
    local = get_local_variable("local", [2], initializer=zeros)
    assert get_default_graph().get_collection("c") == [free]
    assert global_variables() == []
    assert local_variables() == [local]
    assert trainable_variables() == []


def test_regularizers_are_added_once():
    with variable_scope("s", regularizer=reduce_sum, reuse=AUTO_REUSE) as scope:
        get_variable("w", [2], initializer=initializers.ones_initializer())
        get_variable("w", [2])
        get_variable("free", [2], initializer=zeros, regularizer=no_regularizer)
    (loss,) = get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name == "s/w/Regularizer/Sum:0"
    assert value(loss) == 2.0
    assert scope.regularizer is reduce_sum


def test_constraints_are_kept():
    with variable_scope("s", constraint=abs):
        assert get_variable("w", [2], initializer=zeros).constraint is abs
        assert get_variable("v", [2], initializer=zeros, constraint=max).constraint is max


def test_custom_getters_see_the_full_name():
    seen = []

    def half(getter, name, *arguments, **keywords):
        seen.append(name)
        return getter(name, *arguments, **keywords) * 0.5

    with variable_scope("s", custom_getter=half):
        w = get_variable("w", [1], initializer=initializers.ones_initializer())
    assert seen == ["s/w"]
    np.testing.assert_array_equal(value(w), [0.5])


# --- scopes -----------------------------------------------------------------------------------------------


def test_variables_ignore_name_scopes_and_operations_do_not():  # V6
    with variable_scope("s"):
        pass
    with variable_scope("s"), name_scope("n"):
        assert get_variable("w", [1], initializer=zeros).name == "s/w:0"
        assert constant(1.0, name="x").name == "s_1/n/x:0"
        assert Variable(1.0, name="v").name == "s_1/n/v:0"


def test_default_names_are_made_unique():  # V7
    names = []
    for _ in range(2):
        with variable_scope(None, default_name="q") as scope:
            names.append((scope.name, scope.original_name_scope))
    assert names == [("q", "q/"), ("q_1", "q_1/")]
    with variable_scope("q") as scope:
        assert scope.name == "q"
        assert constant(1.0).name == "q_2/Const:0"
    with variable_scope("a", "b") as scope:
        assert scope.name == "a"
    with pytest.raises(ValueError, match="reuse=True cannot be used without a name_or_scope"):
        variable_scope(None, "q", reuse=True).__enter__()
    with pytest.raises(TypeError, match="If default_name is None then name_or_scope is required"):
        variable_scope(None).__enter__()
    with pytest.raises(ValueError, match="The reuse parameter must be True or False or None"):
        variable_scope("s", reuse="x").__enter__()
    with pytest.raises(TypeError, match="name_or_scope must be a string or VariableScope"):
        variable_scope(3).__enter__()


def test_reuse_is_inherited():  # V8
    with variable_scope("s"):
        w = get_variable("w", [1], initializer=zeros)
        with variable_scope("t"):
            v = get_variable("v", [1], initializer=zeros)
    with variable_scope("s", reuse=True) as s:
        assert get_variable("w", [1]) is w
        with variable_scope("t", reuse=False) as t:
            assert t.reuse
            assert get_variable("v", [1]) is v
    with variable_scope(s):  # the scope object remembers that it reuses
        assert get_variable("w", [1]) is w


def test_auto_reuse_and_reuse_variables():
    for _ in range(2):
        with variable_scope("s", reuse=AUTO_REUSE):
            w = get_variable("w", [1], initializer=zeros)
    assert global_variables() == [w]
    with variable_scope("s") as scope:
        scope.reuse_variables()
        assert get_variable_scope().reuse is True
        assert get_variable("w", [1]) is w
    get_variable_scope().reuse_variables()
    with variable_scope("s"):
        assert get_variable("w", [1]) is w


def test_a_scope_object_within_another_scope():  # V9
    with variable_scope("t") as t:
        pass
    with variable_scope("outer"), variable_scope(t):
        assert get_variable("m", [1], initializer=zeros).name == "t/m:0"
        assert constant(1.0, name="o").name == "outer/t/o:0"
    with variable_scope("outer"), variable_scope(t, auxiliary_name_scope=False) as again:
        assert again.original_name_scope == "t/"
        assert constant(1.0, name="o").name == "outer_1/o:0"


def test_collections_by_scope_are_regular_expressions():  # V10
    for name in ("s", "s2"):
        with variable_scope(name) as scope:
            get_variable("w", [1], initializer=zeros)
    assert [each.name for each in trainable_variables("s")] == ["s/w:0", "s2/w:0"]
    assert [each.name for each in trainable_variables("s/")] == ["s/w:0"]
    assert [each.name for each in scope.trainable_variables()] == ["s2/w:0"]
    assert [each.name for each in scope.global_variables()] == ["s2/w:0"]
    assert scope.local_variables() == []


def test_names_without_regard_to_case_and_entered_again():  # V11, V12
    constant(1.0, name="x")
    constant(1.0, name="x")
    assert constant(1.0, name="X").name == "X_2:0"
    with name_scope("n") as n:
        assert n == "n/"
    with name_scope(n):
        assert constant(1.0).name == "n/Const:0"
        with name_scope(None):
            assert constant(1.0).name == "Const:0"
        with name_scope("_inner"):
            assert constant(1.0).name == "n/_inner/Const:0"
    with name_scope(None, "default"):
        assert constant(1.0).name == "default/Const:0"
    with pytest.raises(ValueError, match="is not a valid scope name"):
        name_scope("_x").__enter__()
    with pytest.raises(ValueError, match="is not a valid scope name"):
        name_scope("two words").__enter__()
    with pytest.raises(ValueError, match=r"At least one of name \(None\) and default_name \(None\)"):
        name_scope(None, None, [1])


def test_defaults_of_scopes_are_inherited():
    with variable_scope("s", initializer=initializers.ones_initializer(), dtype=dtypes.float64) as s:
        with variable_scope("t", dtype=dtypes.float32) as t:
            w = get_variable("w", [1])
        v = get_variable("v", [1])
        get_variable_scope().set_initializer(initializers.constant_initializer(4.0))
        u = get_variable("u", [1])
    assert t.initializer is not None
    assert (w.dtype.base_dtype, v.dtype.base_dtype) == (dtypes.float32, dtypes.float64)
    assert [each.item() for each in value([w, v, u])] == [1.0, 1.0, 4.0]
    s.set_dtype(dtypes.float16)
    s.set_regularizer(reduce_sum)
    s.set_custom_getter(None)
    assert s.dtype is dtypes.float16


def test_spellings_of_before_1_0():
    with pytest.warns(OldNameWarning, match=r"tf\.variable_scope\(name, default_name, values\)"):
        entered = variable_op_scope([constant(1.0)], "a", "b")
    with entered as scope:
        assert scope.name == "a"
    with pytest.warns(OldNameWarning, match=r"tf\.name_scope\(name"):
        names = op_scope([], None, "b")
    with names as name:
        assert name == "b/"


# --- initial values that depend on others ------------------------------------------------------------------


def test_initial_values_that_read_other_variables():  # V14
    a = Variable(2.0)
    b = Variable(a * 2.0)
    c = Variable(a.initialized_value() * 3.0)
    assert value([a, b, c]) == [2.0, 4.0, 6.0]


def test_the_initializer_covers_what_exists():  # V15
    a = Variable(1.0)
    init = global_variables_initializer()
    b = Variable(1.0)
    with Session() as session:
        session.run(init)
        assert session.run(a) == 1.0
        with pytest.raises(Exception, match="Attempting to use uninitialized value"):
            session.run(b)


def test_types_of_variables():  # V2
    assert Variable(np.zeros(2)).dtype.base_dtype is dtypes.float64
    assert Variable(1).dtype.base_dtype is dtypes.int32
    assert Variable(1, dtype=dtypes.float32).dtype.base_dtype is dtypes.float32
    with pytest.raises(TypeError):
        Variable(1.5, dtype=dtypes.int32)


def test_text_is_no_variable():
    with Graph().as_default(), pytest.raises(GraphTypeError, match="tf.Variable 't': variables hold numbers"):
        Variable(["x"], name="t")
