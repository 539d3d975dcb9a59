import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from fallline.optimizers import OptaxOptimizer


def test_a_plain_step(walk, follow, assert_same):
    assert_same(walk(OptaxOptimizer(optax.sgd(0.1))), follow(lambda p, g, t, memory: p - 0.1 * g))


@pytest.mark.parametrize(
    "transformation",
    [
        optax.adam(0.05),
        optax.chain(optax.clip_by_global_norm(0.5), optax.adamw(optax.exponential_decay(0.1, 3, 0.5))),
        optax.lion(0.01),
        optax.adafactor(0.01),
    ],
    ids=["adam", "chain", "lion", "adafactor"],
)
def test_a_transformation_steps_as_under_optax(transformation, start, gradients, walk):
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    with jax.numpy_dtype_promotion("standard"):
        state = transformation.init(params)
        for gradient in gradients:
            gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), gradient)
            updates, state = transformation.update(gradient, state, params)
            params = optax.apply_updates(params, updates)
    for name, value in walk(OptaxOptimizer(transformation)).items():
        np.testing.assert_allclose(value, params[name], rtol=1e-6)


def test_a_transformation_is_structure():
    transformation = optax.sgd(0.1)
    one, same, other = (OptaxOptimizer(t) for t in (transformation, transformation, optax.sgd(0.1)))
    assert jax.tree.leaves(one) == []
    assert jax.tree.structure(one) == jax.tree.structure(same)
    assert jax.tree.structure(one) != jax.tree.structure(other)
