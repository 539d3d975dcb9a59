"""Methods that a mixin brings, beside the built-in class: they count as a class's own do."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError

X, Y = np.ones((4, 3), np.float32), np.zeros((4, 1), np.float32)


class TenfoldCall:
    def call(self, y_true, y_pred):
        return 10 * super().call(y_true, y_pred)


class TenfoldValues:
    def __call__(self, shape, dtype=None):
        return 10 * super().__call__(shape, dtype)


class ThreefoldUpdate:
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, 3 * y_pred, sample_weight)


class TenfoldResult:
    def result(self):
        return 10 * super().result()


def test_mixins_of_losses_initializers_and_metrics():
    class Loss(TenfoldCall, fl.losses.MeanSquaredError):
        pass

    class Ones(TenfoldValues, fl.initializers.Ones):
        pass

    class Tripled(ThreefoldUpdate, fl.metrics.MeanAbsoluteError):
        pass

    class Tenfold(TenfoldResult, fl.metrics.MeanAbsoluteError):
        pass

    assert float(Loss()(Y, Y + 1)) == 10.0
    dense = fl.layers.Dense(1, kernel_initializer=Ones())
    model = fl.Sequential([fl.Input((3,)), dense])
    model.compile("sgd", Loss(), metrics=[Tripled(), Tenfold()])
    # Three weights of 10: the output is 30, its square 900.
    assert model.evaluate(X, Y, verbose=0) == [9000.0, 90.0, 300.0]


def test_mixin_of_a_loss_written_as_in_keras():
    class Call:
        def call(self, y_true, y_pred):
            return 2 * jnp.abs(y_true - y_pred)[:, 0]

    class Written(Call, fl.losses.Loss):
        pass

    assert float(Written()(Y, Y + 1)) == 2.0


def test_a_loss_says_what_it_computes_in_call():
    with pytest.raises(UsageError, match=r"Called: it defines __call__.* call\(self, y_true, y_pred\)"):

        class Called(fl.losses.Loss):
            def __call__(self, y_true, y_pred, sample_weight=None):
                return jnp.mean(y_true - y_pred)


@pytest.mark.parametrize("base", [fl.regularizers.L1, fl.regularizers.L1L2, fl.regularizers.GroupL1])
def test_a_penalty_of_ones_own_has_no_step_of_another(base):
    class Own(base):
        def __call__(self, x):
            return 3 * super().__call__(x)

    class Stepping(Own):
        def proximal_step(self, x, rate):
            return x - rate

    x = jnp.full((1, 1), 2.0)
    assert float(Own(0.5)(x)) == 3.0  # 3 * 0.5 * 2
    assert float(Stepping(0.5, proximal=True).proximal_step(x, 1.0)[0, 0]) == 1.0
    with pytest.raises(UsageError, match="Own: with proximal=True .*Define proximal_step"):
        Own(0.5, proximal=True)
