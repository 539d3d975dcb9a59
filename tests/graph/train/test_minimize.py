"""What `minimize` makes: names, slots, errors; with what TensorFlow 2.21.0 gives (`tensorflow.compat.v1`)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.graph import train
from fallline.graph.core.building import constant
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.graph import GraphKeys
from fallline.graph.core.variable_lists import (
    global_variables,
    global_variables_initializer,
    trainable_variables,
)
from fallline.graph.core.variable_scopes import get_variable, variable_scope
from fallline.graph.core.variables import Variable
from fallline.graph.errors import FailedPreconditionError
from fallline.graph.ops.math import floor, maximum, minimum, reduce_sum
from fallline.graph.running.session import Session


def names(variables):
    return [each.name.removesuffix(":0") for each in variables]


def test_slots_are_named_in_the_order_of_making(graph):
    v = Variable(1.0, name="v")
    plain, centered = train.RMSPropOptimizer(0.1), train.RMSPropOptimizer(0.1, centered=True, name="C")
    plain.minimize(v * v)
    centered.minimize(v * v)
    assert plain.get_slot(v, "rms").name == "v/RMSProp:0"
    assert plain.get_slot(v, "momentum").name == "v/RMSProp_1:0"
    assert plain.get_slot_names() == ["momentum", "rms"]
    assert centered.get_slot_names() == ["mg", "momentum", "rms"]
    assert [centered.get_slot(v, slot).name for slot in ("rms", "mg", "momentum")] == [
        "v/C:0", "v/C_1:0", "v/C_2:0"
    ]  # fmt: skip
    assert plain.get_slot(v, "mg") is None
    assert trainable_variables() == [v]


def test_beta_powers_are_shared_and_multiplied_by_each_run(graph, initialized):
    a, b = Variable(0.0, name="a"), Variable(0.0, name="b")
    adam = train.AdamOptimizer(0.1)
    first, second = adam.minimize(a * 1.0, var_list=[a]), adam.minimize(b * 1.0, var_list=[b])
    session = initialized()
    session.run(first)
    session.run(second)
    np.testing.assert_allclose(session.run(b), -0.0744134, rtol=1e-6)
    session.run(second)
    np.testing.assert_allclose(session.run(b), -0.1602591, rtol=1e-6)
    assert names(adam.variables()) == [
        "a/Adam",
        "a/Adam_1",
        "b/Adam",
        "b/Adam_1",
        "beta1_power",
        "beta2_power",
    ]


def test_two_operations_in_one_run_multiply_the_powers_twice(graph, initialized):
    a, b = Variable(0.0, name="a"), Variable(0.0, name="b")
    adam = train.AdamOptimizer(0.1)
    both = [adam.minimize(each * 1.0, var_list=[each]) for each in (a, b)]
    session = initialized()
    session.run(both)
    session.run(both)
    np.testing.assert_allclose(session.run(graph.get_tensor_by_name("beta1_power:0")), 0.9**5, rtol=1e-6)


def test_a_rate_is_one_number(graph, initialized):
    w = Variable([0.0, 0.0], name="w")
    with pytest.raises(GraphShapeError, match=r"learning_rate must be one number.*\(2,\)"):
        train.GradientDescentOptimizer([0.1, 0.2]).minimize(w * 1.0)
    adam = train.AdamOptimizer(0.5)
    adam.minimize(w * 1.0)
    assert initialized().run(adam._lr_t) == 0.5


def test_numbers_out_of_range_are_refused(graph):
    with pytest.raises(GraphError, match="initial_accumulator_value must be positive: 0"):
        train.AdagradOptimizer(0.1, initial_accumulator_value=0.0)
    with pytest.raises(ValueError, match="must be positive"):
        train.ProximalAdagradOptimizer(0.1, initial_accumulator_value=0)
    with pytest.raises(GraphError, match="learning_rate_power 0.5"):
        train.FtrlOptimizer(0.1, learning_rate_power=0.5)
    with pytest.raises(GraphError, match="l1_regularization_strength"):
        train.FtrlOptimizer(0.1, l1_regularization_strength=-1)
    with pytest.raises(GraphError, match="optimizer name"):
        train.AdamOptimizer(name="")


def test_slots_of_ftrl_take_names_of_their_own(graph):
    v = Variable(1.0, name="v")
    plain, named = train.FtrlOptimizer(0.1), train.FtrlOptimizer(0.1, accum_name="n", linear_name="z")
    plain.minimize(v * v)
    named.minimize(v * v)
    assert names(global_variables()) == ["v", "v/Ftrl", "v/Ftrl_1", "v/n", "v/z"]


def test_a_vector_of_losses_is_summed_or_weighed(graph, initialized):
    w = Variable([1.0, 2.0], name="w")
    plain = train.GradientDescentOptimizer(0.1).minimize(w * w)
    weighed = train.GradientDescentOptimizer(0.1).minimize(w * w, grad_loss=constant([1.0, 0.0]))
    session = initialized()
    session.run(plain)
    np.testing.assert_allclose(session.run(w), [0.8, 1.6])
    w.load([1.0, 2.0], session)
    session.run(weighed)
    np.testing.assert_allclose(session.run(w), [0.8, 2.0])


def test_variables_without_gradient_are_left_out(graph):
    w, unused, whole = Variable(1.0, name="w"), Variable(1.0, name="unused"), Variable(0, name="whole")
    adam = train.AdamOptimizer(0.1)
    pairs = adam.compute_gradients(w * w)
    assert [variable for _, variable in pairs] == [w, unused, whole]
    assert [gradient is None for gradient, _ in pairs] == [False, True, True]
    adam.apply_gradients(pairs)
    assert adam.get_slot(unused, "m") is None
    assert adam.get_slot(w, "m") is not None


def test_what_cannot_be_minimized_is_refused(graph):
    with pytest.raises(GraphError, match=r"No variables to optimize\."):
        train.GradientDescentOptimizer(0.1).minimize(constant(1.0))
    w = Variable(1.0, name="w")
    opt = train.GradientDescentOptimizer(0.1)
    with pytest.raises(
        GraphError, match="No gradients provided for any variable, check your graph.*between variables.*w:0"
    ):
        opt.minimize(floor(w))
    with pytest.raises(GraphError, match="Invalid type"):
        opt.minimize(constant(1))
    with pytest.raises(TypeError, match="not a tf.Variable"):
        opt.minimize(w * w, var_list=["w"])
    with pytest.raises(GraphError, match="No variables provided"):
        opt.apply_gradients([])
    with pytest.raises(GraphError, match="No gradients provided for any variable: "):
        opt.apply_gradients([(None, w)])
    with pytest.raises(GraphTypeError, match="pairs"):
        opt.apply_gradients([w])
    with pytest.raises(GraphTypeError, match="convertible"):
        opt.apply_gradients([("x", w)])
    with pytest.raises(GraphShapeError, match=r"w:0 has \(\), .* \(2,\)"):
        opt.apply_gradients([(constant([1.0, 2.0]), w)])
    with pytest.raises(GraphError, match="gate_gradients"):
        opt.minimize(w * w, gate_gradients=7)


def test_the_operation_is_named_after_the_optimizer(graph, initialized):
    w = Variable(1.0, name="w")
    step = Variable(0, name="global_step", trainable=False)
    plain = train.AdamOptimizer(0.1).minimize(w * w)
    counting = train.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)
    named = train.GradientDescentOptimizer(0.1).minimize(w * w, name="mine")
    with graph.name_scope("s"):
        inner = train.AdamOptimizer(0.1).minimize(w * w)
    assert [(each.name, each.type) for each in (plain, counting, named, inner)] == [
        ("Adam", "NoOp"), ("GradientDescent", "AssignAdd"), ("mine", "NoOp"), ("s/Adam", "NoOp")
    ]  # fmt: skip
    assert graph.get_operation_by_name("Adam/update_w/ApplyAdam").type == "ApplyAdam"
    assert graph.get_tensor_by_name("Adam/learning_rate:0").op.type == "Const"
    assert graph.get_collection(GraphKeys.TRAIN_OP) == [plain, counting, named, inner]
    session = initialized()
    assert session.run([plain, counting]) == [None, None]
    assert session.run(step) == 1


def test_the_rate_reads_the_step_before_it_counts(graph, initialized):
    w = Variable(0.0, name="w")
    step = Variable(0, name="global_step", trainable=False)
    from fallline.graph.ops.arrays import cast

    rate = 0.1 ** cast(step, float32)
    op = train.GradientDescentOptimizer(rate).minimize(w * 1.0, global_step=step)
    session = initialized()
    found = []
    for _ in range(3):
        session.run(op)
        found.append(session.run(w))
    np.testing.assert_allclose(found, [-1, -1.1, -1.11], rtol=1e-6)


def test_an_initializer_made_before_leaves_the_slots_out(graph):
    w = Variable(1.0, name="w")
    early = global_variables_initializer()
    adam = train.AdamOptimizer(0.1).minimize(w * w)
    plain = train.GradientDescentOptimizer(0.1).minimize(w * w)
    with Session(graph=graph) as session:
        session.run(early)
        session.run(plain)
        with pytest.raises(FailedPreconditionError, match="beta1_power"):
            session.run(adam)


def test_a_second_object_has_slots_of_its_own(graph):
    w = Variable(1.0, name="w")
    first, second = train.AdamOptimizer(0.1), train.AdamOptimizer(0.1)
    first.minimize(w * w)
    again = first.minimize(w * w)
    assert again.name == "Adam_1"
    op = second.minimize(w * w)
    assert op.name == "Adam_2"
    assert names(global_variables()) == [
        "w", "beta1_power", "beta2_power", "w/Adam", "w/Adam_1", "beta1_power_1", "beta2_power_1", "w/Adam_2", "w/Adam_3",
    ]  # fmt: skip


def test_slots_made_within_a_scope_stand_behind_it(graph):
    with variable_scope("s"):
        w = get_variable("w", initializer=constant(1.0))
        train.AdamOptimizer(0.1).minimize(w * w)
    train.AdamOptimizer(0.1).minimize(w * w)
    assert names(global_variables()) == [
        "s/w", "s/beta1_power", "s/beta2_power", "s/s/w/Adam", "s/s/w/Adam_1",
        "beta1_power", "beta2_power", "s/w/Adam", "s/w/Adam_1",
    ]  # fmt: skip


def test_a_constraint_follows_each_update(graph, initialized):
    def within(x):
        return minimum(maximum(x, 0.0), 0.95)

    w = Variable([1.0, 1.0], name="w", constraint=within)
    op = train.GradientDescentOptimizer(0.1).minimize(reduce_sum(w * constant([1.0, -1.0])))
    session = initialized()
    np.testing.assert_allclose(session.run(w), [1.0, 1.0])
    session.run(op)
    np.testing.assert_allclose(session.run(w), [0.9, 0.95])


def test_a_step_of_a_loss_that_is_a_function(graph, initialized):
    w = Variable(1.0, name="w")
    op = train.GradientDescentOptimizer(lambda: 0.5).minimize(lambda: w * 1.0)
    session = initialized()
    session.run(op)
    assert session.run(w) == 0.5


def test_clipped_gradients_are_applied(graph, initialized):
    w = Variable([3.0, 4.0], name="w")
    adam = train.MomentumOptimizer(0.1, 0.9)
    pairs = [(minimum(gradient, 1.0), variable) for gradient, variable in adam.compute_gradients(w * w)]
    op = adam.apply_gradients(pairs)
    session = initialized()
    session.run(op)
    np.testing.assert_allclose(session.run(w), [2.9, 3.9])


def test_an_optimizer_of_ones_own(graph, initialized):
    class Signed(train.Optimizer):
        def __init__(self, rate):
            super().__init__(False, "Signed")
            self.rate = rate

        def _create_slots(self, var_list):
            for each in var_list:
                self._zeros_slot(each, "seen", self._name)

        def _apply_dense(self, grad, var):
            from fallline.graph.core.variables import assign_add, assign_sub
            from fallline.graph.ops.math import sign

            seen = assign_add(self.get_slot(var, "seen"), grad)
            return assign_sub(var, self.rate * sign(seen))

    w = Variable([3.0, -4.0], name="w")
    op = Signed(0.5).minimize(w * w)
    session = initialized()
    session.run(op)
    np.testing.assert_allclose(session.run(w), [2.5, -3.5])
    assert graph.get_tensor_by_name("w/Signed:0") is not None


def test_errors_are_those_of_the_house(graph):
    with pytest.raises(UsageError):
        train.GradientDescentOptimizer(0.1).minimize(constant(1.0))
