import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import fallline as fl
from fallline.errors import UsageError
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
    one, same, alike, other = map(
        OptaxOptimizer, (transformation, transformation, optax.sgd(0.1), optax.sgd(0.2))
    )
    assert jax.tree.leaves(one) == []
    assert jax.tree.structure(one) == jax.tree.structure(same) == jax.tree.structure(alike)
    assert jax.tree.structure(one) != jax.tree.structure(other)


# What asks for more than the gradient, against plain loops of Optax

X = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
Y = (X @ np.array([1.0, -2.0, 0.5]) + 0.3).astype(np.float32)


def loss_of(params):
    return jnp.mean((X @ params["w"] - Y) ** 2)


def init(key):
    return {"w": jax.random.normal(key, (3,))}


ASKING = {
    "add_noise": lambda: optax.chain(optax.add_noise(0.1, 0.55, 1), optax.sgd(0.1)),
    "lbfgs": lambda: optax.lbfgs(),
    "backtracking": lambda: optax.chain(optax.sgd(0.5), optax.scale_by_backtracking_linesearch(10)),
    "reduce_on_plateau": lambda: optax.chain(
        optax.sgd(0.1), optax.contrib.reduce_on_plateau(patience=1, rtol=0.9)
    ),
    "polyak_sgd": lambda: optax.polyak_sgd(),
    "momo": lambda: optax.contrib.momo(0.1),
    "sophia": lambda: optax.contrib.sophia(0.1, update_interval=2),
    "schedule_free": lambda: optax.contrib.schedule_free_sgd(0.1),
    "sam": lambda: optax.contrib.sam(optax.sgd(0.1), optax.sgd(0.05), opaque_mode=True),
}


def plain_loop(transformation, name, params, steps):
    """The loop that Optax's documentation shows."""
    asked = {"value", "grad", "value_fn"} if name in ("lbfgs", "backtracking") else {"value"}
    asked = set() if name in ("add_noise", "sam", "sophia", "schedule_free") else asked
    with jax.numpy_dtype_promotion("standard"):
        state = transformation.init(params)
        for _ in range(steps):
            value, gradient = jax.value_and_grad(loss_of)(params)
            given = {"value": value, "grad": gradient, "value_fn": loss_of}
            given = {key: given[key] for key in asked}
            given |= {"obj_fn": loss_of} if name == "sophia" else {}
            given |= {"grad_fn": lambda p, _: jax.grad(loss_of)(p)} if name == "sam" else {}
            updates, state = transformation.update(gradient, state, params, **given)
            params = optax.apply_updates(params, updates)
    return optax.contrib.schedule_free_eval_params(state, params) if name == "schedule_free" else params


@pytest.mark.parametrize("name", ASKING)
def test_what_asks_for_more_trains_as_in_a_loop_of_optax(name):
    trained = fl.train(
        init,
        lambda params, batch: jnp.mean((batch.x @ params["w"] - batch.y) ** 2),
        (X, Y),
        optimizer=ASKING[name](),
        batch_size=16,
        epochs=4,
        shuffle=False,
        seed=0,
        verbose=0,
    )
    start = fl.train(
        init, lambda p, b: jnp.sum(p["w"]) * 0, (X, Y), optimizer="sgd", epochs=0, seed=0, verbose=0
    )
    expected = plain_loop(ASKING[name](), name, start.params, 4)
    np.testing.assert_allclose(trained.params["w"], expected["w"], rtol=2e-4, atol=2e-5)
    assert (np.asarray(trained.params["w"]) != np.asarray(start.params["w"])).all()


def test_a_free_schedule_goes_on_where_it_was():
    def fitted(*epochs):
        model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
        model.compile(optax.contrib.schedule_free_sgd(0.1), "mse")
        for last in epochs:
            model.fit(X, Y, epochs=last, batch_size=16, verbose=0)
        return model.get_weights()

    for one, other in zip(fitted(4), fitted(2, 2), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("transformation", "message"),
    [
        (lambda: optax.lookahead(optax.sgd(0.1), 5, 0.5), '"lookahead" of Optax fails: .*use_ema=True'),
        (lambda: optax.contrib.differentially_private_aggregate(1.0, 0.1, 0), "gradient of each row"),
        (lambda: optax.MultiSteps(optax.sgd(0.1), 2), "gradient_transformation"),
        (
            lambda: optax.partition(
                {"a": optax.contrib.schedule_free_sgd(0.1), "b": optax.sgd(0.1)}, {"kernel": "a", "bias": "b"}
            ),
            '"schedule_free" of Optax is for all parameters|of Optax fails',
        ),
    ],
    ids=["lookahead", "private", "MultiSteps", "partition"],
)
@pytest.mark.filterwarnings("ignore:Specifying a key")
def test_what_cannot_work_is_refused_by_name(transformation, message):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)

    def train():
        model.compile(transformation(), "mse")
        model.fit(X, Y, verbose=0)

    with pytest.raises(UsageError, match=message):
        train()
