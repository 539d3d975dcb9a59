"""Constraints against Keras and PyTorch, and against the nearest allowed point as SciPy finds it."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from fallline import constraints
from fallline.registry.configuration import to_config

RANDOM = np.random.default_rng(3)
KERNELS = {
    "kernel": RANDOM.normal(size=(4, 5)),
    "small": 1e-6 * RANDOM.normal(size=(4, 5)),
    "zeros": np.zeros((4, 5)),
    "window": RANDOM.normal(size=(2, 3, 4)),
}

CASES = {
    "non_neg": ("NonNeg", {}),
    "unit_norm": ("UnitNorm", {}),
    "unit_norm last": ("UnitNorm", {"axis": -1}),
    "unit_norm both": ("UnitNorm", {"axis": [0, 1]}),
    "max_norm": ("MaxNorm", {}),
    "max_norm low": ("MaxNorm", {"max_value": 0.7, "axis": 1}),
    "min_max_norm": ("MinMaxNorm", {}),
    "min_max_norm slow": ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5, "rate": 0.3, "axis": 1}),
}
NAMES = sorted({name for name, _ in CASES.values()})


@pytest.mark.references(*[f"constraints.{name}" for name in NAMES])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("case", CASES)
def test_projections_are_those_of_keras(keras, case, kernel):
    name, options = CASES[case]
    w = jnp.asarray(KERNELS[kernel], jnp.float32)
    expected = getattr(keras.constraints, name)(**options)(w)
    np.testing.assert_allclose(getattr(constraints, name)(**options)(w), expected, rtol=3e-7)


@pytest.mark.parametrize("case", CASES)
def test_a_configuration_of_keras_is_understood(keras, case):
    name, options = CASES[case]
    described = keras.constraints.serialize(getattr(keras.constraints, name)(**options))
    assert to_config(constraints.get(described)) == to_config(getattr(constraints, name)(**options))


def test_every_name_of_keras_is_here(keras):
    names = {name for name in dir(keras.constraints) if not name.startswith("_")}
    for name in names - {"get", "serialize", "deserialize"}:
        assert getattr(constraints, name).__name__ == getattr(keras.constraints, name).__name__
        if name != "Constraint":
            assert type(constraints.get(name)).__name__ == getattr(keras.constraints, name).__name__


def test_max_norm_is_pytorch_s_renorm(torch):
    w = RANDOM.normal(size=(6, 4)).astype(np.float32)
    expected = torch.renorm(torch.tensor(w), p=2, dim=1, maxnorm=2.0).numpy()
    np.testing.assert_allclose(constraints.MaxNorm(2.0)(jnp.asarray(w)), expected, rtol=1e-6)
    assert (np.linalg.norm(w, axis=0) > 2).any()
    assert (np.linalg.norm(w, axis=0) < 2).any()


@pytest.mark.parametrize(
    ("constraint", "allowed"),
    [
        (constraints.NonNeg(), {"type": "ineq", "fun": lambda z: z}),
        (constraints.MaxNorm(1.0), {"type": "ineq", "fun": lambda z: 1 - z @ z}),
    ],
    ids=["NonNeg", "MaxNorm"],
)
def test_a_projection_is_the_nearest_allowed_point(constraint, allowed):
    optimize = pytest.importorskip("scipy.optimize")
    w = np.asarray([0.9, -1.2, 0.5])
    nearest = optimize.minimize(
        lambda z: np.sum((z - w) ** 2), np.full(3, 0.1), constraints=[allowed], tol=1e-12
    )
    np.testing.assert_allclose(constraint(jnp.asarray(w, jnp.float32)), nearest.x, atol=1e-5)
