"""Model files: nothing is lost, nothing is run, nothing is half-written, and damage is told clearly."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as packed

import fallline as fl
from fallline import activations, initializers, losses, metrics, optimizers, regularizers
from fallline._files import read_file
from fallline._tree import tree
from fallline.errors import FalllineWarning, NotReadyError, SavedFileError, ShapeError, UsageError
from fallline.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Lambda, Layer
from fallline.models import load_model, model_from_json

X = np.random.default_rng(0).normal(size=(40, 2, 2)).astype(np.float32)
CLASSES = (X.sum((1, 2)) > 0).astype(np.int32)
AMOUNTS = X.sum((1, 2))


def everything(loss="sparse_categorical_crossentropy"):
    """Each kind of layer, with settings that are not their defaults."""
    layers = [
        fl.Input((2, 2)),
        Flatten(),
        Dense(
            5,
            "leaky_relu",
            kernel_regularizer=regularizers.L1L2(0.01, 0.02),
            kernel_initializer=initializers.HeNormal(3),
        ),
        BatchNormalization(momentum=0.5, epsilon=0.01, center=False, name="norm"),
        Activation(activations.ELU(0.5)),
        Dropout(0.25),
        Dense(2, "softmax", use_bias=False),
    ]
    model = fl.Sequential(layers, "all of it", seed=1)
    rate = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(
        optimizers.Adam(rate, beta_1=0.8, clipnorm=1.0),
        loss,
        metrics=["accuracy"],
        weighted_metrics=[metrics.AUC(50)] if loss == "mse" else None,
    )
    return model


@pytest.fixture(scope="module")
def trained():
    model = everything()
    model.fit(X, CLASSES, verbose=0, epochs=2)
    return model


@pytest.fixture
def file(trained, tmp_path):
    path = tmp_path / "model.fallline"
    trained.save(path)
    return path


def parts(path):
    with safe_open(path, framework="numpy") as file:
        return json.loads(file.metadata()["fallline"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def written(path, description, arrays):
    path.write_bytes(packed(arrays, metadata={"fallline": json.dumps(description)}))
    return path


def test_there_and_back(trained, file):
    loaded = load_model(file)
    assert (loaded.name, loaded.input_shape, loaded.output_shape) == ("all of it", (None, 2, 2), (None, 2))
    assert jax.tree.structure(loaded.network) == jax.tree.structure(trained.network)
    assert jax.tree.leaves(loaded.network) == pytest.approx(jax.tree.leaves(trained.network))
    for one, two in zip(loaded.get_weights(), trained.get_weights(), strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(loaded.predict(X), trained.predict(X))
    assert loaded.evaluate(X, CLASSES) == trained.evaluate(X, CLASSES)
    assert jax.tree.leaves(loaded.optimizer) == pytest.approx(jax.tree.leaves(trained.optimizer))
    loaded.fit(X, CLASSES, verbose=0)


def test_a_saved_file_saves_again_bitwise(file, tmp_path):
    load_model(file).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_a_fresh_process_predicts_bitwise_the_same(trained, file, tmp_path):
    np.save(tmp_path / "x.npy", X)
    code = (
        "import sys, numpy as np, fallline as fl\n"
        "folder = sys.argv[1]\n"
        "np.save(folder + '/y.npy', fl.load_model(folder + '/model.fallline').predict(np.load(folder + '/x.npy')))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(fl.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, timeout=500)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), trained.predict(X))


LOSSES = {name: getattr(losses, name)() for name in losses.losses.classes() if name != "Custom"}
OPTIMIZERS = [name for name in optimizers.optimizers.classes() if name != "OptaxOptimizer"]
SETTINGS = {
    "SensitivityAtSpecificity": (0.5,),
    "SpecificityAtSensitivity": (0.5,),
    "PrecisionAtRecall": (0.5,),
    "RecallAtPrecision": (0.5,),
    "IoU": (3, [0]),
    "MeanIoU": (3,),
    "OneHotIoU": (3, [0]),
    "OneHotMeanIoU": (3,),
}
METRICS = [name for name in metrics.metrics.classes() if name != "MeanMetricWrapper"]


@pytest.mark.parametrize(
    ("optimizer", "loss", "metric"),
    [
        *((name, "mse", None) for name in OPTIMIZERS),
        *(("sgd", name, None) for name in LOSSES),
        *(("sgd", "mse", name) for name in METRICS),
    ],
)
def test_every_optimizer_loss_and_metric(tmp_path, optimizer, loss, metric):
    model = fl.Sequential([fl.Input((3,)), Dense(2)], seed=0)
    chosen = None if metric is None else (getattr(metrics, metric)(*SETTINGS.get(metric, ())),)
    model.compile(optimizer, loss, metrics=chosen)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m").compile_arguments()
    for name, value in model.compile_arguments().items():
        assert jax.tree.structure(loaded[name]) == jax.tree.structure(value)
        assert jax.tree.leaves(loaded[name]) == jax.tree.leaves(value)
        assert type(loaded[name]) is type(value)


def test_an_uncompiled_model(tmp_path):
    model = fl.Sequential([fl.Input((3,)), Dense(2)], seed=0)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.optimizer is None
    np.testing.assert_array_equal(loaded.predict(X[:, 0, [0, 0, 1]]), model.predict(X[:, 0, [0, 0, 1]]))


def test_extra_content(tmp_path, trained):
    extra = {"columns": ["a", "ü"], "mean": [1.5, -2], "none": None, "nested": {"x": [{"y": 1e-300}]}}
    trained.save(tmp_path / "m", extra=extra)
    assert load_model(tmp_path / "m").extra == extra
    trained.save(tmp_path / "m", extra={})


@pytest.mark.parametrize("extra", [{"a": object()}, {"a": float("nan")}, {"a": np.zeros(2)}, {"a": {1, 2}}])
def test_extra_content_that_json_cannot_hold(tmp_path, extra):
    with pytest.raises(UsageError, match="cannot be written as JSON"):
        everything().save(tmp_path / "m", extra=extra)
    assert not list(tmp_path.iterdir())


def test_never_over_another_file_unless_told(file, trained):
    before = file.read_bytes()
    with pytest.raises(UsageError, match="exists; pass overwrite=True"):
        everything().save(file, overwrite=False)
    assert file.read_bytes() == before
    everything().save(str(file))
    assert file.read_bytes() != before


def test_a_failure_in_the_middle_leaves_the_old_file(file, monkeypatch):
    before = file.read_bytes()

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        everything().save(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("name", [".", "missing/m"])
def test_a_place_where_no_file_can_be(tmp_path, name, trained):
    with pytest.raises(UsageError, match="give the name of a file"):
        trained.save(tmp_path / name)


def own(y_true, y_pred):
    return (y_true - y_pred) ** 2


def doubled(x):
    return 2 * x


def positive(w):
    return jnp.maximum(w, 0)


@tree
class Gain(Layer):
    start: float = 1.0

    def init(self, key, input_shape):
        return {"gain": jnp.full(input_shape, self.start)}, {}

    def apply(self, params, state, x, *, key, training):
        return x * params["gain"], state


class Lasso(regularizers.Regularizer):
    """As a program for Keras writes it."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * jnp.sum(jnp.abs(x))

    def get_config(self):
        return {"factor": self.factor}


