"""What a file keeps of objects whose classes are written as in Keras and have no `get_config`."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError

X = np.ones((4, 3), np.float32)


class Scaled(fl.layers.Layer):
    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale, self.width = units, scale, None
        self.within = [fl.layers.Dense(units)]

    def build(self, input_shape):
        self.width = input_shape[-1]
        self.gain = self.add_weight(shape=(self.width,), initializer="ones")

    def call(self, x):
        return self.scale * self.within[0](x * self.gain)


class ScaledDense(fl.layers.Dense):
    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(units, **kwargs)
        self.scale = scale

    def call(self, x):
        return self.scale * super().call(x)


class Twice(ScaledDense):
    def __init__(self, more=2.0, **kwargs):
        super().__init__(**kwargs)
        self.more = more

    def call(self, x):
        return self.more * super().call(x)


class Alone(fl.layers.Layer):
    def __init__(self, scale=1.0):
        super().__init__()
        self.scale = scale

    def call(self, x):
        return self.scale * x


class Hidden(fl.layers.Layer):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.turned = fl.layers.Dense(units), lambda x: x / units

    def call(self, x):
        return self.turned(self.dense(x))


class HiddenSize(fl.layers.Layer):
    def __init__(self, size=3):
        super().__init__()
        self.gain = self.add_weight(shape=(size,), initializer="ones")

    def call(self, x):
        return x * self.gain[:1]


class HiddenLoss(fl.losses.Loss):
    def __init__(self, k=2.0):
        super().__init__()
        self._k = k

    def call(self, y_true, y_pred):
        return self._k * jnp.abs(y_true - y_pred)[:, 0]


class OwnLoss(fl.losses.Loss):
    def __init__(self, k=2.0, **kwargs):
        super().__init__(**kwargs)
        self.k = k

    def call(self, y_true, y_pred):
        return self.k * jnp.abs(y_true - y_pred)[:, 0]


class OwnMetric(fl.metrics.Metric):
    def __init__(self, k=2.0, name="own", **kwargs):
        super().__init__(name=name, **kwargs)
        self.k, self.total = k, self.add_weight()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(self.k * jnp.sum(y_true))

    def result(self):
        return self.total


class HiddenMetric(fl.metrics.Mean):
    def __init__(self, k=2.0, name="hidden", **kwargs):
        super().__init__(name=name, **kwargs)
        self._k = k

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(self._k * y_true, sample_weight)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Scaled(2, scale=5.0), {"scale": 5.0}),
        (lambda: Scaled(2), {"scale": 1.0}),
        (lambda: ScaledDense(2, scale=5.0, use_bias=False, name="own"), {"scale": 5.0, "use_bias": False}),
        (lambda: Twice(3.0, units=2, scale=5.0), {"more": 3.0, "scale": 5.0}),
        (lambda: Alone(5.0), {"scale": 5.0}),
        (lambda: Hidden(), {}),
    ],
)
def test_a_file_keeps_what_a_layer_was_made_with(make, expected, tmp_path):
    model = fl.Sequential([fl.Input((3,)), make(), fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    model.save(tmp_path / "m")
    classes = (Scaled, ScaledDense, Twice, Alone, Hidden)
    loaded = fl.load_model(tmp_path / "m", custom_objects={cls.__name__: cls for cls in classes})
    assert {name: getattr(loaded.layers[0], name) for name in expected} == expected
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_losses_and_metrics_say_their_arguments():
    assert OwnLoss(5.0).get_config() == {"k": 5.0}
    assert OwnLoss(5.0, reduction="sum").get_config() == {"k": 5.0, "reduction": "sum"}
    assert HiddenLoss().get_config() == {}
    metric = OwnMetric(5.0)
    metric.update_state(jnp.ones(3), jnp.ones(3))
    assert metric.get_config() == {"k": 5.0, "name": "own"}
    assert HiddenMetric(name="other").get_config() == {"name": "other"}


@pytest.mark.parametrize(
    ("thing", "kept"),
    [(Hidden(3), "dense"), (HiddenSize(2), "gain"), (HiddenLoss(5.0), "_k"), (HiddenMetric(5.0), "_k")],
)
def test_what_is_kept_under_another_name_is_an_error(thing, kept):
    with pytest.raises(UsageError, match=f'cannot save {type(thing).__name__}.*another "{kept}".*get_config'):
        thing.get_config()
