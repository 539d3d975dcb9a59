"""Activations as layers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations
from fallline.errors import UnknownNameError, UsageError
from fallline.layers import Activation
from fallline.registry.configuration import from_config, to_config

X = jnp.asarray([[-2.0, 0.0, 3.0]])


def apply(layer):
    return layer.apply({}, {}, X, key=None, training=True)[0]


def test_names_objects_and_functions():
    np.testing.assert_array_equal(apply(Activation("relu")), [[0.0, 0.0, 3.0]])
    np.testing.assert_array_equal(apply(Activation(activations.LeakyReLU(0.5))), [[-1.0, 0.0, 3.0]])
    np.testing.assert_array_equal(apply(Activation(lambda x: x * x)), [[4.0, 0.0, 9.0]])
    np.testing.assert_array_equal(apply(Activation("softmax").detached()[0]), X)
    assert Activation("relu").output_shape((3, 4)) == (3, 4)


def test_configuration_round_trip():
    copy = from_config(to_config(Activation(activations.ELU(0.5), name="bend")))
    assert copy.name == "bend"
    assert copy.activation.alpha == 0.5
    with pytest.raises(UsageError, match="a function or object of your own"):
        to_config(Activation(lambda x: x))


def test_a_slope_is_a_leaf():
    one, other = Activation(activations.LeakyReLU(0.1)), Activation(activations.LeakyReLU(0.3))
    assert jax.tree.structure(one) == jax.tree.structure(other)
    assert jax.tree.structure(one) != jax.tree.structure(Activation("relu"))


def test_messages():
    with pytest.raises(UnknownNameError, match=r'^unknown activation "sofmax". Did you mean "softmax"\?$'):
        Activation("sofmax")
    with pytest.raises(UsageError, match=r"got the class ReLU; write ReLU\(\) to make one"):
        Activation(activations.ReLU)
    with pytest.raises(UsageError, match="^Activation: missing a required argument: 'activation'"):
        Activation()