OWN = {"own": own, "doubled": doubled, "positive": positive, "Gain": Gain, "Lasso": Lasso}


def test_what_is_ones_own_is_named_in_the_file_and_given_when_it_is_read(tmp_path):
    layers = [
        fl.Input((2, 2)),
        Flatten(),
        Dense(3, activation=doubled, kernel_constraint=positive, kernel_regularizer=Lasso(0.1)),
        Gain(2.0),
        Lambda(doubled),
        Dense(1),
    ]
    model = fl.Sequential(layers, seed=0)
    model.compile("sgd", own, metrics=[own, "mae"])
    model.fit(X, AMOUNTS, verbose=0)
    model.save(tmp_path / "m")
    with pytest.raises(
        SavedFileError, match=r'm: "doubled" is a function or class of your own.*custom_objects={'
    ):
        load_model(tmp_path / "m")
    with pytest.raises(SavedFileError, match='"own" is a function'):
        load_model(tmp_path / "m", custom_objects={name: OWN[name] for name in OWN if name != "own"})
    loaded = load_model(tmp_path / "m", custom_objects=OWN)
    assert loaded.evaluate(X, AMOUNTS, return_dict=True) == model.evaluate(X, AMOUNTS, return_dict=True)
    bare = load_model(tmp_path / "m", {name: OWN[name] for name in OWN if name != "own"}, compile=False)
    assert bare.optimizer is None
    np.testing.assert_array_equal(bare.predict(X), model.predict(X))
    again = model_from_json(model.to_json(), custom_objects=OWN)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_fit_goes_on_after_loading_as_if_nothing_had_happened(tmp_path):
    def model():
        layers = [fl.Input((2, 2)), Flatten(), Dense(4, "relu"), Dense(2, "softmax")]
        made = fl.Sequential(layers, seed=0)
        rate = optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
        made.compile(optimizers.Adam(rate, gradient_accumulation_steps=3), "sparse_categorical_crossentropy")
        return made

    def fit(made, **arguments):
        return made.fit(X, CLASSES, batch_size=16, verbose=0, **arguments)

    first = model()
    fit(first, epochs=3, callbacks=[fl.callbacks.ModelCheckpoint(tmp_path / "m{epoch}")])
    first.save(tmp_path / "end")
    first.save(tmp_path / "bare", include_optimizer=False)
    assert int(load_model(tmp_path / "m2").optimizer_state.step) == 6
    for name in ("end", "m3"):  # saved after the run, and by a callback within it
        loaded = load_model(tmp_path / name)
        assert fit(loaded, epochs=2, seed=5).history != fit(model(), epochs=2, seed=5).history
        whole = model()
        fit(whole, epochs=3)
        fit(whole, epochs=2, seed=5)
        for one, other in zip(loaded.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    assert load_model(tmp_path / "bare").optimizer is None
    first.load_weights(tmp_path / "m2")
    assert first.optimizer_state is None


def test_the_state_of_another_optimizer_is_refused(trained):
    other = everything()
    with pytest.raises(ShapeError, match='model "all of it": the state given is not that of Adam'):
        other.optimizer_state = optimizers.SGD().init(trained.run_variables.params)
    other.optimizer_state = trained.optimizer_state
    assert int(other.optimizer_state.step) == 4


def test_functions_without_a_name_in_training(tmp_path):
    """They cannot be stored. The network can, when asked for alone."""
    optax = pytest.importorskip("optax")
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    nameless = lambda y_true, y_pred: own(y_true, y_pred)  # noqa: E731
    for arguments in (("sgd", nameless), ("sgd", "mse", None, [nameless]), (optax.sgd(0.1), "mse")):
        model.compile(*arguments)
        with pytest.raises(UsageError, match="^save: cannot save .*include_optimizer=False"):
            model.save(tmp_path / "m")
        assert not list(tmp_path.iterdir())
    model.save(tmp_path / "m", include_optimizer=False)
    loaded = load_model(tmp_path / "m")
    x = X.reshape(40, 4)[:, :3]
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    with pytest.raises(NotReadyError, match="is not compiled"):
        loaded.fit(x, CLASSES)


@pytest.mark.parametrize(
    "layer", [Dense(1, activation=lambda x: x), Dense(1, kernel_initializer=lambda *a, **k: 0)]
)
def test_functions_without_a_name_in_the_network(tmp_path, layer):
    with pytest.raises(UsageError, match="cannot save .*function or object of your own"):
        fl.Sequential([fl.Input((3,)), layer], seed=0).save(tmp_path / "m", include_optimizer=False)


class TestDamage:
    def test_no_file(self, tmp_path):
        with pytest.raises(SavedFileError, match="no such model file"):
            load_model(tmp_path / "m")
        with pytest.raises(SavedFileError, match="is a folder"):
            load_model(tmp_path)

    def test_cut_anywhere(self, file):
        whole = file.read_bytes()
        for length in (*range(20), 100, 1000, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:length])
            with pytest.raises(SavedFileError, match="is not a fallline model, or is damaged"):
                load_model(file)

    def test_random_bytes(self, file):
        rng = np.random.default_rng(0)
        for length in (1, 8, 9, 500):
            file.write_bytes(rng.bytes(length))
            with pytest.raises(SavedFileError, match="damaged"):
                load_model(file)

    def test_bytes_changed_in_the_header(self, file):
        """Whatever changes, the answer is a model or a clear error."""
        whole = bytearray(file.read_bytes())
        rng = np.random.default_rng(1)
        for position in rng.integers(0, 3000, 60):
            damaged = whole.copy()
            damaged[position] ^= int(rng.integers(1, 256))
            file.write_bytes(damaged)
            try:
                load_model(file)
            except SavedFileError as error:
                assert str(file) in str(error)  # noqa: PT017 - a model may come out too

    def test_a_flipped_bit_anywhere_is_told(self, file, trained):
        whole = file.read_bytes()
        header = 8 + int.from_bytes(whole[:8], "little")
        key = range(whole.index(b'"checksum"'), whole.index(b'"checksum"') + len('"checksum":"'))
        # Each byte of the weights and of the checksum, and every fourth of the description.
        places = [*range(0, header, 4), *range(key.stop, key.stop + 8), *range(header, len(whole))]
        for place in set(places) - set(key):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << place % 8
            file.write_bytes(damaged)
            with pytest.raises(SavedFileError, match="damaged"):
                read_file(file)
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(SavedFileError, match=r"is damaged: its bytes are not .* Copy it again"):
            trained.load_weights(file)

    def test_a_file_without_a_checksum_is_read(self, file, trained):
        """As earlier versions wrote it."""
        loaded = load_model(written(file, *parts(file)))
        for found, wanted in zip(loaded.get_weights(), trained.get_weights(), strict=True):
            np.testing.assert_array_equal(found, wanted)

    def test_other_formats(self, file):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("config.json", "{}")
        with pytest.raises(SavedFileError, match="damaged"):
            load_model(file)
        file.write_bytes(packed({"a": np.zeros(3)}))
        with pytest.raises(SavedFileError, match="is not a fallline model"):
            load_model(file)

    @pytest.mark.parametrize("description", [[], [1], 3, "x", None, {}, {"format": 1}])
    def test_another_description(self, file, description):
        _, arrays = parts(file)
        with pytest.raises(SavedFileError):
            load_model(written(file, description, arrays))

    def test_a_description_without_end(self, file):
        file.write_bytes(packed({}, metadata={"fallline": "[" * 100_000}))
        with pytest.raises(SavedFileError, match="damaged"):
            load_model(file)

    def test_a_newer_format(self, file):
        description, arrays = parts(file)
        description["format"] = "fallline-model-9"
        with pytest.raises(
            SavedFileError, match="has format 'fallline-model-9'; this version reads 'fallline-model-2'"
        ):
            load_model(written(file, description, arrays))

    @pytest.mark.parametrize(
        "change",
        [
            lambda arrays: {name: array for name, array in arrays.items() if "gamma" not in name},
            lambda arrays: arrays | {"norm/gamma": np.zeros(6, np.float32)},
            lambda arrays: arrays | {"norm/gamma": np.zeros(5, np.float64)},
            lambda arrays: arrays | {"norm/other": np.zeros(5, np.float32)},
        ],
        ids=["missing", "shape", "type", "too many"],
    )
    def test_weights_that_do_not_fit(self, file, change):
        description, arrays = parts(file)
        with pytest.raises(SavedFileError, match="the weights do not fit the layers"):
            load_model(written(file, description, change(arrays)))

    @pytest.mark.parametrize(
        "change",
        [
            {"units": 10**15},
            {"units": "5"},
            {"units": [5]},
            {"units": None},
            {"name": ["a"]},
            {"name": {"a": 1}},
            {"activation": "os.system"},
            {"activation": {"class_name": "os.system", "config": {}}},
            {"activation": {"class_name": "layers.Dropout", "config": {"rate": 0.5}}},
            {"activation": {"class_name": "builtins.eval", "config": {"source": "1/0"}}},
            {"kernel_initializer": {"class_name": "initializers.HeNormal", "config": [1]}},
            {"kernel_regularizer": [[[]]]},
            {"nothing": 1},
        ],
        ids=str,
    )
    def test_hostile_settings(self, file, change):
        description, arrays = parts(file)
        description["model"]["layers"][1]["config"] |= change
        with pytest.raises(SavedFileError):
            load_model(written(file, description, arrays))

    @pytest.mark.parametrize("name", [3, "", "a/b", ["a"], {}])
    def test_names_that_are_none(self, file, name):
        description, arrays = parts(file)
        description["model"]["name"] = name
        with pytest.raises(SavedFileError, match="a name must be text"):
            load_model(written(file, description, arrays))
        description["model"]["name"], description["name"] = "fine", 3
        with pytest.raises(SavedFileError, match="the name is 3"):
            load_model(written(file, description, arrays))

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("layers", None),
            ("layers", "abc"),
            ("layers", []),
            ("layers", [{"class_name": "losses.MeanSquaredError", "config": {}}]),
            ("layers", [{"class_name": "layers.Convolution", "config": {}}]),
            ("kind", "recurrent"),
            ("kind", None),
            ("input", 3),
            ("input", {"class_name": "layers.Dense", "config": {"units": 3}}),
            ("model", None),
            ("model", []),
            ("precision", "float23"),
            ("precision", "float64"),
            ("compiled", [1]),
            ("compiled", {"optimizer": "adam"}),
            ("compiled", {"nothing": 1}),
            ("compiled", {"optimizer": "adm", "loss": "mse"}),
        ],
        ids=str,
    )
    def test_hostile_descriptions(self, file, key, value):
        description, arrays = parts(file)
        changed = copy.deepcopy(description)
        where = changed["model"] if key in changed["model"] else changed
        where[key] = value
        with pytest.raises(SavedFileError, match="model.fallline"):
            load_model(written(file, changed, arrays))
        del where[key]
        with pytest.raises(SavedFileError):
            load_model(written(file, changed, arrays))


