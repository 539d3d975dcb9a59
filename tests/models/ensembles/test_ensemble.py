"""Several trained models as one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

import fallline as fl
from fallline.errors import NotReadyError, SavedFileError, ShapeError, UsageError
from fallline.models import Ensemble

from .problems import HELD, X, Y, classifier, trained

WEIGHTS = [1, 0, 3, 2]


def members(*, logits: bool = False) -> list[fl.Model]:
    """Networks of two structures, in turn."""
    return [trained(units, seed, logits=logits) for units, seed in ((8, 0), (5, 1), (8, 2), (5, 3))]


@pytest.fixture(scope="module", params=["probabilities", "logits"])
def ensemble(request: pytest.FixtureRequest) -> Ensemble:
    return Ensemble(members(logits=request.param == "logits"), WEIGHTS)


def expected(ensemble: Ensemble) -> np.ndarray[Any, Any]:
    """The mean of the members' probabilities, by hand."""
    logits = ensemble.loss.from_logits
    each = [model.predict(X) for model in members(logits=logits)]
    if logits:
        each = [special.softmax(outputs.astype(float), axis=-1) for outputs in each]
    mean = np.average(each, axis=0, weights=WEIGHTS)
    return np.log(mean) if logits else mean


def test_it_predicts_the_mean(ensemble: Ensemble) -> None:
    found = ensemble.predict(X)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(ensemble), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ensemble.predict(X, batch_size=7), found, rtol=1e-6, atol=1e-6)


def test_as_an_ordinary_model_it_predicts_the_same(ensemble: Ensemble) -> None:
    model = ensemble.as_model()
    assert type(model) is fl.Model
    np.testing.assert_allclose(model.predict(X), ensemble.predict(X), rtol=1e-5, atol=1e-6)
    judged = ensemble.evaluate(X[HELD], Y[HELD], return_dict=True)
    for name, value in model.evaluate(X[HELD], Y[HELD], return_dict=True).items():
        assert judged[name] == pytest.approx(value, rel=1e-5)


def test_what_each_member_predicts(ensemble: Ensemble) -> None:
    """Those that weigh nothing are left out; the others stay in their order, whatever their structure."""
    each = ensemble.predict_each(X)
    kept = [
        model
        for model, weight in zip(members(logits=ensemble.loss.from_logits), WEIGHTS, strict=True)
        if weight
    ]
    assert len(ensemble.members) == 3
    np.testing.assert_allclose(ensemble.member_weights, [1 / 6, 3 / 6, 2 / 6])
    for found, model in zip(each, kept, strict=True):
        np.testing.assert_allclose(found, model.predict(X), rtol=1e-5, atol=1e-6)


