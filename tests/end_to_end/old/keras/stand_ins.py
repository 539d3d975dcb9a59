"""What Keras 2 of today no longer has of the older ones, given in their later spelling: for record.py alone."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import types

import numpy as np

PATHS = {
    "layers": "core advanced_activations normalization noise embeddings merge",
    "utils": "np_utils vis_utils generic_utils visualize_util",
}
SPELLINGS = {
    "output_dim": "units",
    "lr": "learning_rate",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "nb_epoch": "epochs",
    "p": "rate",
}


def put_in_place(old: bool, until_2_3: bool):
    """Gives the Keras of the program: 2 (tf_keras) under all of its names, or 3.

    Args:
        old: Keras 2.
        until_2_3: With the numbers that Keras's own package had up to its last, 2.3.
    """
    tf = importlib.import_module("tensorflow")
    keras = importlib.import_module("tf_keras" if old else "keras")
    _any_file(keras, old)
    if not old:
        return keras
    for name, module in [*sys.modules.items()]:
        if name == "tf_keras" or name.startswith("tf_keras.") and "src" not in name:
            rest = name.removeprefix("tf_keras")
            sys.modules[f"keras{rest}"] = sys.modules[f"tensorflow.keras{rest}"] = module
    for home, names in PATHS.items():
        for name in names.split():
            module = sys.modules[f"keras.{home}.{name}"] = getattr(keras, home)
            setattr(getattr(keras, home), name, module)
    tf.keras, tf.optimizers = keras, keras.optimizers
    keras.utils.plot_model = keras.utils.plot = lambda *_, **__: None
    keras.utils.model_to_dot = lambda *_, **__: types.SimpleNamespace(create=lambda **_: "<svg/>")
    keras.preprocessing.sequence.pad_sequences = keras.utils.pad_sequences
    layers = keras.layers
    if not hasattr(layers, "experimental"):
        layers.experimental = types.SimpleNamespace()
    new = (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.RMSprop)
    for cls in (layers.Dense, layers.Dropout, *new):
        cls.__init__ = _renaming(cls.__init__)
    keras.Model.fit = _renaming(keras.Model.fit)
    keras.Model.evaluate = _renaming(keras.Model.evaluate)
    keras.Sequential.predict_classes = _classes
    keras.Sequential.predict_proba = lambda model, x, **named: model.predict(x, **named)
    keras.Model.fit_generator = lambda model, batches, **named: model.fit(batches, **named)
    if until_2_3:
        _until_2_3(keras)
    _old_keys()
    _pandas()
    _wrappers()
    _notebooks()
    return keras


def _any_file(keras, old):
    home = "tf_keras.src.utils.data_utils" if old else "keras.src.utils.file_utils"
    files = importlib.import_module(home)
    files.validate_file = lambda *_, **__: True
    if not old:
        files.config.keras_home = lambda: os.environ["KERAS_HOME"]


def _renaming(method):
    @functools.wraps(method)
    def renamed(*positional, **named):
        named.pop("show_accuracy", None)
        return method(*positional, **{SPELLINGS.get(name, name): value for name, value in named.items()})

    return renamed


def _classes(model, x, **named):
    given = model.predict(x, **named)
    return np.argmax(given, -1) if given.shape[-1] > 1 else (given > 0.5).astype("int32")


def _until_2_3(keras):
    """Optimizers as Keras's own package had them, their rates, and penalties of activities: of a batch, not of a row."""
    module = importlib.import_module("tf_keras.src.optimizers")
    importlib.import_module("tf_keras.src.engine.training").optimizers.get = functools.partial(
        module.get, use_legacy_optimizer=True
    )
    legacy = keras.optimizers.legacy
    for cls, defaults in (
        (legacy.Adadelta, {"learning_rate": 1.0}),
        (legacy.Adagrad, {"learning_rate": 0.01, "initial_accumulator_value": 0.0}),
        (legacy.Adamax, {"learning_rate": 0.002}),
        (legacy.Nadam, {"learning_rate": 0.002}),
    ):
        cls.__init__ = functools.partialmethod(_with_defaults, cls.__init__, defaults)
    for name in ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"):
        setattr(keras.optimizers, name, getattr(legacy, name))

    def penalise(layer, inputs, outputs):
        if layer._activity_regularizer:
            layer.add_loss(layer._activity_regularizer(outputs))

    importlib.import_module("tf_keras.src.engine.base_layer").Layer._handle_activity_regularization = penalise


