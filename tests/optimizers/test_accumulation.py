"""Gradient accumulation: n small batches are one large one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers import SGD, Adam, Nadam
from fallline.optimizers.schedules import InverseTimeDecay

jitted = jax.jit  # noqa: TID251 - a step alone, without the engine
RULES = {
    "sgd": lambda **k: SGD(0.1, 0.9, **k),
    "adam clipped and decayed": lambda **k: Adam(0.1, clipnorm=0.5, weight_decay=0.1, **k),
    "nadam": lambda **k: Nadam(0.1, **k),
}


def run(optimizer, start, gradients):
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state, path, update = optimizer.init(params), [], jitted(optimizer.update)
    for gradient in gradients:
        gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), gradient)
        params, state = update(gradient, state, params)
        path.append(params)
    return path


@pytest.mark.parametrize("make", RULES.values(), ids=RULES.keys())
def test_three_gradients_are_one_step_with_their_mean(make, start, gradients):
    thirds = [gradients[first : first + 3] for first in range(0, 12, 3)]
    means = [{name: sum(g[name] for g in part) / 3 for name in start} for part in thirds]
    path = run(make(gradient_accumulation_steps=3), start, gradients)
    expected = run(make(), start, means)
    for index, params in enumerate(path):
        update = (index + 1) // 3
        before = start if update == 0 else expected[update - 1]
        for name in start:
            np.testing.assert_allclose(params[name], before[name], rtol=1e-5, atol=1e-6)


def test_a_schedule_counts_batches():
    optimizer = SGD(InverseTimeDecay(1.0, 1, 1.0), gradient_accumulation_steps=2)
    path = run(optimizer, {"p": np.zeros(1)}, [{"p": np.ones(1)}] * 4)
    # The updates are made in the batches 1 and 3, whose rates are 1/2 and 1/4.
    np.testing.assert_allclose([float(p["p"][0]) for p in path], [0, -0.5, -0.5, -0.75], rtol=1e-6)


def test_another_number_of_batches_is_the_same_program():
    one, other = (jax.tree.structure(SGD(gradient_accumulation_steps=n)) for n in (2, 7))
    assert one == other
