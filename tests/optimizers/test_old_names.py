"""Argument names of older Keras: they work, and the warning shows the line of today."""

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import SGD, Adam, Nadam, RMSprop, optimizers
from fallline.optimizers.schedules import ExponentialDecay, InverseTimeDecay


def test_lr_is_the_learning_rate():
    with pytest.warns(
        FutureWarning, match=r"SGD\(lr=0\.3, momentum=0\.5\).*write SGD\(learning_rate=0\.3, mom"
    ):
        optimizer = SGD(lr=0.3, momentum=0.5)
    assert (optimizer.learning_rate, optimizer.momentum) == (0.3, 0.5)


@pytest.mark.parametrize("cls", optimizers.classes().values(), ids=optimizers.classes().keys())
def test_every_optimizer_with_a_rate_knows_lr(cls):
    if "lr" not in cls.renamed:
        pytest.skip("not an optimizer of older Keras")
    with pytest.warns(FutureWarning, match="older spelling"):
        assert cls(lr=0.3).learning_rate == 0.3


def test_decay_is_inverse_time_decay():
    with pytest.warns(FutureWarning, match=r"write SGD\(learning_rate=InverseTimeDecay\("):
        optimizer = SGD(lr=0.1, decay=0.01)
    assert isinstance(optimizer.learning_rate, InverseTimeDecay)
    rates = [float(optimizer.learning_rate_at(jnp.int32(t))) for t in (0, 1, 50, 1000)]
    # Older Keras: lr * 1 / (1 + decay * iterations)
    np.testing.assert_allclose(rates, [0.1 / (1 + 0.01 * t) for t in (0, 1, 50, 1000)], rtol=1e-6)


def test_decay_alone_starts_from_the_default():
    with pytest.warns(FutureWarning, match="older spelling"):
        optimizer = RMSprop(decay=0.5)
    np.testing.assert_allclose(float(optimizer.learning_rate_at(jnp.int32(2))), 0.001 / 2, rtol=1e-6)


def test_the_line_of_an_old_manual_works():
    with pytest.warns(
        FutureWarning, match=r"write Adam\(learning_rate=0\.001, beta_1=0\.9, beta_2=0\.999, amsg"
    ):
        old = Adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False)
    assert old.get_config() == Adam().get_config()


def test_decay_beside_a_schedule_is_refused():
    with pytest.raises(UsageError, match="decay has no meaning beside a schedule"):
        SGD(learning_rate=ExponentialDecay(0.1, 10, 0.5), decay=0.1)


def test_nadams_schedule_decay():
    with pytest.warns(FutureWarning, match=r"write Nadam\(learning_rate=0\.002, momentum_decay=0\.004\)"):
        assert Nadam(lr=0.002, schedule_decay=0.004).momentum_decay == 0.004


def test_a_name_of_no_time_is_refused():
    with pytest.raises(UsageError, match=r'SGD: no argument "momentun"\. Did you mean "momentum"'):
        SGD(lr=0.1, momentun=0.9)
