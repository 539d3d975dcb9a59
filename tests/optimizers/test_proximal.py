"""Proximal penalties and constraints: which optimizers reach the penalised minimum, and which refuse."""

import jax
import numpy as np
import pytest
from sklearn.linear_model import Lasso

import fallline as fl
from fallline.errors import UsageError
from fallline.optimizers import (
    LBFGS,
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    GaussNewton,
    Lamb,
    LevenbergMarquardt,
    Lion,
    Nadam,
    Newton,
    NewtonCG,
    RMSprop,
)
from fallline.regularizers import L1, GroupL1

ROWS = 60
REACH = {
    "sgd": SGD(0.1),
    "momentum": SGD(0.02, momentum=0.9),
    "nesterov": SGD(0.02, momentum=0.9, nesterov=True),
    "accumulated": SGD(0.2, gradient_accumulation_steps=2),
    "adam": Adam(0.02),
    "adam amsgrad": Adam(0.02, amsgrad=True),
    "adam corrected": Adam(0.02, epsilon_place="corrected"),
    "adam inside": Adam(0.02, epsilon_place="inside"),
    "adamw": AdamW(0.02, weight_decay=0.0),
    "adamax": Adamax(0.02),
    "nadam": Nadam(0.02),
    "adagrad": Adagrad(0.3),
    "rmsprop": RMSprop(0.01),
    "rmsprop momentum": RMSprop(0.003, momentum=0.9),
}
REFUSE = {
    "lookahead": (SGD(0.1, momentum=0.9, nesterov="lookahead"), "rests beside the point"),
    "centered": (RMSprop(centered=True), "a steady gradient has the variance 0"),
    "moving average": (Adam(use_ema=True), "no exact zeros"),
    "even average": (SGD(polyak_start=2), "no exact zeros"),
    **{
        type(optimizer).__name__: (optimizer, "its steps are not the gradient times a length")
        for optimizer in (Lion(), Ftrl(), Lamb(), Adafactor(), Adadelta(), Newton(), LBFGS())
    },
}


@pytest.fixture(scope="module")
def table():
    """Six features, of which two have an effect and two are correlated."""
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, 6))
    x[:, 4] = 0.7 * x[:, 0] + 0.3 * x[:, 4]
    y = x @ np.array([2.0, -1.0, 0.0, 0.0, 0.0, 0.0]) + 0.3 * random.normal(size=ROWS)
    return x.astype(np.float32), y.astype(np.float32)


def trained(optimizer, table, epochs=1500, **options):
    x, y = table
    layer = fl.layers.Dense(1, use_bias=False, **options)
    model = fl.Sequential([fl.Input((6,)), layer], seed=1)
    model.compile(optimizer, "mse")
    model.fit(x, y, epochs=epochs, batch_size=ROWS, verbose=0)
    return np.asarray(layer.kernel)[:, 0]


@pytest.mark.parametrize("name", REACH)
def test_the_lasso_is_that_of_scikit_learn(name, table):
    """Its loss is half of the mean squared error plus alpha |w|, hence twice the alpha."""
    x, y = table
    expected = Lasso(0.1, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x.astype(float), y).coef_
    weights = trained(REACH[name], table, kernel_regularizer=L1(0.2, proximal=True))
    np.testing.assert_allclose(weights, expected, atol=2e-6)
    assert np.flatnonzero(weights).tolist() == [0, 1]


@pytest.mark.parametrize("name", REFUSE)
def test_what_cannot_take_proximal_steps_says_why(name, table):
    optimizer, reason = REFUSE[name]
    with pytest.raises(UsageError, match=f"cannot take proximal steps .*{reason}.*Take plain SGD or Adam"):
        trained(optimizer, table, epochs=1, kernel_regularizer=L1(0.2, proximal=True))


@pytest.mark.parametrize("policy", ["float64", "float32"])
def test_the_number_type_of_the_weights_does_not_matter(policy, table):
    with jax.enable_x64(True):
        fl.config.set_dtype_policy(policy)
        try:
            weights = trained(Adam(0.02), table, kernel_regularizer=L1(0.2, proximal=True))
        finally:
            fl.config.set_dtype_policy("float32")
    assert weights.dtype == policy
    assert np.flatnonzero(weights).tolist() == [0, 1]


def test_a_group_needs_one_length_for_its_row(table):
    penalty = GroupL1(0.2, proximal=True)
    whole = trained(SGD(0.1), table, kernel_regularizer=penalty)
    np.testing.assert_allclose(
        trained(SGD(0.02, momentum=0.9), table, kernel_regularizer=penalty), whole, atol=2e-6
    )
    with pytest.raises(UsageError, match=r"GroupL1: .* needs one step length for all its weights.*Take SGD"):
        trained(Adam(), table, epochs=1, kernel_regularizer=penalty)


@pytest.mark.parametrize("optimizer", [LBFGS(), Newton(), GaussNewton(), NewtonCG(), LevenbergMarquardt()])
def test_a_search_that_a_constraint_would_cut_short_is_refused(optimizer, table):
    message = f"{type(optimizer).__name__} cannot keep to constraints"
    with pytest.raises(UsageError, match=message):
        trained(optimizer, table, epochs=1, kernel_constraint="non_neg")


def test_a_constraint_of_a_frozen_layer_is_no_matter(table):
    x, y = table
    frozen = fl.layers.Dense(6, kernel_constraint="non_neg", trainable=False)
    model = fl.Sequential([fl.Input((6,)), frozen, fl.layers.Dense(1)])
    model.compile(LBFGS(), "mse")
    history = model.fit(x, y, epochs=3, batch_size=ROWS, verbose=0).history["loss"]
    assert history[-1] < history[0]
