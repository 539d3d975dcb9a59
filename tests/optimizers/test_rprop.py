import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import RProp


def follow_signs(gradients, **settings):
    optimizer = RProp(**settings)
    params = {"p": jnp.zeros(())}
    state, path = optimizer.init(params), []
    for gradient in gradients:
        params, state = optimizer.update({"p": jnp.float32(gradient)}, state, params)
        path.append(float(params["p"]))
    return path


def test_steps_grow_shrink_and_one_is_left_out():
    # Sizes: 0.1, 0.12, 0.144, then halved and left out at the change of sign, then 0.072 as it is, then * 1.2.
    path = follow_signs([3.0, 0.2, 9.0, -1.0, -5.0, -0.1], learning_rate=0.1)
    np.testing.assert_allclose(
        path, [-0.1, -0.22, -0.364, -0.364, -0.364 + 0.072, -0.364 + 0.072 + 0.0864], rtol=1e-5
    )


def test_the_size_of_the_gradient_does_not_count():
    # 1e-30 squared underflows in float32.
    np.testing.assert_array_equal(follow_signs([1e-30, 1e-30, -1e-30]), follow_signs([1e9, 5.0, -0.1]))


def test_the_sizes_stay_within_their_bounds():
    path = follow_signs([1.0] * 5, learning_rate=0.1, etas=(0.5, 3.0), step_sizes=(0.01, 0.5))
    np.testing.assert_allclose(np.diff(path), [-0.3, -0.5, -0.5, -0.5], rtol=1e-5)
    # Every second step is left out; without the bound the sizes would be halved for ever.
    path = follow_signs([1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0], etas=(0.1, 1.2), step_sizes=(0.05, 1.0))
    assert abs(path[-1] - path[-2]) == pytest.approx(0.05)


def test_a_zero_gradient_moves_nothing_and_forgets_the_sign():
    np.testing.assert_allclose(
        follow_signs([1.0, 0.0, -1.0], learning_rate=0.1), [-0.1, -0.1, 0.0], atol=1e-7
    )


def test_it_says_why_it_needs_all_rows():
    assert "mini-batch" in RProp.full_batch


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"etas": (1.5, 1.2)}, r"RProp: etas\[0\] must be a finite number above 0 and below 1"),
        ({"etas": (0.5, 0.9)}, r"RProp: etas\[1\] must be a finite number above 1"),
        ({"etas": 0.5}, "RProp: etas must be two numbers"),
        ({"step_sizes": (1.0, 0.1)}, "RProp: step_sizes must rise"),
        ({"step_sizes": (0.0, 1.0)}, r"RProp: step_sizes\[0\] must be a finite number above 0"),
    ],
)
def test_what_does_not_fit_is_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        RProp(**settings)
