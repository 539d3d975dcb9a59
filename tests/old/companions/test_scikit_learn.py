"""What scikit-learn took away since, as programs use it."""

from __future__ import annotations

import pytest


def test_modules_of_before_0_20(run):
    code, out, err = run(
        """
        from sklearn.cross_validation import train_test_split, KFold, StratifiedKFold, cross_val_score
        from sklearn.grid_search import GridSearchCV
        from sklearn.externals import joblib
        from sklearn.datasets.samples_generator import make_blobs
        from sklearn.linear_model import LogisticRegression
        X, y = make_blobs(30, centers=2, random_state=0)
        folds = StratifiedKFold(y, n_folds=3, shuffle=True, random_state=0)
        print(len(folds), [len(test) for _, test in KFold(30, n_folds=5)], len(train_test_split(X, y)))
        print(cross_val_score(LogisticRegression(), X, y, cv=folds).mean() > 0.8, joblib.__name__)
        """
    )
    assert code == 0, err
    assert out == "3 [6, 6, 6, 6, 6] 4\nTrue sklearn.externals.joblib\n"
    assert "sklearn.grid_search is gone; now: sklearn.model_selection." in err


def test_encoders_and_imputers(run):
    code, out, err = run(
        """
        import numpy as np
        from sklearn.base import clone
        from sklearn.preprocessing import OneHotEncoder, Imputer
        X = np.array([[0.0, 1.0], [2.0, 5.0]])
        print(OneHotEncoder(categorical_features=[0]).fit_transform(X).toarray().tolist())
        print(OneHotEncoder(sparse=False).fit_transform(X[:, :1]).tolist(), OneHotEncoder().fit_transform(X).shape)
        print(clone(OneHotEncoder(sparse=False)).get_params()["sparse_output"])
        print(Imputer(missing_values="NaN", strategy="mean", axis=0).fit_transform([[1.0], [np.nan], [3.0]]).ravel().tolist())
        """
    )
    assert code == 0, err
    assert out.splitlines() == [
        "[[1.0, 0.0, 1.0], [0.0, 1.0, 5.0]]",
        "[[1.0, 0.0], [0.0, 1.0]] (2, 4)",
        "False",
        "[1.0, 2.0, 3.0]",
    ]


def test_grid_scores(run):
    code, out, err = run(
        """
        from sklearn.grid_search import GridSearchCV
        from sklearn.tree import DecisionTreeClassifier
        found = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit([[0], [1], [0], [1]], [0, 1, 0, 1])
        for parameters, mean, scores in found.grid_scores_:
            print(parameters, mean, scores.shape)
        """
    )
    assert code == 0, err
    assert out == "{'max_depth': 1} 1.0 (2,)\n{'max_depth': 2} 1.0 (2,)\n"


def test_scores(run):
    code, out, _ = run(
        """
        from sklearn.metrics import mean_squared_error, confusion_matrix
        print(mean_squared_error([1.0, 3.0], [1.0, 1.0]), mean_squared_error([0.0], [2.0], squared=False))
        print(confusion_matrix([0, 1], [0, 1], [0, 1]).tolist())
        """
    )
    assert (code, out) == (0, "2.0 2.0\n[[1, 0], [0, 1]]\n")


def test_data_sets_that_are_gone(run, monkeypatch):
    import numpy as np

    from fallline.datasets import boston_housing, mnist

    monkeypatch.setattr(
        boston_housing,
        "load_data",
        lambda **_: ((np.ones((3, 13)), np.ones(3)), (np.ones((1, 13)), np.ones(1))),
    )
    monkeypatch.setattr(
        mnist,
        "load_data",
        lambda: (
            (np.ones((3, 28, 28), np.uint8), np.array([2, 0, 1])),
            (np.ones((1, 28, 28)), np.array([5])),
        ),
    )
    code, out, err = run(
        """
        from sklearn.datasets import load_boston, fetch_mldata
        boston = load_boston()
        digits = fetch_mldata("MNIST original", data_home=".")
        print(boston.data.shape, boston.target.shape, boston.feature_names[5], digits.data.shape, digits.target.tolist())
        fetch_mldata("iris")
        """
    )
    assert out == "(4, 13) (4,) RM (4, 784) [0.0, 1.0, 2.0, 5.0]\n"
    assert code == 1
    assert "sklearn.datasets.fetch_openml has many of its sets" in err


def test_it_is_as_before(run):
    import sklearn.preprocessing

    before = sklearn.preprocessing.OneHotEncoder
    run("import sklearn.preprocessing\nimport sklearn.cross_validation")
    assert sklearn.preprocessing.OneHotEncoder is before
    with pytest.raises(ModuleNotFoundError):
        exec("import sklearn.cross_validation")
