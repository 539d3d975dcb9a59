"""Losses that are tensors of the network."""

from typing import Any

import numpy as np
import pytest

from fallline import ops
from fallline.old.keras import losses
from fallline.old.keras.behaviour.layers import Input, layer
from fallline.old.keras.behaviour.models import Model

Dense = layer("Dense")
X = np.random.default_rng(2).normal(size=(24, 5)).astype("float32")


def parts() -> tuple[Any, Any, Any]:
    inputs = Input((5,))
    code = Dense(2, name="code")(inputs)
    return inputs, code, Dense(5, name="decoded")(code)


def by_hand(model: Model, code: Any) -> np.ndarray:
    """The loss of each row."""
    encoded = Model(model.inputs, code).predict(X)
    return 5 * ((X - model.predict(X)) ** 2).mean(axis=1) + 0.5 * (encoded**2).sum(axis=1)


def test_a_loss_added_is_what_is_made_small() -> None:
    inputs, code, outputs = parts()
    model = Model(inputs, outputs)
    error = losses.mse(inputs, outputs)
    error *= 5
    model.add_loss(ops.mean(error + ops.sum(ops.square(code), axis=-1) * 0.5))
    model.compile("adam")
    assert model.evaluate(X, None) == pytest.approx(by_hand(model, code).mean(), rel=1e-5)
    found = model.fit(X, epochs=3, batch_size=8, verbose=0, validation_data=(X, None))
    assert list(found.history) == ["loss", "val_loss"]
    assert found.history["val_loss"][-1] == pytest.approx(by_hand(model, code).mean(), rel=1e-5)
    assert found.history["val_loss"][-1] < found.history["val_loss"][0]
    assert found.model is model


def test_a_loss_function_that_reads_the_network() -> None:
    inputs, code, outputs = parts()

    def loss(y_true: Any, y_pred: Any) -> Any:
        return 5 * losses.mean_squared_error(y_true, y_pred) + 0.5 * ops.sum(ops.square(code), axis=-1)

    model = Model(inputs, outputs)
    model.compile("rmsprop", loss)
    before = by_hand(model, code).mean()
    assert model.evaluate(X, X) == pytest.approx(before, rel=1e-5)
    model.fit(X, X, epochs=2, verbose=0)
    assert by_hand(model, code).mean() < before


def test_beside_a_loss_of_targets() -> None:
    inputs, code, outputs = parts()
    model = Model(inputs, outputs)
    model.add_loss(lambda: 0.5 * ops.mean(ops.sum(ops.square(code), axis=-1)))
    model.compile("sgd", "mse", metrics=["mae"])
    square = ((X - model.predict(X)) ** 2).mean()
    codes = (Model(inputs, code).predict(X) ** 2).sum(axis=1).mean()
    assert model.evaluate(X, X)[0] == pytest.approx(square + 0.5 * codes, rel=1e-5)
    model.fit(X, X, verbose=0)
    assert model.optimizer is not None


def test_what_is_no_tensor_is_refused() -> None:
    with pytest.raises(ValueError, match="add_loss"):
        Model(*parts()[::2]).add_loss("mse")


def test_functions_of_losses_are_still_themselves_to_compile() -> None:
    model = Model(*parts()[::2])
    model.compile("sgd", losses.mse, metrics=[losses.mae])
    assert model.loss.name == "mean_squared_error"
    assert model.metrics_names == ["loss", "mean_absolute_error"]
