"""Gradients of gathered tables, and the steps along them; numbers of TensorFlow 2.21.0 (`tensorflow.compat.v1`)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph import train
from fallline.graph.core.building import constant, convert
from fallline.graph.core.dtypes import int32
from fallline.graph.core.failures import GraphShapeError, GraphStateError
from fallline.graph.core.gradients import gradients
from fallline.graph.core.graph import Graph
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Formula
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.core.variables import Variable
from fallline.graph.errors import InvalidArgumentError
from fallline.graph.nn import embedding_lookup
from fallline.graph.ops.clipping import clip_by_global_norm, clip_by_norm, global_norm
from fallline.graph.ops.indexing import gather
from fallline.graph.ops.math import reduce_sum
from fallline.graph.running.session import Session


def test_the_gradient_of_a_gather_is_its_rows(graph, initialized):
    table = Variable(np.ones((3, 2), np.float32), name="table")
    loss = reduce_sum(gather(table, constant([[0, 2], [0, 0]])) * 2.0)
    (found,) = gradients(loss, [table])
    assert isinstance(found, IndexedSlices)
    assert found.shape.as_list() == [3, 2]
    session = initialized()
    value = session.run(found)
    np.testing.assert_array_equal(value.values, np.full((4, 2), 2.0))
    np.testing.assert_array_equal(value.indices, [0, 2, 0, 0])
    np.testing.assert_array_equal(value.dense_shape, [3, 2])
    np.testing.assert_array_equal(session.run(convert(found)), [[6, 6], [0, 0], [2, 2]])


def test_with_a_dense_use_it_is_dense(graph, initialized):
    table = Variable(np.ones((3, 1), np.float32), name="table")
    rows = reduce_sum(gather(table, constant([1])))
    (both,) = gradients(rows + reduce_sum(table * table), [table])
    assert not isinstance(both, IndexedSlices)
    session = initialized()
    np.testing.assert_array_equal(session.run(both), [[2], [3], [2]])


def test_several_gathers_are_put_together(graph, initialized):
    table = Variable(np.ones((3, 1), np.float32), name="table")
    loss = reduce_sum(gather(table, constant([1]))) + 3.0 * reduce_sum(gather(table, constant([2, 1])))
    (found,) = gradients(loss, [table])
    session = initialized()
    value = session.run(found)
    np.testing.assert_array_equal(value.values[:, 0], [1, 3, 3])
    np.testing.assert_array_equal(value.indices, [1, 2, 1])


def rows_after(optimizer, runs, factor=1.0, rows=2):
    """The rows of a table of zeros after steps that gather the given rows of it."""
    with Graph().as_default() as graph:
        table = Variable(np.zeros((rows, 1), np.float32), name="table")
        taken = graph.add("Placeholder", [], Formula(None), [(int32, (None,))]).outputs[0]
        op = optimizer.minimize(reduce_sum(gather(table, taken)) * factor)
        init = global_variables_initializer()
        with Session(graph=graph) as session:
            session.run(init)
            found = []
            for each in runs:
                session.run(op, {taken: each})
                found.append(session.run(table)[:, 0])
    return found


def test_adam_moves_rows_that_are_not_gathered():
    first, second = rows_after(train.AdamOptimizer(0.1), [[0], [1]])
    np.testing.assert_allclose(first, [-0.0999999642, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [-0.1670055389, -0.0744134113], rtol=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "factor", "expected"),
    [
        (train.MomentumOptimizer(0.1, 0.9), 1.0, [-0.1, -0.1, -0.29]),
        (train.MomentumOptimizer(0.1, 0.9, use_nesterov=True), 1.0, [-0.19, -0.19, -0.461]),
        (train.RMSPropOptimizer(0.1, momentum=0.9), 2.0, [-0.1754116, -0.1754116, -0.4928994]),
        (train.AdagradOptimizer(0.1), 1.0, [-0.0953463, -0.0953463, -0.1643528]),
    ],
)
def test_other_rules_leave_rows_that_are_not_gathered(optimizer, factor, expected):
    found = rows_after(optimizer, [[0], [1], [0]], factor)
    np.testing.assert_allclose([rows[0] for rows in found], expected, rtol=1e-6)
    np.testing.assert_allclose(found[2][1], found[0][0], rtol=1e-6)


@pytest.mark.parametrize(
    "optimizer",
    [
        train.AdadeltaOptimizer(0.1),
        train.FtrlOptimizer(0.1),
        train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.01),
        train.ProximalAdagradOptimizer(0.1),
        train.GradientDescentOptimizer(0.1),
    ],
    ids=lambda optimizer: optimizer.get_name(),
)
def test_a_gathered_row_moves_as_a_dense_one(optimizer):
    """Row 0 is gathered twice with a pause; it moves as a table of that one row."""
    found = rows_after(optimizer, [[0], [1], [0]])
    with Graph().as_default():
        alone = rows_after(type(optimizer)(0.1) if optimizer.get_name() != "ProximalGradientDescent" else
                           train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.01), [[0], [0]], rows=1)  # fmt: skip
    np.testing.assert_allclose(found[2][0], alone[1][0], rtol=1e-6)
    np.testing.assert_allclose(found[1], [alone[0][0]] * 2, rtol=1e-6)


def test_rows_of_one_place_are_summed_first():
    np.testing.assert_allclose(
        rows_after(train.AdagradOptimizer(0.1), [[0, 0]])[0], [-0.0987730, 0], rtol=1e-6
    )
    np.testing.assert_allclose(rows_after(train.AdamOptimizer(0.1), [[0, 0]])[0], [-0.1, 0], rtol=1e-6)
    np.testing.assert_allclose(
        rows_after(train.GradientDescentOptimizer(0.1), [[0, 0]])[0], [-0.2, 0], rtol=1e-6
    )


def test_an_empty_batch_moves_nothing():
    np.testing.assert_array_equal(rows_after(train.MomentumOptimizer(0.1, 0.9), [[]])[0], [0, 0])


def test_a_constraint_needs_a_dense_gradient(graph):
    table = Variable(np.zeros((2, 1), np.float32), name="table", constraint=lambda x: x)
    with pytest.raises(RuntimeError, match="Cannot use a constraint function on a sparse variable"):
        train.GradientDescentOptimizer(0.1).minimize(reduce_sum(gather(table, constant([0]))))
    assert issubclass(GraphStateError, RuntimeError)


def test_rows_and_places_must_fit(graph):
    with pytest.raises(GraphShapeError, match="one index for each row"):
        IndexedSlices(constant([[1.0], [2.0]]), constant([0]))


def test_rows_of_ones_own_are_applied(graph, initialized):
    w = Variable(np.zeros(3, np.float32), name="w")
    slices = IndexedSlices(constant([1.0, 2.0]), constant([2, 0]), constant([3]))
    op = train.GradientDescentOptimizer(0.5).apply_gradients([(slices, w)])
    session = initialized()
    session.run(op)
    np.testing.assert_array_equal(session.run(w), [-1.0, 0, -0.5])


def test_looking_up_gives_rows_too(graph, initialized):
    table = Variable(np.ones((3, 2), np.float32), name="table")
    (found,) = gradients(reduce_sum(embedding_lookup(table, constant([2, 0]))), [table])
    assert isinstance(found, IndexedSlices)
    np.testing.assert_array_equal(initialized().run(found).indices, [2, 0])


def test_norms_are_of_the_rows_as_they_stand(graph, initialized):
    table = Variable(np.zeros((2, 1), np.float32), name="table")
    loss = reduce_sum(gather(table, constant([0, 0, 1])) * constant([[2.0], [2.0], [4.0]]))
    (found,) = gradients(loss, [table])
    (clipped,), norm = clip_by_global_norm([found], 1.0)
    alone = clip_by_norm(found, 1.0)
    assert isinstance(clipped, IndexedSlices)
    op = train.GradientDescentOptimizer(1.0).apply_gradients([(clipped, table)])
    session = initialized()
    np.testing.assert_allclose(session.run([norm, global_norm([found])]), [4.8989797] * 2, rtol=1e-6)
    for each in (clipped, alone):
        np.testing.assert_allclose(
            session.run(each).values[:, 0], [0.4082483, 0.4082483, 0.8164966], rtol=1e-6
        )
    session.run(op)
    np.testing.assert_allclose(session.run(table)[:, 0], [-0.8164966, -0.8164966], rtol=1e-6)


def test_an_index_beyond_the_table_moves_nothing(graph, placeholder, initialized):
    table = Variable(np.zeros((2, 1), np.float32), name="table")
    ids = placeholder(int32, (None,))
    op = train.AdagradOptimizer(1.0).minimize(reduce_sum(gather(table, ids)))
    session = initialized()
    with pytest.raises(InvalidArgumentError, match="is not in"):
        session.run(op, {ids: [0, 2]})
    np.testing.assert_array_equal(session.run(table), [[0], [0]])
