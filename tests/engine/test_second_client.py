"""A second client of the waist: objectives that are no layer networks train in the same run."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._random import Key
from fallline._tree import tree
from fallline._types import Number, Scalar
from fallline.engine import (
    Batch,
    Data,
    EarlyStopping,
    Evaluated,
    FunctionObjective,
    Numbers,
    Objective,
    Plan,
    Program,
    Step,
    Variables,
    initialise,
    run,
    take_step,
)
from fallline.errors import UsageError
from fallline.metrics import WeightedMean
from fallline.optimizers import SGD, Adam, Optimizer, OptimizerState

TRUTH = np.array([0.8, -0.5], np.float32)  # amplitude, decay


def decay(rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(0, 3, rows, dtype=np.float32)
    return x, (TRUTH[0] * np.exp(TRUTH[1] * x)).astype(np.float32)


@tree
class Decay(Objective):
    """y = a exp(b x): two scalars instead of layers, and a prior whose weight is a number."""

    prior: Number = 0.0

    def init(self, key: Key) -> Variables:
        return Variables({"a": jax.random.normal(key, ()), "b": jnp.zeros(())}, {"batches": jnp.zeros(())})

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        residual = self.predict(variables, batch.x) - batch.y
        value = jnp.mean(residual**2) + jnp.asarray(self.prior, jnp.float32) * variables.params["a"] ** 2
        count = jnp.asarray(batch.rows, jnp.float32)
        batches = variables.state["batches"] + (1 if training else 0)
        return value, Evaluated({"batches": batches}, {"bias": WeightedMean(residual.sum(), count)})

    def predict(self, variables: Variables, x: jax.Array) -> jax.Array:
        return variables.params["a"] * jnp.exp(variables.params["b"] * x)


def test_it_trains_with_validation_and_early_stopping() -> None:
    x, y = decay()
    data = Data(Batch(x[::2], y[::2]), Batch(x[1::2], y[1::2]))
    rule = EarlyStopping(patience=10, min_delta=1e-9, restore_best_weights=True)
    result = run(Decay(), data, Plan(optimizer=Adam(0.05), epochs=500, batch_size=16, rules=(rule,), seed=3))
    assert result.outcome.kind == "early_stopped"
    fitted = np.array([result.variables.params["a"], result.variables.params["b"]])
    np.testing.assert_allclose(fitted, TRUTH, atol=1e-3)
    assert set(result.trace) == {"loss", "val_loss", "bias", "val_bias"}
    assert result.trace["val_loss"].min() < 1e-6
    # 100 rows in batches of 16: 7 steps an epoch, the last of 4 rows. The state is that of the best epoch.
    assert float(result.variables.state["batches"]) == 7 * (result.outcome.best_epoch + 1)
    # The best epoch by the rule written out: the last to undercut the best so far by more than min_delta.
    best, expected = np.inf, -1
    for epoch, value in enumerate(result.trace["val_loss"]):
        if value < np.float32(best - 1e-9):
            best, expected = value, epoch
    assert result.outcome.best_epoch == expected


def test_its_numbers_may_be_stacked() -> None:
    x, y = decay()
    plan = Plan(epochs=30, batch_size=50)
    numbers = [Numbers(Decay(prior), SGD(0.1), seed=4) for prior in (0.0, 3.0)]
    result = run(Decay(), Data(Batch(x, y)), plan, Numbers.stack(numbers))
    assert abs(result.variables.params["a"][1]) < 0.5 * abs(result.variables.params["a"][0])
    for k, number in enumerate(numbers):
        solo = run(number.objective, Data(Batch(x, y)), plan, number)
        np.testing.assert_allclose(result.trace["loss"][k], solo.trace["loss"], rtol=1e-6)


def test_functions_are_an_objective() -> None:
    """Plain least squares by full-batch gradient descent, against the recursion written in NumPy."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3)).astype(np.float32)
    y = (x @ [1.0, -2.0, 0.5]).astype(np.float32)
    objective = FunctionObjective(
        lambda key: jnp.zeros(3), lambda params, batch: (batch.x @ params - batch.y) ** 2
    )
    result = run(objective, Data(Batch(x, y)), Plan(optimizer=SGD(0.05), epochs=20, batch_size=50))
    w, losses = np.zeros(3), []
    for _ in range(20):
        residual = x.astype(np.float64) @ w - y
        losses.append(np.mean(residual**2))
        w -= 0.05 * 2 * x.T @ residual / 50
    np.testing.assert_allclose(result.trace["loss"], losses, rtol=1e-4)
    np.testing.assert_allclose(result.variables.params, w, rtol=1e-4)