def test_what_is_frozen_after_compile_does_not_spoil_the_file(tmp_path):
    model = everything()
    model.fit(X, CLASSES, verbose=0)
    model.layers[1].trainable = False
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.optimizer_state is None
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize(
    ("name", "reader", "better"),
    [
        ("m.keras", "Keras", "m.fallline"),
        ("m.H5", "Keras", "m.fallline"),
        ("w.weights.h5", "Keras", "w.fallline"),
        ("m.pt", "PyTorch", "m.fallline"),
        ("m.onnx", "ONNX", "m.fallline"),
    ],
)
def test_a_name_that_promises_another_format(tmp_path, name, reader, better):
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    expected = f'{name} holds Fallline.s own format, which {reader} cannot read.*Name it "{better}"'
    for save in (model.save, model.save_weights, lambda path: fl.models.save_model(model, path)):
        with pytest.warns(FalllineWarning, match=expected) as caught:
            save(tmp_path / name)
        assert len(caught) == 1
        assert caught[0].filename == __file__
    model.save(tmp_path / "plain.fallline")
    model.save(tmp_path / "no ending")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "m.keras",
            b"PK\x03\x04rest",
            "a zip archive, as Keras writes them. Read it in Keras, .*set_weights",
        ),
        (
            "m.h5",
            b"\x89HDF\r\n\x1a\nrest",
            "an HDF5 file, as Keras writes them. Read it in Keras, .*set_weights",
        ),
        ("m.pkl", b"\x80\x04rest", "a pickle, which runs code when it is read"),
        ("m.zip", b"PK\x03\x04rest", "It is a zip archive.$"),
        ("m.txt", b"anything else", r"is not a fallline model, or is damaged \(\w+\).$"),
    ],
)
def test_a_file_in_another_format_says_what_to_do(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    for load in (fl.models.load_model, model.load_weights):
        with pytest.raises(SavedFileError, match=told):
            load(path)
