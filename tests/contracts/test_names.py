"""Whatever names something that there is not is an error with the nearest name: one table of calls and wrong names."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline import callbacks, constraints, initializers, layers, losses, metrics, optimizers, regularizers
from fallline.compilation import environment
from fallline.errors import (
    DataError,
    FalllineError,
    SavedFileError,
    UnknownKeyError,
    UnknownNameError,
    UsageError,
)
from fallline.history.recorded import Recorded

X, Y = np.zeros((4, 2), np.float32), np.zeros((4, 1), np.float32)
PARTS = {"left": X, "right": X}
ANSWERS = {"price": Y, "size": Y}


def model(**compiled: Any) -> Any:
    made = fl.Sequential([fl.Input((2,)), layers.Dense(1, name="hidden")])
    made.compile(**{"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]} | compiled)
    return made


def branches(**compiled: Any) -> Any:
    left, right = fl.Input((2,), name="left"), fl.Input((2,), name="right")
    made = fl.Model(
        [left, right],
        {"price": layers.Dense(1, name="price")(left), "size": layers.Dense(1, name="size")(right)},
    )
    made.compile(**{"optimizer": "sgd", "loss": "mse"} | compiled)
    return made


def fit(**given: Any) -> Any:
    return model().fit(X, Y, **{"verbose": 0} | given)


def fit_branches(x: Any = PARTS, y: Any = ANSWERS, **given: Any) -> Any:
    return branches().fit(x, y, verbose=0, **given)


class MisspeltHook(callbacks.Callback):
    def on_epoch_ends(self, epoch: int, logs: Any = None) -> None:
        pass


class MisspeltLog(callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs["mea"]


class AsksForAnother(fl.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs["lefft"])


class Weighted(layers.Layer):
    def build(self, shape: Any) -> None:
        self.w = self.add_weight(shape=(shape[-1], 1), initializer="glorot_unform")

    def call(self, x: Any) -> Any:
        return x @ self.w


def described(**changed: Any) -> dict[str, Any]:
    """A model's configuration with other keys."""
    config = model().get_config()
    return {changed.get(name, name): value for name, value in config.items()}


