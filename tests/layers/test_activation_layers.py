"""Activations under their own names as layers: what they compute, numbers, configurations, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations
from fallline._tree import stack
from fallline.errors import ShapeError, UsageError
from fallline.layers import Activation, Dense
from fallline.layers.activation_layers import ELU, LeakyReLU, ReLU, Softmax
from fallline.layers.prelu import PReLU
from fallline.layers.rrelu import RReLU
from fallline.registry.configuration import from_config, to_config

X = jnp.asarray([[-2.0, -0.5, 0.0, 0.5, 8.0]], jnp.float32)
KEY = jax.random.key(3)


def apply(layer, x=X, params=None, training=False, key=None):
    return layer.apply(params or {}, {}, x, key=key, training=training)[0]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (ReLU(), [0.0, 0.0, 0.0, 0.5, 8.0]),
        (ReLU(6), [0.0, 0.0, 0.0, 0.5, 6.0]),
        (ReLU(6, 0.1, 1.0), [-0.3, -0.15, -0.1, -0.05, 6.0]),
        (LeakyReLU(), [-0.6, -0.15, 0.0, 0.5, 8.0]),
        (ELU(2.0), [2 * np.expm1(-2.0), 2 * np.expm1(-0.5), 0.0, 0.5, 8.0]),
        (Softmax(), np.exp(X[0]) / np.exp(X[0]).sum()),
        (RReLU(), [-11 / 24, -11 / 96, 0.0, 0.5, 8.0]),
    ],
)
def test_outputs_at_inference(layer, expected):
    np.testing.assert_allclose(apply(layer)[0], expected, rtol=1e-6, atol=1e-7)
    assert layer.output_shape((5,)) == (5,)
    np.testing.assert_allclose(layer(np.asarray(X))[0], expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("layer", [ReLU(6.0, 0.1), LeakyReLU(), ELU(), Softmax(), RReLU(), PReLU()])
@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_the_type_of_the_input_is_kept(layer, dtype):
    params, _ = layer.init(KEY, (5,))
    for training in (False, True):
        assert apply(layer, X.astype(dtype), params, training, KEY).dtype == dtype


@pytest.mark.parametrize(
    ("layer", "kind", "numbers"),
    [
        (ReLU(6.0, 0.1, 0.5), activations.ReLU, [0.1, 6.0, 0.5]),
        (LeakyReLU(0.4), activations.LeakyReLU, [0.4]),
        (ELU(0.4), activations.ELU, [0.4]),
        (Softmax(), activations.Softmax, []),
    ],
)
def test_they_come_apart_into_the_identity_and_an_activation(layer, kind, numbers):
    identity, activation = layer.detached()
    assert type(activation) is kind
    assert jax.tree.leaves(activation) == numbers
    np.testing.assert_array_equal(apply(identity), X)
    np.testing.assert_array_equal(activation(X), apply(layer))
    # As in older Keras programs: a layer where an activation is expected.
    assert type(Dense(3, activation=layer).activation) is kind


def test_the_identity_keeps_what_every_layer_has():
    identity, _ = Softmax(name="chances", trainable=False, input_shape=(5,)).detached()
    assert isinstance(identity, Activation)
    assert (identity.name, identity.trainable, identity.input_shape) == ("chances", False, (5,))


@pytest.mark.parametrize("layer", [PReLU(), RReLU()])
def test_learned_and_random_slopes_do_not_come_apart(layer):
    assert layer.detached() is None
    with pytest.raises(UsageError, match="arrays or randomness of its own"):
        Dense(3, activation=layer)


@pytest.mark.parametrize(
    "layer",
    [
        ReLU(name="a"),
        ReLU(6.0, 0.1, 0.5),
        LeakyReLU(0.4),
        ELU(0.4),
        Softmax(axis=1),
        Softmax(axis=(1, 2)),
        RReLU(0.1, 0.2),
        PReLU("ones", "l2", "non_neg", [1, 2]),
    ],
)
def test_a_configuration_makes_an_equal_layer(layer):
    for copy in (from_config(to_config(layer)), type(layer).from_config(layer.get_config())):
        assert jax.tree.structure(copy) == jax.tree.structure(layer)
        assert jax.tree.leaves(copy) == jax.tree.leaves(layer)


def test_the_configuration_of_a_relu_holds_zeros_as_in_keras():
    config = ReLU().get_config()
    assert (config["max_value"], config["negative_slope"], config["threshold"]) == (None, 0.0, 0.0)
    assert ReLU(negative_slope=0.2).get_config()["negative_slope"] == 0.2


@pytest.mark.parametrize(
    "pair",
    [(LeakyReLU(0.1), LeakyReLU(0.4)), (ELU(0.1), ELU(2)), (ReLU(2, 0.1, 1), ReLU(3, 0.2, 2))],
    ids=lambda pair: type(pair[0]).__name__,
)
def test_members_may_differ_in_numbers(pair):
    together = jax.vmap(apply)(stack(pair))
    np.testing.assert_allclose(together, jnp.stack([apply(layer) for layer in pair]), rtol=1e-6)
    assert not np.array_equal(together[0], together[1])


# PReLU


def test_each_input_of_a_prelu_has_its_slope():
    slopes = jnp.asarray([0.5, 0.0, 9.0, 9.0, 9.0], jnp.float32)
    np.testing.assert_array_equal(apply(PReLU(), params={"alpha": slopes}), [[-1.0, 0.0, 0.0, 0.5, 8.0]])


def test_slopes_of_a_prelu_are_shared_along_axes():
    for shared, shape in ((None, (4, 3, 2)), ((1, 2), (1, 1, 2)), (3, (4, 3, 1)), ([1], (1, 3, 2))):
        params, state = PReLU("ones", shared_axes=shared).init(KEY, (4, 3, 2))
        assert (params["alpha"].shape, state) == (shape, {})
        np.testing.assert_array_equal(params["alpha"], np.ones(shape))


def test_penalty_and_constraint_of_the_slopes():
    layer = PReLU("zeros", alpha_regularizer="l2", alpha_constraint="non_neg")
    params = {"alpha": jnp.asarray([-1.0, 2.0], jnp.float32)}
    assert [float(penalty) for penalty in layer.penalties(params)] == pytest.approx([0.01 * 5])
    np.testing.assert_array_equal(layer.project(params, jnp.float32(0.1))["alpha"], [0.0, 2.0])


# RReLU


def test_random_slopes_are_uniform_between_the_bounds():
    x = jnp.full((400, 250), -1.0)
    slopes = -np.asarray(apply(RReLU(0.1, 0.5), x, training=True, key=KEY), np.float64).ravel()
    assert slopes.min() >= 0.1
    assert slopes.max() <= 0.5
    # Mean and standard deviation of U(0.1, 0.5), within five standard errors, and its deciles.
    assert abs(slopes.mean() - 0.3) < 5 * 0.4 / np.sqrt(12 * slopes.size)
    assert slopes.std() == pytest.approx(0.4 / np.sqrt(12), rel=0.01)
    np.testing.assert_allclose(
        np.quantile(slopes, np.arange(1, 10) / 10), 0.1 + 0.04 * np.arange(1, 10), atol=4e-3
    )


def test_random_slopes_are_drawn_anew_with_each_key_and_only_below_0():
    layer = RReLU()
    assert layer.draws
    one = apply(layer, training=True, key=KEY)
    np.testing.assert_array_equal(one, apply(layer, training=True, key=KEY))
    assert np.all(one[0, :2] != apply(layer, training=True, key=jax.random.key(4))[0, :2])
    np.testing.assert_array_equal(one[0, 2:], X[0, 2:])


def test_the_derivative_of_a_random_slope_is_that_slope():
    def outputs(x):
        return apply(RReLU(), x, training=True, key=KEY)

    x = X.at[0, 2].set(-3.0)
    np.testing.assert_allclose(jax.grad(lambda x: outputs(x).sum())(x), outputs(x) / x, rtol=1e-6)


# Messages


def test_old_argument_names():
    with pytest.warns(FutureWarning, match=r"write LeakyReLU\(negative_slope=0.2\)"):
        assert LeakyReLU(alpha=0.2).negative_slope == 0.2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReLU(max_value=-1.0), "ReLU: max_value must be a finite number at least 0, got -1"),
        (lambda: ReLU(threshold="1"), "ReLU: threshold must be a number at least 0, got str"),
        (lambda: LeakyReLU(-0.1), "LeakyReLU: negative_slope must be a finite number at least 0"),
        (lambda: LeakyReLU(None), "LeakyReLU: negative_slope must be a number"),
        (lambda: ELU("1"), "ELU: alpha must be a number"),
        (lambda: RReLU(0.4, 0.3), r"lower \(0.4\) must not be above upper \(0.3\)"),
        (lambda: Softmax("last"), "Softmax: axis must be a whole number"),
        (lambda: PReLU(shared_axes=0), "PReLU: shared_axes must be a whole number of at least 1, got 0"),
        (lambda: PReLU(shared_axes="12"), "PReLU: shared_axes must be a whole number of at least 1, got '1'"),
    ],
)
def test_arguments_out_of_range_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()


def test_axes_that_do_not_fit_are_refused():
    for axis in (0, 2, -2, -3):
        with pytest.raises(
            ShapeError, match=rf'"softmax" \(Softmax\): inputs \(None, 5\) have no axis {axis}'
        ):
            Softmax(axis).output_shape((5,))
    with pytest.raises(ShapeError, match=r"inputs \(None, 5\) have no axis 2 to share slopes along"):
        PReLU(shared_axes=2).output_shape((5,))
