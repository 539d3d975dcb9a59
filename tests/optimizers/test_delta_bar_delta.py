import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import SGD, DeltaBarDelta


def test_the_equations_by_hand():
    optimizer = DeltaBarDelta(0.1, kappa=0.05, phi=0.2, theta=0.5)
    params = {"p": jnp.float32(1.0)}
    state, path, rates = optimizer.init(params), [], []
    for gradient in (2.0, 2.0, -4.0, -4.0):
        params, state = optimizer.update({"p": jnp.float32(gradient)}, state, params)
        path.append(float(params["p"]))
        rates.append(float(state.slots["learning_rate"]["p"]))
    # The averages before the steps are 0, 1, 1.5, -1.25: no change, plus 0.05, times 0.8, plus 0.05.
    np.testing.assert_allclose(rates, [0.1, 0.15, 0.12, 0.17], rtol=1e-6)
    np.testing.assert_allclose(path, [0.8, 0.5, 0.98, 1.66], rtol=1e-6)


def test_without_adaptation_it_is_gradient_descent(walk, assert_same):
    plain = {name: np.asarray(value) for name, value in walk(SGD(0.05)).items()}
    assert_same(walk(DeltaBarDelta(0.05, kappa=0.0, phi=0.0)), plain)


def test_it_beats_gradient_descent_in_a_narrow_valley():
    curvature = jnp.asarray([100.0, 1.0, 0.1])

    def end_of(optimizer):
        params = {"p": jnp.ones(3)}
        state = optimizer.init(params)
        for _ in range(100):
            params, state = optimizer.update({"p": curvature * params["p"]}, state, params)
        return float(jnp.sum(curvature * jnp.square(params["p"])))

    # 0.015 is near 2 / 133, the largest rate for which plain descent still falls fast here.
    assert end_of(DeltaBarDelta(0.005, kappa=0.02)) < end_of(SGD(0.015)) / 10


def test_it_says_why_it_needs_all_rows():
    assert "mini-batch" in DeltaBarDelta.full_batch


@pytest.mark.parametrize(("name", "value"), [("kappa", -0.1), ("phi", 1.0), ("theta", 1.0)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(UsageError, match=f"DeltaBarDelta: {name} must be a finite number"):
        DeltaBarDelta(**{name: value})
