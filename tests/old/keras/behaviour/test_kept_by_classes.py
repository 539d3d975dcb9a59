"""What a program's own classes keep under the names of what `compile` is given, and what callbacks read of an optimizer."""

from __future__ import annotations

import numpy as np

from fallline.old.keras import layers, losses, models, optimizers
from fallline.old.keras.wrappers.scikit_learn import KerasClassifier


class _OwnSteps(models.Model):
    def __init__(self):
        super().__init__()
        self.line = layers.Dense(1)
        self.optimizer = optimizers.SGD(0.5)
        self.loss = losses.MeanSquaredError()

    def call(self, x):
        return self.line(x)


def test_a_class_keeps_an_optimizer_and_a_loss_of_its_own():
    model = _OwnSteps()
    assert type(model.optimizer).__name__ == "SGD"
    assert float(model.loss(np.ones((2, 1)), np.zeros((2, 1)))) == 1
    model.compile("adam", "mae")
    assert type(model.optimizer).__name__ == "Adam"
    assert "absolute" in str(model.loss).lower() or model.loss == "mae"


def test_the_decay_of_an_optimizer_can_be_read():
    assert float(optimizers.SGD(lr=0.1, decay=0.25).decay) == 0.25
    assert float(optimizers.SGD(lr=0.1).decay) == 0


def test_what_a_fit_is_given_goes_before_what_the_wrapper_was():
    def build():
        model = models.Sequential([layers.Dense(1, input_dim=2, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy")
        return model

    x, y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 2
    wrapper = KerasClassifier(build_fn=build, nb_epoch=1, verbose=0)
    assert len(wrapper.fit(x, y, nb_epoch=3).history["loss"]) == 3
    assert len(wrapper.fit(x, y, epochs=2).history["loss"]) == 2
    assert len(wrapper.fit(x, y).history["loss"]) == 1