NAMES: dict[str, tuple[Callable[[], Any], str, type[Exception]]] = {
    # compile
    "optimizer": (lambda: model(optimizer="adm"), "adam", UnknownNameError),
    "optimizer by configuration": (
        lambda: model(optimizer={"class_name": "Adm", "config": {}}),
        "adam",
        UnknownNameError,
    ),
    "loss": (lambda: model(loss="msee"), "mse", UnknownNameError),
    "loss in a list": (lambda: branches(loss=["mse", "msee"]), "mse", UnknownNameError),
    "loss of an output": (lambda: branches(loss={"prce": "mse"}), "price", UsageError),
    "loss of the one output": (lambda: model(loss={"hiden": "mse"}), "hidden", UsageError),
    "loss_weights": (lambda: branches(loss_weights={"prce": 1.0}), "price", UsageError),
    "metrics": (lambda: model(metrics=["maee"]), "mae", UnknownNameError),
    "metrics of an output": (lambda: branches(metrics={"prce": "mae"}), "price", UsageError),
    "metrics in a dictionary": (lambda: branches(metrics={"price": ["maee"]}), "mae", UnknownNameError),
    "weighted_metrics": (lambda: model(weighted_metrics=["acuracy"]), "accuracy", UnknownNameError),
    "weighted_metrics of an output": (
        lambda: branches(weighted_metrics={"prce": "mae"}),
        "price",
        UsageError,
    ),
    "mixing": (lambda: model(mixing="mixp"), "MixUp", UnknownNameError),
    "compile's argument": (lambda: model(metric=["mae"]), "metrics", UsageError),
    # fit, evaluate, predict
    "fit's argument": (lambda: fit(epoch=1), "epochs", UsageError),
    "evaluate's argument": (lambda: model().evaluate(X, Y, batchsize=1), "batch_size", UsageError),
    "verbose of fit": (lambda: fit(verbose="aut"), "auto", UsageError),
    "verbose of evaluate": (lambda: model().evaluate(X, Y, verbose="aut"), "auto", UsageError),
    "verbose of predict": (lambda: model().predict(X, verbose="aut"), "auto", UsageError),
    "sampling": (lambda: fit(sampling="HardExample"), "HardExamples", UsageError),
    "x": (lambda: fit_branches({"lft": X, "right": X}), "left", DataError),
    "x of predict": (lambda: branches().predict({"lft": X, "right": X}), "left", DataError),
    "x of one input": (lambda: model().predict({"input_lyer": X}), "input_layer", DataError),
    "x of a call": (lambda: branches()({"lft": X, "right": X}), "left", UsageError),
    "y": (lambda: fit_branches(y={"prce": Y, "size": Y}), "price", DataError),
    "sample_weight": (lambda: fit_branches(sample_weight={"prce": Y[:, 0]}), "price", DataError),
    "validation_data": (
        lambda: fit_branches(validation_data=({"lft": X, "right": X}, ANSWERS)),
        "left",
        DataError,
    ),
    "an input in a call of one's own": (lambda: AsksForAnother()(PARTS), "left", UsageError),
    # callbacks
    "monitor of EarlyStopping": (
        lambda: fit(callbacks=[callbacks.EarlyStopping(monitor="mea")]),
        "mae",
        UsageError,
    ),
    "monitor of ReduceLROnPlateau": (
        lambda: fit(validation_data=(X, Y), callbacks=[callbacks.ReduceLROnPlateau(monitor="val_los")]),
        "val_loss",
        UsageError,
    ),
    "monitor of an output": (
        lambda: fit_branches(callbacks=[callbacks.EarlyStopping(monitor="prce_loss")]),
        "price_loss",
        UsageError,
    ),
    "monitor of a function": (
        lambda: fl.train(
            lambda _: {},
            lambda params, batch: 0.0,
            (X, Y),
            callbacks=[callbacks.EarlyStopping(monitor="los")],
            verbose=0,
        ),
        "loss",
        UsageError,
    ),
    "mode of EarlyStopping": (lambda: callbacks.EarlyStopping(mode="mn"), "min", UsageError),
    "mode of ReduceLROnPlateau": (lambda: callbacks.ReduceLROnPlateau(mode="mx"), "max", UsageError),
    "mode of ModelCheckpoint": (lambda: callbacks.ModelCheckpoint("a", mode="mn"), "min", UsageError),
    "save_freq": (lambda: callbacks.ModelCheckpoint("a", save_freq="epch"), "epoch", UsageError),
    "save_freq of BackupAndRestore": (
        lambda: callbacks.BackupAndRestore("a", save_freq="epch"),
        "epoch",
        UsageError,
    ),
    "update_freq": (lambda: callbacks.TensorBoard("a", update_freq="epch"), "epoch", UsageError),
    "a callback's argument": (lambda: callbacks.EarlyStopping(moniter="loss"), "monitor", UsageError),
    "a callback by its name": (lambda: fit(callbacks=["EarlyStoping"]), "EarlyStopping", UsageError),
    "a hook": (lambda: fit(callbacks=[MisspeltHook()]), "on_epoch_end", UsageError),
    "a hook of LambdaCallback": (
        lambda: callbacks.LambdaCallback(on_epch_end=print),
        "on_epoch_end",
        UsageError,
    ),
    "logs": (lambda: fit(callbacks=[MisspeltLog()]), "mae", UnknownKeyError),
    "history": (lambda: fit(epochs=1).history["mea"], "mae", UnknownKeyError),
    # models
    "get_layer": (lambda: model().get_layer("hiden"), "hidden", UsageError),
    "dtype_policy": (
        lambda: fl.Sequential([layers.Dense(1)], dtype_policy="mixed_bfloat"),
        "mixed_bfloat16",
        UnknownNameError,
    ),
    "set_dtype_policy": (
        lambda: fl.config.set_dtype_policy("mixed_bfloat"),
        "mixed_bfloat16",
        UnknownNameError,
    ),
    "set_floatx": (lambda: fl.backend.set_floatx("flot32"), "float32", UsageError),
    "dtype of Input": (lambda: fl.Input((2,), dtype="flot32"), "float32", UsageError),
    "Model's argument": (
        lambda: fl.Model(fl.Input((2,)), fl.Input((2,)), nme="a"),
        "name",
        UsageError,
    ),
    "Sequential's argument": (lambda: fl.Sequential([], nme="a"), "name", UsageError),
    "summary's argument": (lambda: model().summary(line_lenght=3), "line_length", UsageError),
    "load_model's argument": (
        lambda: fl.load_model("a", custom_object={}),
        "custom_objects",
        UsageError,
    ),
    "an initializer of add_weight": (
        lambda: fl.Sequential([fl.Input((2,)), Weighted()]),
        "glorot_uniform",
        UnknownNameError,
    ),
    "initializer of a metric's add_weight": (
        lambda: metrics.Metric().add_weight(initializer="zeroes"),
        "zeros",
        UsageError,
    ),
    # layers and their parts
    "activation": (lambda: layers.Dense(1, activation="rleu"), "relu", UnknownNameError),
    "Activation": (lambda: layers.Activation("softmx"), "softmax", UnknownNameError),
    "kernel_initializer": (
        lambda: layers.Dense(1, kernel_initializer="he_norml"),
        "he_normal",
        UnknownNameError,
    ),
    "kernel_regularizer": (
        lambda: layers.Dense(1, kernel_regularizer="l1_l3"),
        "l1_l2",
        UnknownNameError,
    ),
    "kernel_constraint": (
        lambda: layers.Dense(1, kernel_constraint="max_nrom"),
        "max_norm",
        UnknownNameError,
    ),
    "output_mode": (lambda: layers.CategoryEncoding(3, output_mode="multihot"), "multi_hot", UsageError),
    "fill_mode": (lambda: layers.RandomRotation(0.1, fill_mode="reflct"), "reflect", UsageError),
    "interpolation": (lambda: layers.RandomRotation(0.1, interpolation="bilinar"), "bilinear", UsageError),
    "mode of RandomFlip": (lambda: layers.RandomFlip("vertcal"), "vertical", UsageError),
    "mode of VarianceScaling": (lambda: initializers.VarianceScaling(mode="fanin"), "fan_in", UsageError),
    "distribution": (
        lambda: initializers.VarianceScaling(distribution="unifrm"),
        "uniform",
        UsageError,
    ),
    "reduction": (
        lambda: losses.MeanSquaredError(reduction="sum_over_batch"),
        "sum_over_batch_size",
        UsageError,
    ),
    "curve": (lambda: metrics.AUC(curve="PRR"), "PR", UsageError),
    "summation_method": (
        lambda: metrics.AUC(summation_method="interpolaton"),
        "interpolation",
        UsageError,
    ),
    "average": (lambda: metrics.F1Score(average="macr"), "macro", UsageError),
    "class_aggregation": (
        lambda: metrics.R2Score(class_aggregation="uniform_averag"),
        "uniform_average",
        UsageError,
    ),
    # arguments of objects, and of their configurations
    **{
        f"{cls.__name__}'s argument": (lambda cls=cls, wrong=wrong: cls(**{wrong: 1}), near, UsageError)
        for cls, wrong, near in (
            (layers.Dense, "unit", "units"),
            (optimizers.Adam, "learning_rat", "learning_rate"),
            (optimizers.schedules.ExponentialDecay, "decay_rat", "decay_rate"),
            (losses.Huber, "delt", "delta"),
            (metrics.AUC, "num_threshold", "num_thresholds"),
            (initializers.Orthogonal, "gan", "gain"),
            (regularizers.L2, "l22", "l2"),
            (constraints.MaxNorm, "max_vale", "max_value"),
        )
    },
    "from_config": (lambda: optimizers.Adam.from_config({"learning_rat": 1}), "learning_rate", UsageError),
    "a configuration's argument": (
        lambda: losses.get({"class_name": "Huber", "config": {"delt": 1}}),
        "delta",
        FalllineError,
    ),
    "a configuration's class": (
        lambda: fl.saving.deserialize_keras_object({"class_name": "layers.Dnse", "config": {}}),
        "Dense",
        SavedFileError,
    ),
    "a configuration's class without its module": (
        lambda: fl.saving.deserialize_keras_object({"class_name": "Dense", "config": {}}),
        "layers.Dense",
        SavedFileError,
    ),
    "a configuration's module": (
        lambda: fl.saving.deserialize_keras_object({"class_name": "layer.Dense", "config": {}}),
        "layers",
        SavedFileError,
    ),
    "a model's configuration": (
        lambda: fl.Sequential.from_config(described(layers="layrs")),
        "layrs",
        SavedFileError,
    ),
    "a schedule": (
        lambda: optimizers.schedules.deserialize({"class_name": "ExponentialDecy", "config": {}}),
        "ExponentialDecay",
        FalllineError,
    ),
    # functions of one's own
    "optimizer of train": (
        lambda: fl.train(lambda _: {}, lambda params, batch: 0.0, (X, Y), optimizer="adm"),
        "adam",
        UnknownNameError,
    ),
    "loss of train": (
        lambda: fl.train(lambda _: {}, "msee", (X, Y), predict=lambda params, x: x),
        "mse",
        UnknownNameError,
    ),
    # what stands in a module, or at an object
    **{
        f"fl.{name}": (lambda home=home, wrong=wrong: getattr(home, wrong), near, AttributeError)
        for name, home, wrong, near in (
            ("layers", layers, "Dnse", "Dense"),
            ("losses", losses, "MeanSquareError", "MeanSquaredError"),
            ("metrics", metrics, "F1Scor", "F1Score"),
            ("callbacks", callbacks, "EarlyStoping", "EarlyStopping"),
            ("optimizers", optimizers, "Adamm", "Adam"),
            ("schedules", optimizers.schedules, "ExponentialDecy", "ExponentialDecay"),
            ("activations", fl.activations, "leaky_rleu", "leaky_relu"),
            ("initializers", initializers, "HeNorml", "HeNormal"),
            ("ops", fl.ops, "mena", "mean"),
        )
    },
    "a model's attribute": (lambda: model().predct, "predict", AttributeError),
    "an optimizer's attribute": (lambda: optimizers.Adam().learning_rte, "learning_rate", AttributeError),
    "a metric's attribute": (lambda: metrics.Mean().resul, "result", AttributeError),
}