def test_it_is_saved_and_loaded(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.save(tmp_path / "e.fallline")
    loaded = fl.models.load_model(tmp_path / "e.fallline")
    assert isinstance(loaded, Ensemble)
    np.testing.assert_array_equal(loaded.predict(X), ensemble.predict(X))
    np.testing.assert_array_equal(loaded.member_weights, ensemble.member_weights)
    assert loaded.evaluate(X[HELD], Y[HELD]) == ensemble.evaluate(X[HELD], Y[HELD])
    again = copy.deepcopy(loaded)
    np.testing.assert_array_equal(again.predict(X), ensemble.predict(X))


def test_its_members_are_copies() -> None:
    model = classifier(seed=4)
    ensemble = Ensemble([model, trained()])
    before = ensemble.predict(X)
    model.set_weights([array + 1 for array in model.get_weights()])
    np.testing.assert_array_equal(ensemble.predict(X), before)
    ensemble.members[0].set_weights(model.get_weights())  # those that it has are its own
    moved = ensemble.predict(X)
    np.testing.assert_allclose(moved, (model.predict(X) + trained().predict(X)) / 2, rtol=1e-5, atol=1e-6)


def test_its_summary_names_the_members(capsys: pytest.CaptureFixture[str]) -> None:
    Ensemble([trained(), trained(5, 1)]).summary()
    shown = capsys.readouterr().out
    assert "member_0" in shown
    assert "member_1" in shown


def test_one_program_for_those_of_one_structure() -> None:
    before = len(fl.compilation_report().programs)
    many = Ensemble([classifier(6, seed) for seed in range(12)])
    many.predict(X)
    fresh = fl.compilation_report().programs[before:]
    assert [program.name for program in fresh if program.name == "predict"] == ["predict"]


def test_cloned_and_described_it_stays_one(ensemble: Ensemble) -> None:
    clone = fl.models.clone_model(ensemble)
    assert isinstance(clone, Ensemble)
    np.testing.assert_array_equal(clone.member_weights, ensemble.member_weights)
    clone.set_weights(ensemble.get_weights())
    np.testing.assert_allclose(clone.predict(X), ensemble.predict(X), rtol=1e-6, atol=1e-6)
    assert isinstance(fl.models.model_from_json(ensemble.to_json()), Ensemble)


def test_a_damaged_description_is_refused() -> None:
    config = Ensemble([trained()]).get_config()
    for name in ("members", "precisions", "weights", "scales"):
        with pytest.raises(SavedFileError, match=name):
            fl.Model.from_config({key: value for key, value in config.items() if key != name})


def two_ended(width: int, seed: int, *, keyed: bool) -> fl.Model:
    one, two = fl.Input((4,), name="one"), fl.Input((4,), name="two")
    hidden = fl.layers.Dense(width, activation="tanh")(fl.layers.Concatenate()([one, two]))
    kind = fl.layers.Dense(3, activation="softmax", name="kind")(hidden)
    size = fl.layers.Dense(2, name="size")(hidden)
    inputs: Any = {"one": one, "two": two} if keyed else [one, two]
    outputs: Any = {"size": size, "kind": kind} if keyed else [kind, size]
    model = fl.Model(inputs, outputs, seed=seed)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("sgd", losses)
    return model


@pytest.mark.parametrize("keyed", [True, False])
def test_several_inputs_and_outputs(keyed: bool) -> None:
    models = [two_ended(width, width, keyed=keyed) for width in (3, 4)]
    ensemble = Ensemble(models)
    x: Any = {"one": X, "two": X[::-1]} if keyed else [X, X[::-1]]
    y: Any = {"kind": Y, "size": X[:, :2]} if keyed else [Y, X[:, :2]]
    found, each, unsure = ensemble.predict(x), ensemble.predict_each(x), ensemble.uncertainty(x)
    for name in found if keyed else range(2):
        parts = [model.predict(x)[name] for model in models]
        np.testing.assert_allclose(found[name], np.mean(parts, axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(each[name], parts, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(unsure[name].mean, found[name], rtol=1e-5, atol=1e-6)
    kind, size = ("kind", "size") if keyed else (0, 1)
    assert unsure[kind].entropy is not None
    assert unsure[size].entropy is None
    judged, plain = (model.evaluate(x, y) for model in (ensemble, ensemble.as_model()))
    np.testing.assert_allclose(judged, plain, rtol=1e-5)


def test_random_layers_at_prediction() -> None:
    def noisy(seed: int) -> fl.Model:
        inputs = fl.Input((4,))
        dropped = fl.layers.Dropout(0.5)(fl.layers.Dense(16)(inputs))
        return fl.Model(inputs, fl.layers.Dense(3, activation="softmax")(dropped), seed=seed)

    ensemble = Ensemble([noisy(0), noisy(1)])
    drawn = ensemble.sample(X[:5], 3)
    assert drawn.shape == (3, 5, 3)
    assert np.abs(drawn[0] - drawn[1]).max() > 1e-3
    np.testing.assert_allclose(drawn.sum(axis=-1), 1, rtol=1e-5)


def diverged() -> fl.Model:
    model = classifier()
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    return model


def other_ends(shape: int, units: int) -> fl.Model:
    return fl.Sequential([fl.Input((shape,)), fl.layers.Dense(units, activation="softmax")])


@pytest.mark.parametrize(
    ("make", "weights", "error", "text"),
    [
        (list, None, UsageError, "at least one"),
        (lambda: [trained(), 3], None, UsageError, "member 1 is no model but int"),
        (
            lambda: [trained(), diverged()],
            None,
            UsageError,
            r'member 1 \("net"\) diverged: dense/kernel.*Leave it out',
        ),
        (
            lambda: [trained(), other_ends(5, 3)],
            None,
            ShapeError,
            r"takes rows of shape \(5,\), and member 0",
        ),
        (lambda: [trained(), other_ends(4, 2)], None, ShapeError, r"gives rows of shape \(2,\)"),
        (lambda: [trained(), trained(logits=True)], None, UsageError, "logits of softmax.*no common mean"),
        (lambda: [fl.Sequential([fl.layers.Dense(3)])], None, NotReadyError, "input shape"),
        (lambda: [trained()], [1, 2], UsageError, r"each of 1 members, got shape \(2,\)"),
        (lambda: [trained(), trained()], [0, 0], UsageError, "not all be 0"),
        (lambda: [trained(), trained()], [1, -1], UsageError, "at least 0"),
    ],
)
def test_what_cannot_be_joined(make: Any, weights: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Ensemble(make(), weights)


def test_without_compile_it_predicts_and_does_not_evaluate() -> None:
    ensemble = Ensemble([other_ends(4, 3), other_ends(4, 3)])
    assert ensemble.predict(X).shape == (150, 3)
    with pytest.raises(NotReadyError, match="not compiled"):
        ensemble.evaluate(X, Y)


class Written(fl.Model):
    """A network as Keras's programs write it."""

    def __init__(self, units: int = 3) -> None:
        super().__init__()
        self.hidden = fl.layers.Dense(units, activation="relu")
        self.out = fl.layers.Dense(3, activation="softmax")

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs))


def test_networks_of_every_kind(tmp_path: Path) -> None:
    """A class with `call`, an ensemble, and numbers of 16 bits, whose average is taken in 32."""
    written = Written()
    written(X[:1])
    half = fl.Sequential(
        [fl.Input((4,)), fl.layers.Dense(3, activation="softmax")], dtype_policy="mixed_bfloat16", seed=0
    )
    given = [written, Ensemble([trained(), trained(5, 1)]), half]
    ensemble = Ensemble(given)
    expected = np.mean([model.predict(X) for model in given], axis=0)
    np.testing.assert_allclose(ensemble.predict(X), expected, rtol=1e-5, atol=1e-6)
    ensemble.save(tmp_path / "e.fallline")
    np.testing.assert_array_equal(
        fl.models.load_model(tmp_path / "e.fallline").predict(X), ensemble.predict(X)
    )
