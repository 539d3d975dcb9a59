"""What holds for every activation: one table through one contract."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations
from fallline._tree import canonical
from fallline.engine import Program
from fallline.registry.configuration import from_config, to_config

X = jnp.asarray([-6.5, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.5], jnp.float32)

# With arguments other than the defaults wherever there are arguments.
EXAMPLES = {
    "CELU": activations.CELU(0.4),
    "ELU": activations.ELU(0.4),
    "Exponential": activations.Exponential(),
    "GELU": activations.GELU(approximate=True),
    "GLU": activations.GLU(axis=0),
    "HardShrink": activations.HardShrink(0.7),
    "HardSiLU": activations.HardSiLU(),
    "HardSigmoid": activations.HardSigmoid(),
    "HardTanh": activations.HardTanh(),
    "Heaviside": activations.Heaviside(),
    "LeakyReLU": activations.LeakyReLU(0.3),
    "Linear": activations.Linear(),
    "LogSigmoid": activations.LogSigmoid(),
    "LogSoftmax": activations.LogSoftmax(axis=0),
    "Mish": activations.Mish(),
    "ReLU": activations.ReLU(0.1, 6.0, 0.5),
    "ReLU6": activations.ReLU6(),
    "SELU": activations.SELU(),
    "SiLU": activations.SiLU(),
    "Sigmoid": activations.Sigmoid(),
    "Sign": activations.Sign(),
    "SoftShrink": activations.SoftShrink(0.7),
    "Softmax": activations.Softmax(axis=(0,)),
    "Softplus": activations.Softplus(),
    "Softsign": activations.Softsign(),
    "SparsePlus": activations.SparsePlus(),
    "SparseSigmoid": activations.SparseSigmoid(),
    "Sparsemax": activations.Sparsemax(axis=0),
    "Squareplus": activations.Squareplus(b=2.0),
    "Tanh": activations.Tanh(),
    "TanhShrink": activations.TanhShrink(),
    "Threshold": activations.Threshold(0.3, -1.0),
}

every = pytest.mark.parametrize("activation", EXAMPLES.values(), ids=EXAMPLES)


def test_the_table_is_complete():
    assert sorted(EXAMPLES) == sorted(activations.activations.classes())
    assert all(type(example).__name__ == name for name, example in EXAMPLES.items())


@every
@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.float32])
def test_the_type_of_the_input_is_kept(activation, dtype):
    assert jax.eval_shape(activation, jax.ShapeDtypeStruct(X.shape, dtype)).dtype == dtype


@every
def test_float64_is_kept_and_agrees(activation):
    expected = activation(X)
    with jax.enable_x64(True):
        outputs = activation(jnp.asarray(np.asarray(X, np.float64)))
        assert outputs.dtype == jnp.float64
    np.testing.assert_allclose(outputs, expected, rtol=2e-6, atol=3e-7)


@every
@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.float32])
def test_large_inputs_stay_finite_with_finite_gradients(activation, dtype):
    if isinstance(activation, activations.Exponential):
        pytest.skip("infinite from 88.73, by definition")
    # A logarithm of the softmax spans the distance between the largest and the smallest.
    share = 0.4 if isinstance(activation, activations.LogSoftmax) else 0.9
    most = share * float(jnp.finfo(dtype).max)
    sizes = [90.0, 300.0, 1e4, most**0.5, most / 4, most]
    x = np.asarray([*(-size for size in reversed(sizes)), *sizes]).astype(dtype)

    def outputs_and_gradient(activation, x, seed):
        outputs, backward = jax.vjp(activation, x)
        return outputs, backward(seed[: len(outputs)])

    program = Program(outputs_and_gradient, f"vjp of {type(activation).__name__}", runs_once=True)
    outputs, (gradient,) = program(
        canonical(activation), x, np.cos(np.arange(1.0, 1.0 + len(x))).astype(dtype)
    )
    assert np.isfinite(np.asarray(outputs, np.float64)).all()
    assert np.isfinite(np.asarray(gradient, np.float64)).all()


@every
def test_a_configuration_makes_an_equal_activation(activation):
    for copy in (from_config(to_config(activation)), type(activation).from_config(activation.get_config())):
        assert jax.tree.structure(copy) == jax.tree.structure(activation)
        assert jax.tree.leaves(copy) == jax.tree.leaves(activation)
        np.testing.assert_array_equal(copy(X), activation(X))


@every
def test_numbers_are_leaves_and_members_may_differ_in_them(activation):
    leaves, structure = jax.tree.flatten(activation)
    assert all(type(leaf) is float for leaf in leaves)
    if not leaves:
        return
    others = [leaf * 1.5 for leaf in leaves]
    pairs = [jnp.asarray(pair, jnp.float32) for pair in zip(leaves, others, strict=True)]
    stacked = jax.tree.unflatten(structure, pairs)
    program = Program(jax.vmap(lambda f: f(X)), f"members of {type(activation).__name__}", runs_once=True)
    together = program(stacked)
    alone = jnp.stack([activation(X), jax.tree.unflatten(structure, others)(X)])
    assert not np.array_equal(alone[0], alone[1])
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-7)


@every
def test_the_shape_is_as_announced(activation):
    rows = jax.ShapeDtypeStruct((3, 4), jnp.float32)
    if isinstance(activation, activations.GLU):
        activation = activations.GLU()
    assert jax.eval_shape(activation, rows).shape == (3, *activation.output_shape((4,)))


def test_numbers_that_do_nothing_cost_nothing():
    def operations(activation):
        program = str(jax.make_jaxpr(lambda f, x: f(x))(activation, X))
        return re.findall(r" = (max|min|select_n|gt|ge|mul|sub|add|neg)\b", program)

    assert operations(activations.ReLU()) == ["max"]
    assert len(operations(activations.ReLU(negative_slope=0.1))) > 1


def test_a_zero_number_is_structure_and_another_is_a_leaf():
    assert jax.tree.leaves(activations.ReLU()) == []
    assert jax.tree.leaves(activations.ReLU(negative_slope=0, threshold=np.float32(0))) == []
    assert jax.tree.leaves(activations.ReLU(negative_slope=0.1, max_value=6)) == [0.1, 6.0]
    # A traced or stacked number keeps its place, whatever its value.
    assert len(jax.tree.leaves(activations.ReLU(negative_slope=np.zeros(3)))) == 1
