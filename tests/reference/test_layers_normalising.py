"""Normalising layers against Keras 3 and PyTorch: outputs, gradients, statistics over several batches."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers.batch_normalization import BatchNormalization
from fallline.layers.group_normalization import GroupNormalization
from fallline.layers.layer_normalization import LayerNormalization
from fallline.layers.rms_normalization import RMSNormalization
from fallline.layers.unit_normalization import UnitNormalization

RNG = np.random.default_rng(20161107)
OURS = {
    "BatchNormalization": BatchNormalization,
    "GroupNormalization": GroupNormalization,
    "LayerNormalization": LayerNormalization,
    "RMSNormalization": RMSNormalization,
    "UnitNormalization": UnitNormalization,
}
ROW, SEQUENCE = (6,), (4, 6)
CASES = [
    ("LayerNormalization", {}, ROW),
    ("LayerNormalization", {"epsilon": 0.3, "center": False}, SEQUENCE),
    ("LayerNormalization", {"axis": 1, "scale": False}, SEQUENCE),
    ("LayerNormalization", {"axis": [1, 2]}, SEQUENCE),
    ("RMSNormalization", {}, SEQUENCE),
    ("RMSNormalization", {"epsilon": 0.3}, ROW),
    ("RMSNormalization", {"axis": [1, 2]}, SEQUENCE),
    ("UnitNormalization", {}, ROW),
    ("UnitNormalization", {"axis": 1}, SEQUENCE),
    ("UnitNormalization", {"axis": [1, 2]}, SEQUENCE),
    ("GroupNormalization", {"groups": 3}, ROW),
    ("GroupNormalization", {"groups": 1, "epsilon": 0.3, "scale": False}, SEQUENCE),
    ("GroupNormalization", {"groups": -1, "center": False}, SEQUENCE),
    ("GroupNormalization", {"groups": 2, "axis": 1}, SEQUENCE),
]


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def assert_close(ours, theirs, tolerance=5e-6):
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        scale = float(np.max(np.abs(other))) or 1.0
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)


def both(keras, name, settings, x, values, training=True):
    """Outputs, gradients of sum(slopes * outputs) by the weights and by x, and the state: ours, Keras's."""
    slopes = normal(*x.shape)
    layer = OURS[name](**settings)
    params, state = layer.init(jax.random.key(0), x.shape[1:])
    params = dict(zip(params, map(jnp.asarray, values), strict=True))

    def total(params, x):
        outputs, new = layer.apply(params, state, x, key=None, training=training)
        return jnp.sum(outputs * slopes), (outputs, new)

    gradients, (outputs, new) = jax.grad(total, argnums=(0, 1), has_aux=True)(params, jnp.asarray(x))
    ours = (outputs, [gradients[0][weight] for weight in params], gradients[1], list(new.values()))
    with jax.numpy_dtype_promotion("standard"):
        other = getattr(keras.layers, name)(**settings)
        other.build(x.shape)
        kept = [variable.value for variable in other.non_trainable_variables]

        def their_total(trained, x):
            # Layers that are the same in training take no such argument.
            options = {"training": training} if name == "BatchNormalization" else {}
            outputs, new = other.stateless_call(trained, kept, x, **options)
            return jnp.sum(outputs * slopes), (outputs, new)

        assert [tuple(variable.shape) for variable in other.trainable_variables] == [v.shape for v in values]
        gradients, (outputs, new) = jax.grad(their_total, argnums=(0, 1), has_aux=True)(
            [jnp.asarray(value) for value in values], jnp.asarray(x)
        )
    return ours, (outputs, gradients[0], gradients[1], list(new))


def weights_for(name, settings, shape):
    params, _ = OURS[name](**settings).init(jax.random.key(0), shape)
    return [normal(*array.shape) + 1 for array in params.values()]


@pytest.mark.references(*sorted({f"layers.{name}" for name, *_ in CASES}))
@pytest.mark.parametrize(("name", "settings", "shape"), CASES)
def test_outputs_and_gradients(keras, name, settings, shape):
    x = 2 * normal(9, *shape) + 1
    values = weights_for(name, settings, shape)
    ours, theirs = both(keras, name, settings, x, values)
    assert_close(ours, theirs, 2e-5)