@pytest.mark.parametrize(("call", "near", "error"), NAMES.values(), ids=NAMES)
def test_the_nearest_name_is_told(call, near, error):
    with pytest.raises(error) as raised:
        call()
    assert f'"{near}"' in str(raised.value)


def test_a_checkpoint_names_what_is_recorded(tmp_path):
    for given, near in (
        ({"filepath": tmp_path / "{val_los:.2f}.x"}, "val_loss"),
        ({"filepath": tmp_path / "a.x", "monitor": "val_mea"}, "val_mae"),
        (
            {"filepath": tmp_path / "a.x", "monitor": "val_mea", "save_best_only": True, "mode": "min"},
            "val_mae",
        ),
    ):
        with pytest.raises(UsageError, match=f'"{near}"'):
            fit(validation_data=(X, Y), callbacks=[callbacks.ModelCheckpoint(**given)])


def test_weights_of_other_layers_name_those_of_the_file(tmp_path):
    other = fl.Sequential([fl.Input((2,)), layers.Dense(1, name="hiden")])
    other.save_weights(tmp_path / "a.weights")
    with pytest.raises(
        SavedFileError, match="do not fit .*hidden/kernel.* The file has hiden/bias, hiden/kernel instead"
    ):
        model().load_weights(tmp_path / "a.weights")


