"""Several inputs and outputs: as lists and as dictionaries, their losses, weights, metrics and targets."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, NotReadyError, ShapeError, UsageError
from fallline.layers import Add, Concatenate, Dense, Flatten
from fallline.models import load_model
from fallline.optimizers import SGD

ROWS = 40
RNG = np.random.default_rng(1)
A = RNG.normal(size=(ROWS, 3)).astype(np.float32)
B = RNG.normal(size=(ROWS, 2)).astype(np.float32)
P = (A[:, :1] - B[:, 1:]).astype(np.float32)
Q = np.hstack([A[:, 1:2] * 2, B[:, :1]]).astype(np.float32)
WEIGHT = RNG.uniform(0, 2, ROWS)

FORMS = {
    "list": ([A, B], [P, Q]),
    "tuple": ((A, B), (P, Q)),
    "dictionary": ({"b": B, "a": A}, {"q": Q, "p": P}),
    "mixed": ([A, B], {"p": P, "q": Q}),
}


def network(name="two"):
    """Inputs a and b; outputs p (1) and q (2), which share a hidden layer."""
    a, b = fl.Input((3,), name="a"), fl.Input((2,), name="b")
    hidden = Add()([Dense(4, activation="tanh")(a), Dense(4)(b)])
    outputs = [Dense(1, name="p")(hidden), Dense(2, name="q")(Concatenate()([hidden, b]))]
    return fl.Model([a, b], outputs, name=name, seed=0)


def compiled(optimizer=None, loss="mse", **arguments):
    model = network()
    model.compile(optimizer or SGD(0.05), loss, **arguments)
    return model


def errors(model):
    """The squared errors of each row of each output."""
    p, q = model.predict([A, B])
    return ((p - P) ** 2).mean(1), ((q - Q) ** 2).mean(1)


def bits(model, history):
    return [array.tobytes() for array in (*model.get_weights(), *history.values.values())]


class TestFormsOfData:
    @pytest.mark.parametrize("form", FORMS)
    def test_they_are_one(self, form):
        x, y = FORMS[form]
        one, two = compiled(), compiled()
        first = one.fit([A, B], [P, Q], verbose=0, epochs=2, validation_split=0.25)
        second = two.fit(x, y, verbose=0, epochs=2, validation_split=0.25)
        assert bits(one, first) == bits(two, second)
        assert one.evaluate([A, B], [P, Q]) == two.evaluate(x, y)
        for ours, theirs in zip(one.predict([A, B]), two.predict(x), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    @pytest.mark.parametrize(
        "validation",
        [
            ([A, B], [P, Q], [WEIGHT, WEIGHT]),
            ({"a": A, "b": B}, {"p": P, "q": Q}, {"p": WEIGHT, "q": WEIGHT}),
            ([A, B], {"p": P, "q": Q}, WEIGHT),
        ],
    )
    def test_validation_data_with_weights(self, validation):
        model = compiled(SGD(0.0))
        history = model.fit([A, B], [P, Q], verbose=0, validation_data=validation).history
        p, q = errors(model)
        expected = np.mean(WEIGHT * p) + np.mean(WEIGHT * q)
        assert history["val_loss"] == pytest.approx([expected], rel=1e-5)
        assert history["val_p_loss"] == pytest.approx([np.mean(WEIGHT * p)], rel=1e-5)

    def test_weights_of_single_outputs(self):
        """Those left out, or None, weigh all rows alike."""
        model = compiled()
        p, q = errors(model)
        expected = [np.mean(WEIGHT * p) + np.mean(q), np.mean(WEIGHT * p), np.mean(q)]
        for weight in (
            {"p": WEIGHT},
            [WEIGHT, None],
            {"p": WEIGHT, "q": np.ones(ROWS)},
            (WEIGHT, [1] * ROWS),
        ):
            assert model.evaluate([A, B], [P, Q], sample_weight=weight) == pytest.approx(expected, rel=1e-5)
        both = model.evaluate([A, B], [P, Q], sample_weight=WEIGHT)
        assert both[0] == pytest.approx(np.mean(WEIGHT * (p + q)), rel=1e-5)

    def test_training_with_weights_of_one_output(self):
        """A weight of 0 for all rows of q: the layers before p alone move, as if q had no loss."""
        weighted, alone = compiled(), compiled(loss=["mse", None])
        weighted.fit([A, B], [P, Q], verbose=0, sample_weight={"q": np.zeros(ROWS)})
        alone.fit([A, B], [P, Q], verbose=0)
        for one, two in zip(weighted.get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(alone.get_weights()[-2], compiled().get_weights()[-2])

    def test_one_row_and_frames(self):
        import polars as pl

        model = compiled()
        frames = [pl.DataFrame(A), pl.DataFrame(B)]
        for ours, theirs in zip(model.predict(frames), model.predict([A, B]), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert [array.shape for array in model.predict([A[:1], B[:1]])] == [(1, 1), (1, 2)]

    def test_lists_of_one(self):
        """A model made with lists of one takes lists or arrays, and gives an array, as in Keras."""
        x = fl.Input((3,))
        out = Dense(1)(x)
        lists, plain = fl.Model([x], [out], seed=0), fl.Model(x, out, seed=0)
        for model in (lists, plain):
            model.compile("sgd", "mse")
        assert lists.evaluate([A], [P]) == lists.evaluate(A, P) == plain.evaluate(A, P)
        assert lists.evaluate([A], [P[:, 0]]) == plain.evaluate(A, P[:, 0])
        for given in (A, [A], A.tolist()):
            np.testing.assert_array_equal(lists.predict(given), plain.predict(A))
        np.testing.assert_array_equal(lists(A), plain(A))
        assert plain.evaluate([A], [P]) == plain.evaluate(A, P)

    def test_targets_of_numbers_in_a_row(self):
        one, two = compiled(), compiled()
        first = one.fit([A, B], [P, Q], verbose=0)
        second = two.fit([A, B], [P[:, 0], Q], verbose=0)
        assert bits(one, first) == bits(two, second)


class TestDictionaries:
    def model(self):
        a, b = fl.Input((3,), name="a"), fl.Input((2,), name="b")
        outputs = {"zeta": Dense(1, name="p")(a), "alpha": Dense(2, name="q")(Concatenate()([a, b]))}
        model = fl.Model({"second": b, "first": a}, outputs, seed=0)
        model.compile(SGD(0.05), {"zeta": "mse", "alpha": "mae"}, metrics={"zeta": ["mae"]})
        return model

    def test_keys_name_inputs_targets_losses_and_results(self):
        model = self.model()
        x = {"first": A, "second": B}
        results = model.evaluate(x, {"zeta": P, "alpha": Q}, return_dict=True)
        assert set(results) == {"loss", "zeta_loss", "alpha_loss", "zeta_mae"}
        outputs = model.predict(x)
        assert list(outputs) == ["zeta", "alpha"], "in the order of the model"
        assert results["zeta_loss"] == pytest.approx(np.mean((outputs["zeta"] - P) ** 2), rel=1e-5)
        assert results["alpha_loss"] == pytest.approx(np.mean(np.abs(outputs["alpha"] - Q)), rel=1e-5)
        history = model.fit(x, {"zeta": P, "alpha": Q}, verbose=0, validation_split=0.5).history
        assert set(history) == {*results, *(f"val_{name}" for name in results)}
        called = model({"second": B, "first": A})
        np.testing.assert_allclose(called["alpha"], model.predict(x)["alpha"], rtol=1e-5)

    def test_names_of_layers_are_not_taken_for_keys(self):
        with pytest.raises(DataError, match='x has an entry "a". Known: first, second'):
            self.model().predict({"a": A, "b": B})
        with pytest.raises(UsageError, match='loss names an output "p". Known: alpha, zeta'):
            self.model().compile("sgd", {"p": "mse"})

    def test_saved_and_loaded(self, tmp_path):
        model = self.model()
        model.save(tmp_path / "m")
        loaded = load_model(tmp_path / "m")
        x = {"first": A, "second": B}
        for name, values in model.predict(x).items():
            np.testing.assert_array_equal(loaded.predict(x)[name], values)
        y = {"zeta": P, "alpha": Q}
        assert loaded.evaluate(x, y, return_dict=True) == model.evaluate(x, y, return_dict=True)

    def test_one_input_of_a_name(self):
        model = fl.Sequential([fl.Input((3,), name="table"), Dense(1, name="price")], seed=0)
        model.compile("sgd", {"price": "mse"}, metrics={"price": "mae"})
        plain = model.evaluate(A, P)
        assert model.evaluate({"table": A}, {"price": P}) == plain
        weighted = model.evaluate(A, P, sample_weight={"price": WEIGHT})
        assert weighted == model.evaluate(A, P, sample_weight=WEIGHT)
        with pytest.raises(DataError, match='y has an entry "prize". Did you mean "price"'):
            model.evaluate(A, {"prize": P})


class TestLosses:
    def test_each_output_its_own(self):
        model = compiled(loss={"q": "mae", "p": "mse"})
        p, q = model.predict([A, B])
        results = model.evaluate([A, B], [P, Q], return_dict=True)
        squared, absolute = np.mean((p - P) ** 2), np.mean(np.abs(q - Q))
        assert results == pytest.approx(
            {"loss": squared + absolute, "p_loss": squared, "q_loss": absolute}, rel=1e-5
        )
        assert compiled(loss=["mse", "mae"]).evaluate([A, B], [P, Q]) == list(results.values())

    @pytest.mark.parametrize("weights", [[0.3, 2.0], {"q": 2.0, "p": 0.3}, (0.3, np.float32(2))])
    def test_loss_weights(self, weights):
        model = compiled(loss_weights=weights)
        plain = compiled().evaluate([A, B], [P, Q])
        results = model.evaluate([A, B], [P, Q])
        assert results[1:] == plain[1:], "each loss without its weight"
        assert results[0] == pytest.approx(0.3 * plain[1] + 2 * plain[2], rel=1e-5)

    def test_loss_weights_scale_the_gradients(self):
        """Twice the loss at half the rate is the same descent."""
        one, two = compiled(SGD(0.1)), compiled(SGD(0.05), loss_weights=[2.0, 2.0])
        first = one.fit([A, B], [P, Q], verbose=0, epochs=3)
        second = two.fit([A, B], [P, Q], verbose=0, epochs=3)
        np.testing.assert_allclose(first.history["p_loss"], second.history["p_loss"], rtol=1e-5)
        np.testing.assert_allclose(one.get_weights()[0], two.get_weights()[0], rtol=1e-5)

    def test_other_loss_weights_do_not_compile(self):
        compiled(loss_weights=[1.0, 2.0]).fit([A, B], [P, Q], verbose=0)
        before = len(fl.compilation_report().programs)
        compiled(loss_weights=[0.1, 7.0]).fit([A, B], [P, Q], verbose=0)
        assert len(fl.compilation_report().programs) == before

    def test_a_weight_of_one_output(self):
        model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
        model.compile("sgd", "mse")
        plain = model.evaluate(A, P)
        for weight in (2.5, [2.5]):
            model.compile("sgd", "mse", loss_weights=weight)
            assert model.evaluate(A, P) == pytest.approx(2.5 * plain, rel=1e-6)

    @pytest.mark.parametrize("loss", [["mse", None], {"p": "mse"}, {"p": "mse", "q": None}])
    def test_an_output_that_is_not_trained(self, loss):
        model = compiled(loss=loss)
        before = model.get_weights()[-2]
        for targets in ([P, Q], [P, None], {"p": P}, {"p": P, "q": None}):
            history = model.fit([A, B], targets, verbose=0, validation_data=([A, B], targets)).history
            assert set(history) == {"loss", "val_loss"}, "one loss alone has no second name"
        np.testing.assert_array_equal(model.get_weights()[-2], before)
        p, q = model.predict([A, B])
        assert model.evaluate([A, B], {"p": P}) == pytest.approx(np.mean((p - P) ** 2), rel=1e-5)
        assert q.shape == (ROWS, 2)

    def test_classes_and_numbers_at_once(self):
        """A softmax and a linear output, each with its own kind of targets, and fused logits for the one."""
        x = fl.Input((3,))
        hidden = Dense(8, activation="relu")(x)
        outputs = [Dense(3, activation="softmax", name="kind")(hidden), Dense(1, name="size")(hidden)]
        model = fl.Model(x, outputs, seed=0)
        losses = {"kind": "sparse_categorical_crossentropy", "size": "huber"}
        model.compile("adam", losses, metrics={"kind": "accuracy", "size": ["mae", "mse"]})
        kinds = A.argmax(1)
        results = model.evaluate(A, [kinds, P], return_dict=True)
        chances, sizes = model.predict(A)
        np.testing.assert_allclose(chances.sum(1), 1, rtol=1e-5)
        expected = -np.log(chances[np.arange(ROWS), kinds]).mean()
        assert results["kind_loss"] == pytest.approx(expected, rel=1e-5)
        assert results["kind_accuracy"] == pytest.approx((chances.argmax(1) == kinds).mean(), rel=1e-6)
        assert results["size_mse"] == pytest.approx(np.mean((sizes - P) ** 2), rel=1e-5)
        history = model.fit(A, [kinds, P], verbose=0, epochs=30).history
        assert history["kind_loss"][-1] < history["kind_loss"][0]
        with pytest.raises(DataError, match="class numbers in 0..2"):
            model.fit(A, [kinds + 5, P], verbose=0)

    def test_one_layer_gives_two_outputs(self):
        a, b = fl.Input((3,)), fl.Input((3,))
        shared = Dense(1, name="s")
        model = fl.Model([a, b], [shared(a), shared(b)], seed=0)
        model.compile("sgd", {"s": "mse", "s_1": "mae"})
        results = model.evaluate([A, -A], [P, P], return_dict=True)
        assert list(results) == ["loss", "s_loss", "s_1_loss"]
        assert results["s_1_loss"] == pytest.approx(np.mean(np.abs(model.predict([A, -A])[1] - P)), rel=1e-5)

    def test_metrics_stand_beside_their_output(self):
        for given in ([["mae"], ["mse", "mae"]], {"q": ["mse", "mae"], "p": "mae"}):
            results = compiled(metrics=given).evaluate([A, B], [P, Q], return_dict=True)
            assert list(results) == ["loss", "p_loss", "q_loss", "p_mae", "q_mse", "q_mae"]
            assert results["q_mse"] == pytest.approx(results["q_loss"], rel=1e-6)

    def test_weighted_metrics(self):
        model = compiled(weighted_metrics=[["mse"], []])
        results = model.evaluate([A, B], [P, Q], sample_weight=[WEIGHT, None], return_dict=True)
        expected = np.average(errors(model)[0], weights=WEIGHT)
        assert results["p_mse"] == pytest.approx(expected, rel=1e-5)

    def test_early_stopping_watches_one_output(self):
        stopping = fl.callbacks.EarlyStopping("val_q_loss", patience=1, min_delta=1e9)
        history = compiled().fit(
            [A, B], [P, Q], verbose=0, epochs=20, validation_split=0.5, callbacks=stopping
        )
        assert history.outcome.kind == "early_stopped"
        assert len(history.history["val_q_loss"]) == 2


class TestWholeNumbers:
    def test_bytes_and_floats_at_once(self):
        images = RNG.integers(0, 255, (ROWS, 2, 2), np.uint8)
        x, z = fl.Input((2, 2), dtype="uint8"), fl.Input((3,))
        model = fl.Model([x, z], Dense(1)(Concatenate()([Flatten()(x), z])), seed=0)
        expected = np.hstack([images.reshape(ROWS, 4), A]) @ model.get_weights()[0]
        np.testing.assert_allclose(model.predict([images, A]), expected, rtol=1e-4, atol=1e-4)

    def test_categories_beside_numbers(self, tmp_path):
        """2^24 + 1 is no float32: an Embedding must see whole numbers, whatever type the rest is computed in."""
        kinds = RNG.integers(0, 5, (ROWS, 1))
        x, z = fl.Input((1,), dtype="int32", name="kind"), fl.Input((3,), name="size")
        vectors = Flatten()(fl.layers.Embedding(5, 2)(x))
        model = fl.Model([x, z], Dense(1)(Concatenate()([vectors, z])), seed=0, dtype_policy="mixed_bfloat16")
        model.compile("adam", "mse")
        history = model.fit([kinds, A], P, verbose=0, epochs=30).history["loss"]
        assert history[-1] < history[0]
        model.save(tmp_path / "m")
        loaded = load_model(tmp_path / "m")
        np.testing.assert_array_equal(loaded.predict([kinds, A]), model.predict([kinds, A]))


class TestMistakes:
    @pytest.mark.parametrize(
        ("x", "error", "message"),
        [
            (A, DataError, r"x must be a list of 2 arrays \(a, b\), or a dict by these names; got ndarray"),
            ([A], DataError, "got 1 entries"),
            ([A, B, B], DataError, "got 3 entries"),
            ([A, None], DataError, 'x "b" is missing'),
            ({"a": A}, DataError, "x lacks b"),
            ({"a": A, "c": B}, DataError, 'x has an entry "c". Known: a, b'),
            (
                [A, A],
                ShapeError,
                r'model "two", input "b", takes rows of shape \(2,\); it has shape \(40, 3\)',
            ),
            ([A, B[:3]], ShapeError, "the inputs have 40 and 3 rows; they must be equal"),
            ([A, B * np.nan], DataError, 'x "b" holds 80 values that are not finite'),
            ([A, [["a", "b"]] * ROWS], DataError, 'x "b" must hold numbers; got text'),
        ],
        ids=lambda value: None,
    )
    def test_inputs(self, x, error, message):
        model = compiled()
        for verb in (lambda: model.predict(x), lambda: model.fit(x, [P, Q], verbose=0)):
            with pytest.raises(error, match=message):
                verb()

    @pytest.mark.parametrize(
        ("y", "error", "message"),
        [
            (P, DataError, r"y must be a list of 2 arrays \(p, q\), or a dict by these names; got ndarray"),
            (None, DataError, "y is missing"),
            ([P], DataError, "got 1 entries"),
            ([P, None], DataError, 'y lacks the targets of output "q", which has a loss'),
            ({"p": P}, DataError, 'y lacks the targets of output "q"'),
            ({"p": P, "r": Q}, DataError, 'y has an entry "r". Known: p, q'),
            ([P, Q[:3]], ShapeError, "x has 40 rows and y has 3"),
            ([P, P], DataError, r"\(n, 2\)"),
        ],
        ids=lambda value: None,
    )
    def test_targets(self, y, error, message):
        model = compiled()
        for verb in (
            lambda: model.fit([A, B], y, verbose=0),
            lambda: model.evaluate([A, B], y),
            lambda: model.train_on_batch([A, B], y),
        ):
            with pytest.raises(error, match=message):
                verb()

    @pytest.mark.parametrize(
        ("weight", "error", "message"),
        [
            ([WEIGHT, WEIGHT[:3]], ShapeError, 'sample_weight "q" must hold one number per row'),
            ({"r": WEIGHT}, DataError, 'sample_weight has an entry "r". Known: p, q'),
            ([WEIGHT] * 3, DataError, "sample_weight must be a list of 2 arrays"),
        ],
        ids=lambda value: None,
    )
    def test_weights(self, weight, error, message):
        with pytest.raises(error, match=message):
            compiled().fit([A, B], [P, Q], verbose=0, sample_weight=weight)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"loss": {"r": "mse"}}, 'loss names an output "r". Known: p, q'),
            ({"loss": ["mse"]}, r"loss has 1 entries for 2 outputs \(p, q\)"),
            ({"loss": [None, None]}, "no output has a loss"),
            ({"loss": None}, "a loss is needed"),
            ({"loss": {"p": "msee"}}, 'Did you mean "mse"'),
            ({"loss_weights": 0.5}, "loss_weights has 1 entries for 2 outputs"),
            ({"loss_weights": {"r": 1.0}}, 'loss_weights names an output "r"'),
            ({"loss_weights": ["a", 1]}, "loss_weights .the third argument"),
            ({"metrics": ["mae"]}, r"metrics has 1 entries for 2 outputs .*e.g. metrics=\[\["),
            ({"metrics": {"r": "mae"}}, 'metrics names an output "r"'),
            ({"loss": ["mse", None], "metrics": {"q": "mae"}}, 'output "q" has metrics but no loss'),
        ],
        ids=lambda value: None,
    )
    def test_compile(self, arguments, message):
        with pytest.raises(UsageError, match=message):
            compiled(**({"loss": "mse"} | arguments))

    def test_class_weights(self):
        with pytest.raises(UsageError, match="class_weight is for models of one output"):
            compiled().fit([A, B], [P, Q], verbose=0, class_weight={0: 1.0})

    def test_not_compiled(self):
        with pytest.raises(NotReadyError, match='model "two" is not compiled'):
            network().fit([A, B], [P, Q])
