"""Comparing choices: each tuned on its own, by other seeds and other rows than those that judge."""

import numpy as np
import pytest

import fallline as fl
from fallline.data.splits import split_rows
from fallline.errors import NotReadyError, UsageError


def of(optimizer, units=4, penalty=None):
    def build(learning_rate=optimizer.learning_rate):
        layer = fl.layers.Dense(units, activation="relu", kernel_regularizer=penalty)
        model = fl.Sequential([fl.Input((3,)), layer, fl.layers.Dense(2, activation="softmax")])
        model.compile(type(optimizer)(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return build


GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(120, 3)).astype(np.float32)
Y = (X[:, 0] + 0.3 * GENERATOR.normal(size=120) > 0).astype(np.int32)
SGD, ADAM = fl.optimizers.SGD(0.01), fl.optimizers.Adam(0.001)


@pytest.fixture(scope="module")
def found():
    return fl.compare(
        {"sgd": of(SGD), "adam": of(ADAM)()},
        X,
        Y,
        seeds=4,
        tune={"sgd": {"learning_rate": [1e-3, 0.5, 1e30]}, "adam": {"learning_rate": [1e-5, 0.1]}},
        tuning_seeds=2,
        epochs=2,
        batch_size=32,
        seed=3,
        verbose=0,
    )


def test_each_is_tuned_on_its_own(found):
    assert found.settings == {"sgd": {"learning_rate": 0.5}, "adam": {"learning_rate": 0.1}}
    tried = {name: [one.settings["learning_rate"] for one in each] for name, each in found.tried.items()}
    assert tried == {"sgd": [1e-3, 0.5, 1e30], "adam": [1e-5, 0.1]}
    assert np.isnan(found.tried["sgd"][2].score)
    assert {member.seed for member in found.tuning.members} == {7, 8}
    assert found.seeds == (3, 4, 5, 6)


def test_scores_are_those_of_the_test_rows(found):
    split = split_rows(120, validation=0.2, test=0.2, seed=3, strata=Y)
    assert found.rows == {"train": 72, "validation": 24, "test": 24}
    for member in found.population.members:
        name = ("sgd", "adam")[member.candidate]
        shares = member.model.predict(X[split.test], verbose=0).astype(np.float64)
        loss = -np.log(shares[np.arange(24), Y[split.test]]).mean()
        assert found.scores[name][member.seed - 3] == pytest.approx(loss, rel=1e-5)


def test_members_are_what_they_are_alone(found):
    split = split_rows(120, validation=0.2, test=0.2, seed=3, strata=Y)
    member = next(one for one in found.population.members if one.candidate == 0 and one.seed == 5)
    model = of(SGD)(0.5)
    model._reseed(5)
    model.fit(X[split.training], Y[split.training], epochs=2, batch_size=32, verbose=0, seed=5)
    np.testing.assert_allclose(member.model.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-5)


def test_the_text_tells_what_was_tuned_and_how_much(found):
    text = str(found)
    assert max(map(len, text.splitlines())) <= 80
    told = " ".join(text.split())
    assert (
        "Tuned: learning_rate, sgd 3, adam 2 values, each with 2 other seeds, by the validation rows" in told
    )
    assert "beats best" in text
    places = found.places
    assert sum(places.values()) == pytest.approx(3.0)
    assert found.ranking.best.name in ("sgd", "adam")
    assert found.frame().height == 8
    found.plot()


def test_the_best_at_an_edge_is_told(found):
    del found
    again = fl.compare(
        {"one": of(SGD), "two": of(SGD)},
        X,
        Y,
        seeds=2,
        tune={"learning_rate": [1e-5, 1e-4, 1e-3]},
        tuning_seeds=1,
        epochs=2,
        batch_size=32,
        score="accuracy",
        verbose=0,
    )
    assert "At the edge of what was tried: one (learning_rate 0.001, the largest)" in " ".join(
        again.sentences()
    )
    assert (again.score, again.minimise) == ("accuracy", False)
    # Two that are the same are told to be the same.
    np.testing.assert_array_equal(again.scores["one"], again.scores["two"])
    assert again.places == {"one": 1.5, "two": 1.5}
    assert len(again.ranking.with_best) == 2


def test_a_penalty_is_no_part_of_the_score():
    heavy = fl.compare(
        {"plain": of(SGD), "heavy": of(SGD, penalty=fl.regularizers.L2(100.0))},
        *(X, Y),
        seeds=2,
        tune=None,
        epochs=1,
        batch_size=128,
        verbose=0,
    )
    assert heavy.tuning is None
    assert max(heavy.scores["heavy"]) < 5
    assert "Nothing was tuned" in str(heavy)


def test_what_cannot_be_compared():
    sgd = of(SGD)
    for wrong, message in (
        ({"choices": {"sgd": sgd}}, "two choices at least"),
        ({"choices": [sgd, sgd]}, "is a dictionary"),
        ({"choices": {"sgd": sgd, "adam": 3}}, '"adam" must be a function'),
        ({"choices": {"sgd": sgd, "adam": fl.Sequential()}}, 'the model "adam" is not compiled'),
        ({"tune": {"lerning_rate": [1]}}, 'Did you mean "learning_rate"'),
        ({"tune": {"sgdd": {"learning_rate": [1]}}}, 'no choice "sgdd". Did you mean "sgd"'),
        ({"tune": {"learning_rate": []}}, "has no values"),
        ({"tune": "learning_rate"}, 'tune is "auto", None, or a dictionary'),
        ({"test": 0}, "test is a share of the rows"),
        ({"validation": (X,)}, "validation is a share"),
        ({"seeds": 1}, "seeds"),
        ({"score": "acuracy", "tune": None}, 'Did you mean "accuracy"'),
    ):
        arguments = {
            "choices": {"sgd": sgd, "other": sgd},
            "epochs": 1,
            "seeds": 2,
            "verbose": 0,
            "batch_size": 128,
        }
        arguments |= wrong
        with pytest.raises(UsageError) as raised:
            fl.compare(arguments.pop("choices"), X, Y, **arguments)
        assert message in str(raised.value)


def test_a_choice_that_always_diverges_is_named():
    with pytest.raises(NotReadyError, match='all networks of "sgd" diverged in the tuning'):
        fl.compare(
            {"sgd": of(SGD), "adam": of(ADAM)},
            *(X, Y),
            seeds=2,
            tune={"sgd": {"learning_rate": [1e30, 1e31]}},
            tuning_seeds=1,
            epochs=2,
            batch_size=32,
            verbose=0,
        )