@pytest.mark.references("layers.RMSNormalization")
def test_another_axis_of_rms_normalisation(torch):
    """Keras 3.15 cannot: its scale meets the last axis, whatever the axis of the mean."""
    x, scale = 2 * normal(9, 4, 6) + 1, normal(4)
    layer = RMSNormalization(axis=1, epsilon=0.3)
    layer.build((None, 4, 6))
    layer.set_weights([scale])
    turned = torch.tensor(x.transpose(0, 2, 1).copy())
    expected = torch.nn.functional.rms_norm(turned, (4,), torch.tensor(scale), eps=0.3).numpy()
    assert_close(layer(x), expected.transpose(0, 2, 1))


@pytest.mark.references("layers.BatchNormalization")
@pytest.mark.parametrize("axis", [-1, 1, 2])
@pytest.mark.parametrize("training", [True, False])
def test_the_feature_axis_of_batch_normalisation(keras, axis, training):
    x = 3 * normal(7, 4, 5) + 2
    settings = {"axis": axis}
    ours, theirs = both(keras, "BatchNormalization", settings, x,
                        weights_for("BatchNormalization", settings, (4, 5)), training)  # fmt: skip
    assert_close(ours, theirs, 2e-5)


@pytest.mark.references("layers.BatchNormalization")
def test_moving_statistics_over_several_batches(keras):
    layer = BatchNormalization(momentum=0.7, axis=1)
    with jax.numpy_dtype_promotion("standard"):
        other = keras.layers.BatchNormalization(momentum=0.7, axis=1)
        for _ in range(6):
            x = 3 * normal(8, 4, 5) + 2
            assert_close(layer(x, training=True), np.asarray(other(x, training=True)), 1e-5)
        assert_close(layer.get_weights(), [np.asarray(variable.value) for variable in other.weights])
        assert_close(layer(x), np.asarray(other(x)), 1e-5)


@pytest.mark.references("layers.LayerNormalization", "layers.RMSNormalization", "layers.GroupNormalization")
@pytest.mark.parametrize("name", ["LayerNormalization", "RMSNormalization", "GroupNormalization"])
def test_16_bits(keras, name):
    settings = {"groups": 2} if name == "GroupNormalization" else {}
    # Not all layers of Keras round their inputs: here they are round.
    x = np.asarray(jnp.asarray(3 * normal(9, 6) + 1, jnp.bfloat16), np.float32)
    outputs = OURS[name](**settings)(jnp.asarray(x, jnp.bfloat16))
    with jax.numpy_dtype_promotion("standard"):
        expected = getattr(keras.layers, name)(**settings, dtype="mixed_bfloat16")(x)
    assert outputs.dtype == expected.dtype == jnp.bfloat16
    np.testing.assert_allclose(
        np.asarray(outputs, np.float32), np.asarray(expected, np.float32), rtol=2**-7, atol=0.01
    )


@pytest.mark.references("layers.LayerNormalization", "layers.GroupNormalization", "layers.RMSNormalization")
def test_pytorch(torch):
    x = 2 * normal(7, 6) + 1
    gamma, beta = normal(6), normal(6)
    inputs, weight, bias = (torch.tensor(array) for array in (x, gamma, beta))
    functions = torch.nn.functional
    expected = {
        LayerNormalization(epsilon=1e-3): functions.layer_norm(inputs, (6,), weight, bias, eps=1e-3),
        GroupNormalization(3, epsilon=1e-3): functions.group_norm(inputs, 3, weight, bias, eps=1e-3),
        RMSNormalization(epsilon=1e-3): functions.rms_norm(inputs, (6,), weight, eps=1e-3),
        UnitNormalization(): functions.normalize(inputs, dim=1, eps=1e-12),
    }
    for layer, outputs in expected.items():
        layer.build((None, 6))
        layer.set_weights([gamma, beta][: len(layer.weights)])
        assert_close(layer(x), outputs.numpy())
