"""Activations: names, what a user may write, configurations, functions of the user's own."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations, ops
from fallline.activations import base
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.registry.configuration import to_config

X = jnp.asarray([-2.0, -0.5, 0.0, 0.5, 3.0], jnp.float32)

# fmt: off
KERAS_NAMES = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu",
    "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid",
    "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink",
]
# fmt: on


@pytest.mark.parametrize("name", [*KERAS_NAMES, "heaviside", "sign"])
def test_a_name_and_its_function_mean_the_same_class(name):
    by_name, by_function = activations.get(name), activations.get(getattr(activations, name))
    assert type(by_name) is type(by_function)
    assert type(by_name) in activations.activations.classes().values()
    assert name in activations.__all__


def test_functions_of_ops_are_the_same_classes():
    assert isinstance(activations.get(ops.softmax), activations.Softmax)
    assert isinstance(activations.get(ops.leaky_relu), activations.LeakyReLU)
    # Those of `ops` have Keras's defaults: gelu is the approximate one.
    np.testing.assert_allclose(activations.get(ops.gelu)(X), activations.gelu(X, approximate=True), rtol=1e-4)
    for name in sorted(base._SAME_IN_OPS):
        function = getattr(ops, name)
        even = X[:4]
        np.testing.assert_allclose(activations.get(function)(even), function(even), rtol=1e-5, err_msg=name)
    assert str(inspect.signature(ops.softmax)) == "(x, axis=-1)"


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("swish", activations.SiLU),
        ("hard_swish", activations.HardSiLU),
        ("leakyrelu", activations.LeakyReLU),
        ("LeakyReLU", activations.LeakyReLU),
        ("hardsigmoid", activations.HardSigmoid),
        ("identity", activations.Linear),
        ("logistic", activations.Sigmoid),
        ("step", activations.Heaviside),
        ("threshold_unit", activations.Heaviside),
        ("signum", activations.Sign),
    ],
)
def test_other_spellings(old, now):
    assert type(activations.get(old)) is now


def test_old_argument_names_work_with_a_warning_that_shows_the_new_line():
    for kind in (activations.LeakyReLU, activations.ReLU):
        with pytest.warns(FutureWarning, match=rf"write {kind.__name__}\(negative_slope=0.4\)"):
            assert kind(alpha=0.4).negative_slope == 0.4


def test_get_resolves_what_a_user_may_write():
    assert isinstance(activations.get(None), activations.Linear)
    elu = activations.ELU(0.3)
    assert activations.get(elu) is elu
    custom = activations.get(lambda x: x * x)
    assert activations.get(custom) is custom
    np.testing.assert_array_equal(custom(X), np.square(X))


def test_an_activation_of_the_users_own_is_used_as_it_is_and_held_as_structure():
    class Cube(activations.Activation):
        def __call__(self, x):
            return x**3

    cube = Cube()
    held = activations.get(cube)
    assert held.function is cube
    assert jax.tree.leaves(held) == []
    np.testing.assert_array_equal(held(jnp.asarray([2.0, -1.0])), [8.0, -1.0])


@pytest.mark.parametrize("given", [[-1, 2], [-1.0, 2.0], np.array([-1, 2]), np.array([-1.0, 2.0]), (-1, 2)])
def test_functions_may_be_tried_on_lists_and_whole_numbers(given):
    outputs = activations.relu(given)
    assert outputs.dtype == jnp.float32
    np.testing.assert_array_equal(outputs, [0.0, 2.0])


def test_functions_may_be_tried_on_a_number():
    assert float(activations.sigmoid(0)) == 0.5
    assert float(activations.tanh(x=0.0)) == 0.0


def test_wrong_names_and_things_are_refused():
    with pytest.raises(UnknownNameError, match='unknown activation "rleu". Did you mean "relu"'):
        activations.get("rleu")
    with pytest.raises(UsageError, match="expected a name, an object or a function, got int 3"):
        activations.get(3)
    with pytest.raises(UsageError, match="function or object of your own"):
        to_config(activations.get(lambda x: x))
    with pytest.raises(UsageError, match='activation "relu": expected numbers, got str'):
        activations.relu("three")
    with pytest.raises(ShapeError, match=r'"<lambda>" returned shape \(\) for inputs \(5,\)'):
        activations.get(lambda x: x.sum())(X)
    with pytest.raises(UsageError, match=r"must be given, as in Threshold\(0.5, 0.0\)"):
        activations.get("threshold")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: activations.ReLU("0.1"), "ReLU: negative_slope must be a number"),
        (lambda: activations.LeakyReLU(None), "LeakyReLU: negative_slope must be a number"),
        (lambda: activations.CELU(0), "CELU: alpha must be a finite number above 0, got 0"),
        (lambda: activations.ELU(float("inf")), "ELU: alpha must be a finite number"),
        (lambda: activations.Squareplus(b=0.0), "Squareplus: b must be a finite number above 0"),
        (lambda: activations.SoftShrink(-1.0), "SoftShrink: threshold must be a finite number at least 0"),
        (lambda: activations.HardShrink(-1.0), "HardShrink: threshold must be a finite number at least 0"),
        (lambda: activations.Softmax("last"), "Softmax: axis must be a whole number"),
        (lambda: activations.GLU(0.5), "GLU: axis must be a whole number"),
        (lambda: activations.GLU(jnp.array(1.0)), "GLU: axis must be a whole number"),
        (lambda: activations.GELU("no"), "GELU: approximate must be True or False, got 'no'"),
        (lambda: activations.LeakyReLU(np.array("a")), "negative_slope must be a number .* an array of <U1"),
    ],
)
def test_numbers_out_of_range_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()
