"""`keras.wrappers.scikit_learn`: a function that builds a model, as an estimator of scikit-learn."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin  # noqa: TID253 - who imports this wants it
from sklearn.utils.validation import check_is_fitted  # noqa: TID253 - likewise

from fallline.errors import UsageError, suggestion
from fallline.old.keras.utils.numeric import to_categorical
from fallline.old.spaces import names_of as _names_of

FIT = frozenset([
    "batch_size", "callbacks", "class_weight", "epochs", "initial_epoch", "max_queue_size", "nb_epoch", "sample_weight",
    "show_accuracy", "shuffle", "steps_per_epoch", "use_multiprocessing", "validation_batch_size", "validation_data",
    "validation_freq", "validation_split", "validation_steps", "verbose", "workers",
])  # fmt: skip
PREDICT = frozenset(["batch_size", "callbacks", "steps", "verbose"])
EVALUATE = PREDICT | {"sample_weight", "show_accuracy"}


class BaseWrapper(BaseEstimator):  # type: ignore[misc]
    """What the classifier and the regressor share.

    Args:
        build_fn: Makes the compiled model: a function, an object that can be called, or None where the class has a
            `__call__` that does.
        **sk_params: Arguments of build_fn, and of the model's fit, predict and evaluate; scikit-learn sets them by
            `set_params`.

    Attributes:
        model: The model of the last fit.

    Source: Keras 2 for names and arguments.
    """

    _legal: ClassVar[frozenset[str]] = FIT | PREDICT | EVALUATE

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params
        self._check(sk_params)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments by name, build_fn included."""
        del deep
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> BaseWrapper:
        """Changes arguments.

        Raises:
            UsageError: neither build_fn nor a verb of the model has such an argument.
        """
        self._check({name: value for name, value in params.items() if name != "build_fn"})
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params = {**self.sk_params, **params}
        return self

    check_params = property(lambda self: self._check)

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Builds the model anew and fits it; the arguments go to the model's `fit`.

        Returns:
            The model's history, as in Keras.
        """
        builder = self._builder
        arguments = {name: value for name, value in self.sk_params.items() if name in _arguments_of(builder)}
        self.model = builder(**arguments)
        rows, targets = np.asarray(x), np.asarray(y)
        if _is(self.model.loss, "categorical_crossentropy") and targets.ndim != 2:
            targets = to_categorical(targets)
        given = self._given(FIT)
        if {"epochs", "nb_epoch"} & set(kwargs):  # the one that this call was given, by either name
            given = {name: value for name, value in given.items() if name not in ("epochs", "nb_epoch")}
        self.history = self.model.fit(rows, targets, **given | kwargs)
        return self.history

    @property
    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is not None:
            return self.build_fn
        if not callable(self):
            raise UsageError(
                f"{type(self).__name__}: give build_fn, a function that returns a compiled model."
            )
        return self.__call__

    def _check(self, params: Mapping[str, Any]) -> None:
        known = self._legal | _arguments_of(self._builder)
        for name in params:
            if name not in known:
                raise UsageError(
                    f"{type(self).__name__}: {name} is not a legal parameter. {suggestion(name, sorted(known))}"
                )

    def _given(self, names: frozenset[str]) -> dict[str, Any]:
        return {name: value for name, value in self.sk_params.items() if name in names}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")


class KerasClassifier(ClassifierMixin, BaseWrapper):  # type: ignore[misc]
    """A function that builds a model, as a classifier.

    Attributes:
        classes_: The classes in order.
        n_classes_: How many.

    Source: Keras 2 for names and arguments.
    """

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Fits; y holds classes (numbers or texts), or one-hot rows."""
        targets = np.asarray(y)
        if targets.ndim == 2 and targets.shape[1] > 1:
            self.classes_ = np.arange(targets.shape[1])
        else:
            self.classes_ = np.unique(targets)
            targets = np.searchsorted(self.classes_, targets.reshape(-1))
        self.n_classes_ = len(self.classes_)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return super().fit(x, targets, **weights, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """The most likely class of each row."""
        probabilities = self._probabilities(x, kwargs)
        single = probabilities.shape[-1] == 1
        best = (probabilities[:, 0] > 0.5).astype(int) if single else probabilities.argmax(-1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """The probability of each class (rows, classes)."""
        probabilities = self._probabilities(x, kwargs)
        if probabilities.shape[-1] == 1:
            return np.hstack([1 - probabilities, probabilities])
        return probabilities

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The share of rows of the right class, as the model's metric has it.

        Raises:
            UsageError: the model was compiled without `metrics=["accuracy"]`.
        """
        check_is_fitted(self)
        targets = np.asarray(y)
        if targets.ndim != 2 or targets.shape[1] == 1:
            targets = np.searchsorted(self.classes_, targets.reshape(-1))
            if _is(self.model.loss, "categorical_crossentropy"):
                targets = to_categorical(targets, self.n_classes_)
        given = {"verbose": 0, **self._given(EVALUATE), **kwargs}
        results = self.model.evaluate(np.asarray(x), targets, **given)
        results = results if isinstance(results, list) else [results]
        for name, value in zip(self.model.metrics_names, results, strict=False):
            if name in ("acc", "accuracy", "compile_metrics"):
                return float(value)
        raise UsageError('KerasClassifier.score: compile the model with metrics=["accuracy"].')

    def _probabilities(self, x: Any, kwargs: Mapping[str, Any]) -> NDArray[Any]:
        check_is_fitted(self)
        given = {"verbose": 0, **self._given(PREDICT), **kwargs}
        return np.asarray(self.model.predict(np.asarray(x), **given))


class KerasRegressor(RegressorMixin, BaseWrapper):  # type: ignore[misc]
    """A function that builds a model, as an estimator of numbers.

    Source: Keras 2 for names and arguments.
    """

    def predict(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """The predictions; of one number a row as a vector."""
        check_is_fitted(self)
        given = {"verbose": 0, **self._given(PREDICT), **kwargs}
        predicted = np.asarray(self.model.predict(np.asarray(x), **given))
        return predicted[..., 0] if predicted.shape[-1:] == (1,) else predicted

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss with the other sign, so that more is better."""
        check_is_fitted(self)
        given = {"verbose": 0, **self._given(EVALUATE), **kwargs}
        results = self.model.evaluate(np.asarray(x), np.asarray(y), **given)
        return -float(results[0] if isinstance(results, list) else results)


def _arguments_of(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters) - {"self"}


def _is(loss: Any, name: str) -> bool:
    """Whether a loss is the one of a name: as text, as a function or as an object."""
    if isinstance(loss, str):
        return loss == name
    own = getattr(loss, "__name__", type(loss).__name__)
    return bool(own.replace("_", "").casefold() == name.replace("_", ""))


__getattr__ = _names_of(__name__)