def _with_defaults(optimizer, original, defaults, *positional, **named):
    original(optimizer, *positional, **(named if positional else defaults | named))


def _pandas():
    import pandas

    original = pandas.read_csv

    def read_csv(*positional, delim_whitespace=False, **named):
        return original(*positional, **({"sep": r"\s+"} if delim_whitespace else {}), **named)

    pandas.read_csv = read_csv


def _old_keys():
    from tf_keras.src.callbacks import CallbackList

    original = CallbackList.on_epoch_end

    def on_epoch_end(callbacks, epoch, logs=None):
        for name in [*(logs or {})]:
            for new, short in (("accuracy", "acc"), ("mae", "mean_absolute_error")):
                if name in (new, f"val_{new}"):
                    logs[name.replace(new, short)] = logs[name]
        original(callbacks, epoch, logs)

    CallbackList.on_epoch_end = on_epoch_end


def _wrappers():
    """`keras.wrappers.scikit_learn`, as far as the programs use it."""
    from sklearn.base import BaseEstimator

    class Wrapped(BaseEstimator):
        _names = ("epochs", "nb_epoch", "batch_size", "verbose", "validation_split", "callbacks")

        def __init__(self, build_fn=None, **sk_params):
            self.build_fn, self.sk_params = build_fn, sk_params

        def get_params(self, deep=True):
            return {"build_fn": self.build_fn, **self.sk_params}

        def set_params(self, **params):
            self.build_fn = params.pop("build_fn", self.build_fn)
            self.sk_params.update(params)
            return self

        def fit(self, x, y, **named):
            own = {name: value for name, value in self.sk_params.items() if name not in self._names}
            rest = {name: value for name, value in self.sk_params.items() if name in self._names}
            self.model = self.build_fn(**own)
            if self.kind == "classifier":
                self.classes_ = np.unique(y) if np.ndim(y) == 1 else np.arange(np.shape(y)[1])
            self.history = self.model.fit(x, y, **rest | named)
            return self.history

        def predict(self, x, **named):
            given = self.model.predict(x, verbose=0)
            if self.kind == "classifier":
                chosen = given.argmax(-1) if given.shape[-1] > 1 else (given > 0.5).astype(int).ravel()
                return self.classes_[chosen]
            return np.squeeze(given)

        def score(self, x, y, **named):
            if self.kind == "classifier":
                return self.model.evaluate(x, y, verbose=0)[1]
            return -float(self.model.evaluate(x, y, verbose=0))

        def __sklearn_is_fitted__(self):
            return hasattr(self, "model")

        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.estimator_type = self.kind
            return tags

    module = types.ModuleType("keras.wrappers.scikit_learn")
    module.KerasClassifier = type(
        "KerasClassifier", (Wrapped,), {"kind": "classifier", "_estimator_type": "classifier"}
    )
    module.KerasRegressor = type(
        "KerasRegressor", (Wrapped,), {"kind": "regressor", "_estimator_type": "regressor"}
    )
    for name in ("keras.wrappers", "tensorflow.keras.wrappers"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].scikit_learn = sys.modules[f"{name}.scikit_learn"] = module


def _notebooks():
    module = types.ModuleType("IPython.display")
    module.SVG = module.Image = module.display = lambda *_, **__: None
    shell = sys.modules["IPython"] = types.ModuleType("IPython")
    sys.modules["IPython.display"] = shell.display = module
    shell.version_info, shell.get_ipython = (9, 0), lambda: None  # matplotlib asks
