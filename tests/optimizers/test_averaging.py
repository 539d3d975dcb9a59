"""Averages of the parameters against NumPy, and what a run ends with."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers import SGD


def run(optimizer, start, gradients):
    """The parameters after every step, and what the run would end with then."""
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = optimizer.init(params)
    path, ends = [], []
    for gradient in gradients:
        gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), gradient)
        params, state = optimizer.update(gradient, state, params)
        path.append(np.asarray(params["kernel"]))
        ends.append(np.asarray(optimizer.finish(params, state)["kernel"]))
    return np.array(path), np.array(ends)


def test_a_run_without_averages_ends_with_its_last_parameters(start, gradients):
    path, ends = run(SGD(0.1), start, gradients)
    np.testing.assert_array_equal(ends, path)


def test_the_moving_average_starts_at_the_first_parameters(start, gradients):
    path, ends = run(SGD(0.1, use_ema=True, ema_momentum=0.8), start, gradients)
    np.testing.assert_array_equal(path, run(SGD(0.1), start, gradients)[0])
    expected = [path[0]]
    for point in path[1:]:
        expected.append(0.8 * expected[-1] + 0.2 * point)
    np.testing.assert_allclose(ends, expected, rtol=1e-5, atol=1e-6)


def test_the_moving_average_replaces_the_parameters_every_third_step(start, gradients):
    plain, _ = run(SGD(0.1), start, gradients)
    path, ends = run(SGD(0.1, use_ema=True, ema_overwrite_frequency=3), start, gradients)
    same = [np.array_equal(one, other) for one, other in zip(path, ends, strict=True)]
    assert [index for index, equal in enumerate(same) if equal] == [0, 2, 5, 8, 11]
    np.testing.assert_array_equal(path[:2], plain[:2])
    assert np.max(np.abs(path[2] - plain[2])) > 1e-3


@pytest.mark.parametrize("begin", [0, 4, 100])
def test_the_even_average_is_the_mean_of_the_iterates(begin, start, gradients):
    path, ends = run(SGD(0.1, polyak_start=begin), start, gradients)
    np.testing.assert_array_equal(path, run(SGD(0.1), start, gradients)[0])
    for t in range(len(path)):
        expected = path[begin : t + 1].mean(axis=0) if t >= begin else path[t]
        np.testing.assert_allclose(ends[t], expected, rtol=1e-5, atol=1e-6)


def test_the_even_average_counts_updates_not_batches(start, gradients):
    path, ends = run(SGD(0.1, polyak_start=1, gradient_accumulation_steps=3), start, gradients)
    updates = path[2::3]
    np.testing.assert_allclose(ends[-1], updates[1:].mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ends[5], updates[1])
    np.testing.assert_array_equal(ends[6], updates[1])


@pytest.mark.parametrize("options", [{"use_ema": True}, {"polyak_start": 0}])
def test_before_the_first_step_the_average_is_the_start(options, start):
    params = jax.tree.map(jnp.asarray, start)
    optimizer = SGD(0.1, **options)
    end = optimizer.finish(params, optimizer.init(params))
    assert all(np.array_equal(end[name], params[name]) for name in params)


def test_the_even_average_is_nearer_to_the_minimum_than_the_last_iterate():
    """Polyak and Juditsky's point: under noise the mean of the iterates beats each of them."""
    noise = np.random.default_rng(0).normal(size=(2000, 50)).astype(np.float32)
    optimizer = SGD(0.1, polyak_start=200)
    params = {"p": jnp.ones(50)}
    state = optimizer.init(params)

    def step(carry, noise):
        params, state = carry
        return optimizer.update({"p": params["p"] + noise}, state, params), None

    (params, state), _ = jax.lax.scan(step, (params, state), jnp.asarray(noise))
    last, mean = (float(jnp.linalg.norm(p["p"])) for p in (params, optimizer.finish(params, state)))
    assert mean < last / 4
