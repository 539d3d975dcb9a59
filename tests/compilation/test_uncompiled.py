"""JAX's settings for who hunts a NaN: programs run by Python, operation by operation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import TrainingWarning, UsageError

X = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.float32)


def fitted():
    model = fl.Sequential(
        [
            fl.Input((2,)),
            fl.layers.Dense(2, activation="relu"),
            fl.layers.BatchNormalization(),
            fl.layers.Dropout(0.1),
            fl.layers.Dense(1, activation="sigmoid"),
        ],
        seed=0,
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "auc"])
    stopping = fl.callbacks.EarlyStopping(patience=5)
    history = model.fit(X, Y, epochs=2, batch_size=8, validation_split=0.25, verbose=0, callbacks=[stopping])
    return {**history.history, "evaluate": model.evaluate(X, Y), "predict": model.predict(X).ravel().tolist()}


@pytest.fixture(scope="module")
def compiled():
    return fitted()


@pytest.mark.parametrize("setting", [jax.debug_nans, jax.disable_jit], ids=["debug_nans", "disable_jit"])
def test_what_is_computed_is_the_same(setting, compiled):
    with setting(True):
        found = fitted()
    assert found.keys() == compiled.keys()
    for name, values in found.items():
        np.testing.assert_allclose(values, compiled[name], rtol=1e-4, err_msg=name)


def root_of_what_is_negative(y_true, y_pred):
    shifted = y_pred - 1000
    return jnp.mean(jnp.sqrt(shifted) * y_true, axis=-1)


def of_own_loss():
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", root_of_what_is_negative)
    return model


def test_a_nan_is_named_where_it_comes_up():
    with pytest.warns(TrainingWarning, match="stopped being finite"):
        assert of_own_loss().fit(X, Y, epochs=1, verbose=0).outcome.kind == "diverged"
    for verb in ("fit", "evaluate", "train_on_batch"):
        with (
            jax.debug_nans(True),
            pytest.raises(
                UsageError, match=r'loss "root_of_what_is_negative" fails: .*nan.* in sqrt'
            ) as raised,
        ):
            getattr(of_own_loss(), verb)(X, Y)
        lines, frame = [], raised.value.__cause__.__traceback__
        while frame is not None:
            lines.append(frame.tb_frame.f_code.co_name)
            frame = frame.tb_next
        assert "root_of_what_is_negative" in lines


def test_without_compiling_a_loss_sees_values():
    seen = []

    def loss(y_true, y_pred):
        total = y_true.sum()
        if not isinstance(total, jax.core.Tracer):  # shapes are asked beforehand
            seen.append(float(total))
        return jnp.mean((y_true - y_pred) ** 2, axis=-1)

    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", loss)
    with jax.disable_jit():
        model.fit(X, Y, epochs=2, batch_size=12, verbose=0)
    assert len(seen) >= 2
    assert set(seen) == {float(Y.sum())}