@pytest.mark.parametrize("variable", ["FALLLINE_CACH", "FALLLINE_CACHES", "FALLLINE_DBUG"])
def test_a_variable_of_the_environment(variable, monkeypatch):
    monkeypatch.setenv(variable, "off")
    with pytest.raises(UsageError, match=f'{variable} is no setting. Did you mean "FALLLINE_(CACHE|DEBUG)"'):
        environment.require_known_settings()


def test_other_variables_are_others(monkeypatch):
    for variable in ("FALLLINE_TEST_COMPILING", "MY_FALLLINE_CACH", "FALLLINE_DEBUG"):
        monkeypatch.setenv(variable, "1")
    environment.require_known_settings()


def test_what_was_recorded_is_else_a_dictionary():
    recorded = Recorded(loss=[1.0])
    assert recorded == {"loss": [1.0]}
    assert recorded.get("los") is None
    assert "los" not in recorded
    assert copy.deepcopy(recorded) == recorded
    with pytest.raises(KeyError):
        recorded["los"]


def test_errors_of_names_can_be_copied():
    """As between processes, and as an error that is raised again."""
    error = UnknownNameError("loss", "msee", ["mse"])
    assert str(copy.copy(error)) == str(error) == 'unknown loss "msee". Did you mean "mse"?'


def test_a_method_of_ones_own_may_begin_with_on():
    class Own(callbacks.Callback):
        def on_improvement(self) -> None: ...

    assert not inspect.isabstract(Own)
    Own().require_known_hooks()
