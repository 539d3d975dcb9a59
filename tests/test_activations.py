"""Activations: closed forms, behaviour at the edges, what compiles, names and configurations."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations
from fallline._registry import from_config, to_config
from fallline.errors import UnknownNameError, UsageError

X = jnp.asarray([-2.0, -0.5, 0.0, 0.5, 3.0], jnp.float32)

CLOSED_FORMS = {
    "linear": [-2.0, -0.5, 0.0, 0.5, 3.0],
    "sigmoid": [1 / (1 + np.exp(-x)) for x in (-2.0, -0.5, 0.0, 0.5, 3.0)],
    "tanh": [np.sinh(x) / np.cosh(x) for x in (-2.0, -0.5, 0.0, 0.5, 3.0)],
    "relu": [0.0, 0.0, 0.0, 0.5, 3.0],
    "leaky_relu": [-0.4, -0.1, 0.0, 0.5, 3.0],
    "elu": [np.exp(-2.0) - 1, np.exp(-0.5) - 1, 0.0, 0.5, 3.0],
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_values_follow_the_closed_form(name):
    np.testing.assert_allclose(activations.get(name)(X), CLOSED_FORMS[name], rtol=1e-6, atol=1e-7)


def test_softmax_is_exponentials_over_their_sum():
    x = np.asarray([[0.0, np.log(2.0), np.log(5.0)]], np.float32)
    np.testing.assert_allclose(activations.Softmax()(jnp.asarray(x)), [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-6)
    np.testing.assert_allclose(activations.Softmax(axis=0)(jnp.asarray(x)), [[1.0, 1.0, 1.0]], rtol=1e-6)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (activations.ReLU(), 0.0),
        (activations.ReLU(threshold=-1.0), 1.0),
        (activations.Sigmoid(), 0.25),
        (activations.Tanh(), 1.0),
        (activations.ELU(), 1.0),
        (activations.ELU(alpha=0.3), 0.3),
        (activations.LeakyReLU(), 1.0),
    ],
)
def test_derivative_at_zero(activation, expected):
    assert jax.grad(activation)(jnp.float32(0.0)) == pytest.approx(expected)


@pytest.mark.parametrize("name", [*CLOSED_FORMS, "softmax"])
@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_large_inputs_stay_finite_with_finite_gradients(name, size):
    x = jnp.asarray([-size, size], jnp.float32)
    value, gradient = jax.value_and_grad(lambda z: jnp.sum(activations.get(name)(z)))(x)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.float32])
@pytest.mark.parametrize(
    "activation",
    [activations.ReLU(0.1, 6.0, 0.5), activations.ELU(), activations.LeakyReLU(), activations.Softmax()],
)
def test_the_type_of_the_input_is_kept(activation, dtype):
    assert activation(X.astype(dtype)).dtype == dtype


def test_plain_relu_is_one_maximum():
    def operations(activation):
        program = str(jax.make_jaxpr(lambda f, x: f(x))(activation, X))
        return re.findall(r" = (max|min|select_n|gt|ge|mul|sub|add|neg)\b", program)

    assert operations(activations.ReLU()) == ["max"]
    assert len(operations(activations.ReLU(negative_slope=0.1))) > 1


def test_a_zero_number_is_structure_and_another_is_a_leaf():
    assert jax.tree.leaves(activations.ReLU()) == []
    assert jax.tree.leaves(activations.ReLU(negative_slope=0, threshold=np.float32(0))) == []
    assert jax.tree.leaves(activations.ReLU(negative_slope=0.1, max_value=6.0)) == [0.1, 6.0]
    # A traced or stacked number keeps its place, whatever its value.
    assert len(jax.tree.leaves(activations.ReLU(negative_slope=np.zeros(3)))) == 1


def test_members_may_have_slopes_of_their_own():
    members = activations.LeakyReLU(jnp.asarray([0.1, 0.5], jnp.float32))
    np.testing.assert_allclose(jax.vmap(lambda f: f(X))(members)[:, 0], [-0.2, -1.0], rtol=1e-6)


@pytest.mark.parametrize(
    "activation",
    [
        activations.Linear(),
        activations.Sigmoid(),
        activations.Tanh(),
        activations.Softmax(axis=0),
        activations.ReLU(),
        activations.ReLU(0.1, 6.0, 0.5),
        activations.ELU(0.4),
        activations.LeakyReLU(0.3),
    ],
    ids=lambda activation: type(activation).__name__,
)
def test_a_configuration_makes_an_equal_activation(activation):
    copy = from_config(to_config(activation))
    assert jax.tree.structure(copy) == jax.tree.structure(activation)
    assert jax.tree.leaves(copy) == jax.tree.leaves(activation)
    np.testing.assert_array_equal(copy(X), activation(X))


def test_get_resolves_what_a_user_may_write():
    assert isinstance(activations.get(None), activations.Linear)
    elu = activations.ELU(0.3)
    assert activations.get(elu) is elu
    assert isinstance(activations.get(activations.softmax), activations.Softmax)
    custom = activations.get(lambda x: x * x)
    assert activations.get(custom) is custom
    np.testing.assert_array_equal(custom(X), np.square(X))


def test_an_activation_of_the_users_own_is_used_as_it_is():
    class Cube(activations.Activation):
        def __call__(self, x):
            return x**3

    cube = Cube()
    assert activations.get(cube) is cube


def test_wrong_names_and_things_are_refused():
    with pytest.raises(UnknownNameError, match='unknown activation "rleu". Did you mean "relu"'):
        activations.get("rleu")
    with pytest.raises(UsageError, match="expected a name, an object or a function, got int 3"):
        activations.get(3)
    with pytest.raises(UsageError, match="function or object of your own"):
        to_config(activations.get(lambda x: x))
