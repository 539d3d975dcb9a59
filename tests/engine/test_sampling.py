"""Rows chosen by error, class or difficulty, in the one loop."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline as fl
from fallline._random import named_key, root_key
from fallline.data import ClassBalanced, HardExamples, Sampling
from fallline.engine import Batch, Data, FunctionObjective, Numbers, Plan, run
from fallline.errors import UsageError
from fallline.optimizers import SGD

from .problems import classification, classifier


class Recording(Sampling):
    """Takes given rows, epoch by epoch."""

    def __init__(self, rows):
        self.rows = rows

    def epoch(self, seed, number, count):
        return np.asarray(self.rows[number], np.int32)


def mean_objective():
    """The mean of what was drawn as a loss that is linear in one parameter: its steps add up the rows."""

    def loss(params, batch):
        return params["w"] * batch.x[:, 0].mean()

    return FunctionObjective(lambda key: {"w": jax.numpy.zeros(())}, loss)


def test_the_steps_take_the_rows_of_the_sampling():
    x = np.arange(1.0, 8.0, dtype=np.float32)[:, None]
    epochs = [[0, 0, 0, 1, 1, 1, 2], [6, 6, 5, 5, 4, 4, 3]]
    plan = Plan(optimizer=SGD(1.0), epochs=2, batch_size=3, sampling=Recording(epochs))
    result = run(mean_objective(), Data(Batch(x)), plan)
    rows = np.array(epochs)
    expected = -sum(x[epoch[a:b]].mean() for epoch in rows for a, b in ((0, 3), (3, 6), (6, 7)))
    assert float(result.variables.params["w"]) == pytest.approx(expected, rel=1e-6)


def test_a_full_batch_is_sampled_too():
    x = np.arange(1.0, 5.0, dtype=np.float32)[:, None]
    plan = Plan(optimizer=SGD(1.0), epochs=1, batch_size=4, sampling=Recording([[3, 3, 3, 3]]))
    result = run(mean_objective(), Data(Batch(x)), plan)
    assert float(result.variables.params["w"]) == -4.0


def test_hard_examples_by_hand():
    """The second epoch draws by the losses at the end of the first, as the equations of the class say."""
    data, objective = classification(rows=90, validation=0), classifier()
    sampler = HardExamples(power=2.0, correction=0.5, even=0.2)
    plan = Plan(optimizer=SGD(0.1), epochs=2, batch_size=32, seed=4, sampling=sampler)
    result = run(objective, data, plan)

    key = named_key(root_key(4), "sampling")
    first = run(objective, data, Plan(optimizer=SGD(0.1), epochs=1, batch_size=32, seed=4, sampling=sampler))
    errors = np.asarray(objective.row_losses(first.variables, data.train))
    expected, state = first.variables, None
    rows, weights = map(np.asarray, sampler.draw(errors, jax.random.fold_in(key, 1), 90))
    probability = 0.8 * errors**2 / (errors**2).sum() + 0.2 / 90
    np.testing.assert_allclose(weights, (90 * probability[rows]) ** -0.5, rtol=1e-5)
    for cut in (slice(0, 32), slice(32, 64), slice(64, 90)):
        batch = Batch(data.train.x[rows[cut]], data.train.y[rows[cut]], weights[cut])
        step = run(
            objective,
            Data(batch),
            Plan(optimizer=SGD(0.1), epochs=1, batch_size=len(weights[cut])),
            variables=expected,
            optimizer=state,
        )
        expected, state = step.variables, step.optimizer
    for got, wanted in zip(jax.tree.leaves(result.variables), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_row_losses_are_those_of_the_loss():
    data, objective = classification(rows=50, validation=0), classifier()
    variables = objective.init(root_key(0))
    rows = np.asarray(objective.row_losses(variables, data.train))
    value, _ = objective.loss(variables, data.train, root_key(0), training=False)
    assert rows.shape == (50,)
    assert rows.mean() == pytest.approx(float(value), rel=1e-6)


def test_hard_examples_differ_between_members_as_in_solo_runs():
    data, objective = classification(rows=64, validation=20), classifier()
    numbers = [
        Numbers(objective, SGD(0.1), seed=seed, sampler=HardExamples(power))
        for seed, power in ((1, 0.5), (2, 2.0))
    ]
    plan = Plan(epochs=3, batch_size=16)
    together = run(objective, data, plan, Numbers.stack(numbers))
    for k, own in enumerate(numbers):
        alone = run(objective, data, plan, own)
        for stacked, solo in zip(
            jax.tree.leaves(together.variables), jax.tree.leaves(alone.variables), strict=True
        ):
            np.testing.assert_allclose(stacked[k], solo, rtol=1e-5, atol=1e-7)


def test_an_objective_that_knows_no_row_losses_says_so():
    plan = Plan(epochs=1, batch_size=2, sampling=HardExamples())
    with pytest.raises(UsageError, match="HardExamples needs the loss of each row"):
        run(mean_objective(), Data(Batch(np.ones((4, 1), np.float32))), plan)


def fitted(sampling):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)).astype(np.float32)
    y = (x[:, 0] > 1.6).astype(int)
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=60, sampling=sampling, verbose=0)
    return float((model.predict(x)[y == 1] > 0.5).mean())


def test_fit_takes_it_and_a_rare_class_is_found_sooner():
    """Of the 18 rows of the rare class, how many are recognised."""
    assert fitted(ClassBalanced()) > 0.9 > 0.5 > fitted(None)


def test_fit_refuses_what_chooses_nothing():
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(UsageError, match="sampling must be fl.data.ClassBalanced"):
        model.fit(np.ones((4, 2)), np.ones(4), sampling="hard", verbose=0)
