import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import Adam, AdamW


def numpy_rule(rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, weight_decay=0.0):
    """The form of the paper: moments with explicit bias correction, epsilon before it."""

    def rule(p, g, t, memory):
        memory["m"] = beta_1 * memory.get("m", 0.0) + (1 - beta_1) * g
        memory["v"] = beta_2 * memory.get("v", 0.0) + (1 - beta_2) * g**2
        memory["largest"] = np.maximum(memory.get("largest", 0.0), memory["v"])
        v = memory["largest"] if amsgrad else memory["v"]
        corrected_m, correction = memory["m"] / (1 - beta_1**t), np.sqrt(1 - beta_2**t)
        p = p - weight_decay * rate * p
        return p - rate * corrected_m / (np.sqrt(v) / correction + epsilon / correction)

    return rule


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"learning_rate": 0.05},
        {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.8, "epsilon": 0.1},
        {"learning_rate": 0.02, "beta_1": 0.0, "beta_2": 0.3},
        {"learning_rate": 0.02, "beta_2": 0.5, "amsgrad": True},
        {"learning_rate": 0.02, "weight_decay": 0.5},
    ],
)
def test_the_equations(settings, walk, follow, assert_same):
    expected = {("rate" if name == "learning_rate" else name): value for name, value in settings.items()}
    assert_same(walk(Adam(**settings)), follow(numpy_rule(**expected)))


def test_amsgrad_differs_from_adam_here(walk):
    plain = walk(Adam(0.02, beta_2=0.5))
    assert np.max(np.abs(plain["kernel"] - walk(Adam(0.02, beta_2=0.5, amsgrad=True))["kernel"])) > 1e-3


def test_the_first_step_has_the_length_of_the_rate_whatever_the_gradient():
    optimizer = Adam(0.01)
    params = {"p": jnp.zeros(3, jnp.float32)}
    new, _ = optimizer.update({"p": jnp.asarray([1e-2, -5.0, 1e4])}, optimizer.init(params), params)
    # epsilon-hat counts as 1e-7 / sqrt(1 - beta_2) beside the gradient.
    np.testing.assert_allclose(new["p"], [-0.01, 0.01, -0.01], rtol=4e-4)


def test_adamw_is_adam_with_its_default_decay(walk, follow, assert_same):
    assert_same(walk(AdamW(0.1)), follow(numpy_rule(0.1, weight_decay=0.004)))
    assert_same(walk(AdamW(0.1)), walk(Adam(0.1, weight_decay=0.004)), rtol=0, atol=0)


def test_adamw_takes_weight_decay_second_as_keras_does():
    optimizer = AdamW(0.1, 0.2, 0.3, 0.4, 0.5, True)
    assert (optimizer.learning_rate, optimizer.weight_decay, optimizer.beta_1) == (0.1, 0.2, 0.3)
    assert (optimizer.beta_2, optimizer.epsilon, optimizer.amsgrad) == (0.4, 0.5, True)


def test_adamw_without_decay_is_refused():
    with pytest.raises(UsageError, match=r"AdamW: weight_decay must be a number .* use Adam"):
        AdamW(weight_decay=None)


@pytest.mark.parametrize("name", ["beta_1", "beta_2"])
@pytest.mark.parametrize("value", [-0.1, 1.0, 1, None])
def test_betas_outside_their_range_are_refused(name, value):
    with pytest.raises(UsageError, match=f"Adam: {name} must be a .*at least 0 and below 1, got"):
        Adam(**{name: value})
