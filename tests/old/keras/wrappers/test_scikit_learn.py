"""Models as estimators of scikit-learn."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fallline.old.keras as keras
from fallline.errors import UsageError
from fallline.old.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(60, 4)).astype("float32")
CLASSES = np.array(["low", "mid", "high"])[(X[:, 0] > -0.5).astype(int) + (X[:, 0] > 0.5)]


def build(units=6, loss="categorical_crossentropy"):
    model = keras.Sequential(
        [keras.layers.Dense(units, input_dim=4), keras.layers.Dense(3, activation="softmax")]
    )
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return model


def build_one():
    model = keras.Sequential([keras.layers.Dense(1, input_dim=4, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def build_number():
    model = keras.Sequential([keras.layers.Dense(1, input_dim=4)])
    model.compile(loss="mse", optimizer="adam")
    return model


@pytest.fixture(scope="module")
def fitted():
    estimator = KerasClassifier(build_fn=build, epochs=2, batch_size=10, verbose=0)
    history = estimator.fit(X, CLASSES)
    assert len(history.history["loss"]) == 2
    return estimator


def test_classes_are_given_back(fitted):
    assert fitted.classes_.tolist() == ["high", "low", "mid"]
    probabilities = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    assert (fitted.predict(X) == fitted.classes_[probabilities.argmax(1)]).all()
    np.testing.assert_allclose(fitted.score(X, CLASSES), (fitted.predict(X) == CLASSES).mean(), rtol=1e-5)


def test_one_unit_gives_two_probabilities():
    estimator = KerasClassifier(build_one, nb_epoch=1, verbose=0)
    estimator.fit(X, X[:, 0] > 0)
    probabilities = estimator.predict_proba(X)
    assert probabilities.shape == (60, 2)
    assert (estimator.predict(X) == (probabilities[:, 1] > 0.5)).all()


def test_scikit_learn_takes_them_for_what_they_are(fitted):
    assert is_classifier(fitted)
    assert is_regressor(KerasRegressor(build_number))
    copy = clone(fitted)
    assert copy.get_params() == {"build_fn": build, "epochs": 2, "batch_size": 10, "verbose": 0}
    assert not hasattr(copy, "model")
    assert "epochs=2" in repr(copy)
    copy.set_params(epochs=3, units=5)
    assert copy.get_params()["units"] == 5


def test_searches_and_cross_validation():
    hot = np.eye(3)[np.unique(CLASSES, return_inverse=True)[1]]
    scores = cross_val_score(KerasClassifier(build, epochs=1, verbose=0), X, hot, cv=KFold(2))
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()
    search = GridSearchCV(KerasClassifier(build, verbose=0), {"epochs": [1], "units": [4, 6]}, cv=2)
    assert search.fit(X, CLASSES).best_params_["units"] in (4, 6)
    regressor = make_pipeline(StandardScaler(), KerasRegressor(build_fn=build_number, epochs=1, verbose=0))
    losses = cross_val_score(regressor, X, X[:, 0], cv=KFold(2))
    assert (losses < 0).all()
    assert regressor.fit(X, X[:, 0]).predict(X).shape == (60,)


def test_bad_arguments():
    with pytest.raises(UsageError, match='epoch is not a legal parameter. Did you mean "epochs"'):
        KerasClassifier(build, epoch=3)
    with pytest.raises(UsageError, match="give build_fn"):
        KerasRegressor()
    with pytest.raises(ValueError, match="not fitted"):
        KerasClassifier(build).predict(X)
    without = KerasClassifier(build_number, verbose=0)
    without.fit(X, CLASSES)
    with pytest.raises(UsageError, match='metrics=\\["accuracy"\\]'):
        without.score(X, CLASSES)