def test_a_loss_of_the_wrong_shape_is_named() -> None:
    objective = FunctionObjective(lambda key: jnp.zeros(3), lambda params, batch: batch.x * params)
    data = Data(Batch(np.ones((10, 3), np.float32)))
    with pytest.raises(UsageError, match=r"scalar or one loss per row \(10,\), got shape \(10, 3\)"):
        run(objective, data, Plan(batch_size=10))


@tree
class Two(Optimizer):
    """An optimizer for each of two parameters: what trains with them says how."""

    first: Optimizer
    second: Optimizer

    def init_slots(self, params: Any) -> Any:
        return {"a": self.first.init(params["a"]), "b": self.second.init(params["b"])}

    def step(self, problem: Any, state: Any, params: Any) -> Any:
        raise AssertionError("the objective has a step of its own")


@tree
class Apart(Objective):
    """(a x - y)^2 + (b - 3)^2, each parameter by its own rule, and b held below 2 by hand."""

    def init(self, key: Key) -> Variables:
        return Variables({"a": jnp.zeros(()), "b": jnp.ones(())}, {})

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        a, b = variables.params["a"], variables.params["b"]
        return jnp.mean((a * batch.x - batch.y) ** 2) + (b - 3) ** 2, Evaluated({}, {})

    def advance(self, variables: Variables, optimizer: Any, batch: Batch, key: Key, numbers: Numbers) -> Step:
        (value, _), gradients = jax.value_and_grad(
            lambda params: self.loss(Variables(params, {}), batch, key, training=True), has_aux=True
        )(variables.params)
        params, slots = {}, {}
        for name, rule in (("a", numbers.optimizer.first), ("b", numbers.optimizer.second)):
            params[name], slots[name] = rule.update(
                gradients[name], optimizer.slots[name], variables.params[name]
            )
        params["b"] = jnp.minimum(params["b"], 2.0)
        return Step(Variables(params, {}), OptimizerState(optimizer.step + 1, slots), value, {})

    def predict(self, variables: Variables, x: jax.Array) -> jax.Array:
        return variables.params["a"] * x


def test_a_step_of_another_kind_in_the_same_run() -> None:
    """Two optimizers and a projection: each parameter's recursion in NumPy, in a population, with early stopping."""
    x = np.linspace(-1, 1, 12, dtype=np.float32)
    data, plan = Data(Batch(x, 2 * x)), Plan(epochs=40, batch_size=12)
    rates = ((0.3, 0.1), (0.05, 0.01))
    rule = EarlyStopping("loss", mode="min", patience=1, min_delta=1e-3)
    numbers = [Numbers(Apart(), Two(SGD(one), SGD(two, momentum=0.9)), (rule,)) for one, two in rates]
    result = run(Apart(), data, plan, Numbers.stack(numbers))
    for k, (one, two) in enumerate(rates):
        a, b, velocity, expected = 0.0, 1.0, 0.0, []
        for _ in range(int(result.epochs[k])):
            expected.append(np.mean((a * x - 2 * x) ** 2) + (b - 3) ** 2)
            a -= one * np.mean(2 * (a * x - 2 * x) * x)
            velocity = 0.9 * velocity - two * 2 * (b - 3)
            b = min(b + velocity, 2.0)
        np.testing.assert_allclose(result.trace["loss"][k][: len(expected)], expected, rtol=1e-4)
        np.testing.assert_allclose(result.variables.params["a"][k], a, rtol=1e-4)
        np.testing.assert_allclose(result.variables.params["b"][k], b, rtol=1e-5)
    assert result.variables.params["b"][0] == 2.0
    assert result.epochs[0] < result.epochs[1]
    assert result.outcome[0].kind == "early_stopped"


def test_a_step_stands_alone_too() -> None:
    """Three steps outside of a run, as the run takes them."""
    x, y = decay(30)
    numbers = Numbers(Decay(0.1), Adam(0.05), seed=6).canonical()
    result = run(Decay(0.1), Data(Batch(x, y)), Plan(epochs=3, batch_size=30, seed=6, optimizer=Adam(0.05)))
    variables = initialise(Decay(0.1), 6)
    optimizer, losses = numbers.optimizer.init(variables.params), []
    for epoch in range(3):
        taken = Program(take_step, "step")(
            variables, optimizer, Batch(x, y), numbers, np.int32(epoch), np.int32(0)
        )
        variables, optimizer = taken.variables, taken.optimizer
        losses.append(float(taken.loss))
    np.testing.assert_allclose(result.trace["loss"], losses, rtol=1e-6)
    assert float(variables.state["batches"]) == 3
