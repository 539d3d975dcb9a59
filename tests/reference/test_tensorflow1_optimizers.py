"""The rules of TensorFlow 1, by a graph and by a run, against what TensorFlow 2.21.0 gives.

Measured with `tensorflow.compat.v1` on the CPU: two weights [1, -0.5] after five steps along GRADIENTS; a table of three rows
[1, -0.5, 0.25] after five steps along a gradient of 0.5 of each row that is gathered.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import optimizers
from fallline.graph import train
from fallline.graph.core.building import node
from fallline.graph.core.dtypes import float32, int32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Formula
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.core.variables import Variable
from fallline.graph.ops.math import reduce_sum
from fallline.graph.running.session import Session
from fallline.optimizers import TensorFlow1Optimizer
from fallline.optimizers.tensorflow1.kinds import KINDS

GRADIENTS = [[0.5, -2.0], [1.5, 0.25], [-0.75, 1.0], [0.0, -3.0], [0.1, 0.2]]
ROWS = [[0, 2], [2], [1, 1], [0, 1, 2, 0], [0]]

MADE = {
    "GradientDescent": lambda s: train.GradientDescentOptimizer(0.1),
    "Momentum": lambda s: train.MomentumOptimizer(0.1, 0.9),
    "Momentum nesterov": lambda s: train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "Adagrad": lambda s: train.AdagradOptimizer(0.1, 0.3),
    "AdagradDA": lambda s: train.AdagradDAOptimizer(0.1, s, 0.2),
    "AdagradDA l1 l2": lambda s: train.AdagradDAOptimizer(0.1, s, 0.2, 0.05, 0.5),
    "Adadelta": lambda s: train.AdadeltaOptimizer(0.5, 0.9, 1e-3),
    "RMSProp": lambda s: train.RMSPropOptimizer(0.1, 0.8, 0.5, 1e-3),
    "RMSProp centered": lambda s: train.RMSPropOptimizer(0.1, 0.8, 0.5, 1e-3, centered=True),
    "Adam": lambda s: train.AdamOptimizer(0.1, 0.8, 0.95, 1e-3),
    "Ftrl": lambda s: train.FtrlOptimizer(
        0.1, -0.6, 0.2, 0.05, 0.5, l2_shrinkage_regularization_strength=0.3, beta=0.2
    ),
    "Ftrl l1 l2": lambda s: train.FtrlOptimizer(
        0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.5
    ),
    "ProximalGradientDescent": lambda s: train.ProximalGradientDescentOptimizer(0.1, 0.2, 0.5),
    "ProximalAdagrad": lambda s: train.ProximalAdagradOptimizer(0.1, 0.2, 0.2, 0.5),
}

MEASURED = {
    "GradientDescent": ([0.86499995, -0.145], [0.79999995, -0.65000004, 0.10000001]),
    "Momentum": ([0.47264501, 0.51204491], [0.62449992, -0.74000001, -0.030499995]),
    "Momentum nesterov": ([0.39038047, 0.76584041], [0.46204999, -0.866, -0.15245]),
    "Adagrad": ([0.87839317, -0.38481408], [0.81499028, -0.62786674, 0.077883311]),
    "AdagradDA": ([-0.074626654, 0.093869038], [-0.153393, -0.12456822, -0.15389676]),
    "AdagradDA l1 l2": ([-0.053423859, 0.081847988], [-0.11262417, -0.092582077, -0.1106685]),
    "Adadelta": ([0.92064852, -0.43523568], [0.8481546, -0.58249712, 0.099557221]),
    "RMSProp": ([0.74827206, -0.13630961], [0.68779534, -0.70412576, 0.0046823323]),
    "RMSProp centered": ([0.73036498, -0.10141904], [0.67513698, -0.70950425, -0.0010569245]),
    "Adam": ([0.72959208, -0.25026441], [0.63746017, -0.70740294, -0.17220582]),
    "Ftrl": ([0.081457704, -0.25452766], [0.032548759, -0.32591453, -0.082740322]),
    "Ftrl l1 l2": ([0.26566824, -0.28693306], [0.20277072, -0.44116104, -0.074642576]),
    "ProximalGradientDescent": ([0.58961922, -0.0023584068], [0.62785876, -0.55464858, 0.025332035]),
    "ProximalAdagrad": ([0.65424091, -0.30971459], [0.62688369, -0.5500887, 0.0]),
}
"""Name -> the weights, the table."""


@pytest.fixture(scope="module")
def graphs() -> dict[str, tuple[Any, Any]]:
    """The weights and the table after five steps of each optimizer, all in one graph and program."""
    made = {}
    with Graph().as_default() as graph, Session(graph=graph) as session:
        step = train.get_or_create_global_step()
        g = graph.add("Placeholder", [], Formula(None), [(float32, (2,))]).outputs[0]
        ids = graph.add("Placeholder", [], Formula(None), [(int32, (None,))]).outputs[0]
        steps, tables = [], []
        for name, make in MADE.items():
            w = Variable([1.0, -0.5])
            table = Variable([[1.0], [-0.5], [0.25]])
            take = Formula(_taken, differentiable=(0,))
            rows = node("GatherV2", [table.value(), ids], take, (None, 1))
            steps.append(make(step).minimize(reduce_sum(w * g), var_list=[w]))
            tables.append(make(step).minimize(reduce_sum(rows * 0.5), var_list=[table]))
            made[name] = (w, table)
        count = step.assign_add(1)
        session.run(global_variables_initializer())
        for each in GRADIENTS:
            session.run(steps, {g: each})
            session.run(count)
        step.load(0, session)
        for each in ROWS:
            session.run(tables, {ids: each})
            session.run(count)
        return session.run(made)


def _taken(table: Any, ids: Any) -> Any:
    return jnp.take(table, ids, axis=0)


@pytest.mark.parametrize("name", MEASURED)
def test_steps_of_a_graph(graphs: Any, name: str) -> None:
    np.testing.assert_allclose(graphs[name][0], MEASURED[name][0], rtol=3e-6, atol=1e-7)
    np.testing.assert_allclose(graphs[name][1][:, 0], MEASURED[name][1], rtol=3e-6, atol=1e-7)


@pytest.mark.references("optimizers.TensorFlow1Optimizer")
@pytest.mark.parametrize("name", MEASURED)
def test_steps_of_a_run(name: str) -> None:
    optimizer = optimizers.get(MADE[name](None))
    params = {"w": jnp.asarray([1.0, -0.5])}
    state = optimizer.init(params)
    for each in GRADIENTS:
        params, state = optimizer.update({"w": jnp.asarray(each)}, state, params)  # type: ignore[attr-defined]
    np.testing.assert_allclose(params["w"], MEASURED[name][0], rtol=3e-6, atol=1e-7)


def test_a_model_is_compiled_with_one() -> None:
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1, use_bias=False)])
    model.compile(train.AdagradOptimizer(1.0), "mse")
    model.set_weights([np.zeros((2, 1), np.float32)])
    model.fit(np.ones((4, 2), np.float32), np.ones((4, 1), np.float32), batch_size=4, verbose=0)
    # The gradient is -2: w = 2 / sqrt(0.1 + 4).
    np.testing.assert_allclose(model.get_weights()[0], 0.9877296, rtol=1e-6)
    assert repr(model.optimizer) == repr(TensorFlow1Optimizer(1.0, "Adagrad"))


def test_a_tensor_is_no_number_of_a_run() -> None:
    with Graph().as_default() as graph:
        rate = graph.add("Placeholder", [], Formula(None), [(float32, ())], "rate").outputs[0]
        with pytest.raises(
            GraphError, match=r"learning_rate is the tensor rate:0.*fallline\.optimizers\.schedules"
        ):
            optimizers.get(train.AdamOptimizer(rate))


def test_wrong_numbers_are_named() -> None:
    with pytest.raises(fl.errors.UsageError, match='there is no "beta_1". Did you mean "beta1"'):
        TensorFlow1Optimizer(kind="Adam", numbers={"beta_1": 0.5})
    with pytest.raises(fl.errors.UsageError, match="unknown kind"):
        TensorFlow1Optimizer(kind="Adamm")
    with pytest.raises(fl.errors.UsageError, match="expected 3 of them"):
        TensorFlow1Optimizer(kind="Adam", numbers=(0.5,))
    with pytest.raises(fl.errors.UsageError, match="Adagrad: initial_accumulator_value must be"):
        TensorFlow1Optimizer(kind="Adagrad", numbers={"initial_accumulator_value": 0.0})
    with pytest.raises(fl.errors.UsageError, match="numbers of Adam: expected a dictionary"):
        TensorFlow1Optimizer(kind="Adam", numbers=0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_described_and_made_again(kind: str) -> None:
    made = TensorFlow1Optimizer(0.25, kind)
    assert len(made.numbers) == len(KINDS[kind].numbers)
    assert repr(optimizers.deserialize(optimizers.serialize(made))) == repr(made)
