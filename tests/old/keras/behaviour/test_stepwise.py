"""Models with a `train_step` of the program's own."""

from typing import Any

import numpy as np
import pytest

from fallline.old.keras import metrics
from fallline.old.keras.behaviour import callbacks, optimizers
from fallline.old.keras.behaviour.layers import Input, layer
from fallline.old.keras.behaviour.models import Model, Sequential
from fallline.old.tensorflow import second as tf

Dense = layer("Dense")
X = np.random.default_rng(6).normal(size=(20, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Own(Model):
    def train_step(self, data: Any) -> Any:
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.compiled_metrics.update_state(y, y_pred)
        return {one.name: one.result() for one in self.metrics}


def test_a_step_that_does_what_fit_does_trains_as_fit_does() -> None:
    inputs = Input((3,))
    outputs = Dense(1, kernel_regularizer="l2")(inputs)
    model, other = Own(inputs, outputs), Model(inputs, outputs)
    start, ends = model.get_weights(), []
    for each in (model, other):
        each.set_weights(start)
        each.compile(optimizers.ROOM["Adam"](0.05), "mse", metrics=["mae"])
        found = each.fit(X, Y, epochs=2, batch_size=10, shuffle=False, verbose=0)
        assert list(found.history) == ["loss", "mae"]
        ends.append(each.get_weights()[0])
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-4)


def test_one_that_holds_models_and_has_no_call() -> None:
    class Pair(Model):
        def __init__(self, first: Any, second: Any) -> None:
            super().__init__()
            self.first, self.second = first, second
            self.seen = metrics.Mean(name="loss")

        @property
        def metrics(self) -> list[Any]:
            return [self.seen]

        def train_step(self, data: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(data - self.second(self.first(data))))
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            self.seen.update_state(loss)
            return {"loss": self.seen.result()}

    pair = Pair(Sequential([Dense(2, input_dim=3)]), Sequential([Dense(3, input_dim=2)]))
    pair.compile(optimizer="adam")
    seen: list[int] = []
    logs = callbacks.Callback()
    logs.on_epoch_end = lambda epoch, logs=None: seen.append(epoch)  # type: ignore[method-assign]
    found = pair.fit(X, epochs=3, batch_size=5, verbose=0, callbacks=[logs])
    assert found.history["loss"][-1] < found.history["loss"][0]
    assert (len(pair.trainable_weights), seen, found.epoch) == (4, [0, 1, 2], [0, 1, 2])


def test_without_a_loss_the_step_cannot_ask_for_one() -> None:
    inputs = Input((3,))
    model = Own(inputs, Dense(1)(inputs))
    model.compile("adam")
    with pytest.raises(RuntimeError, match="without a loss"):
        model.fit(X, Y, verbose=0)
