"""scikit-learn's `MLPClassifier`.

It differs where it cannot be told otherwise: biases start from Glorot's uniform too, and two classes
have one logistic output in place of two softmax ones.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from peers.contender import EPSILON, LEARNING_RATE, VALIDATION, Contender, Weights


class ScikitLearn(Contender):
    """A new estimator each time, trained for exactly the epochs of the case."""

    _estimator: Any = None

    def prepare(self, seed: int) -> None:
        """Make a new network."""
        case = self.case
        warnings.simplefilter("ignore", ConvergenceWarning)
        self._estimator = MLPClassifier(
            hidden_layer_sizes=case.hidden,
            activation="relu",
            solver="adam",
            alpha=0.0,
            batch_size=case.batch_size,
            learning_rate_init=LEARNING_RATE,
            epsilon=EPSILON,
            max_iter=case.epochs,
            tol=0.0,
            n_iter_no_change=sys.maxsize,
            early_stopping=case.as_run,
            validation_fraction=VALIDATION,
            random_state=seed,
        )

    def train(self) -> float:
        """One `fit`."""
        self._estimator.fit(self.x, self.y)
        return float(self._estimator.loss_)

    def weights(self) -> Weights:
        """Kernels and biases of the trained network."""
        layers = list(zip(self._estimator.coefs_, self._estimator.intercepts_, strict=True))
        if self.case.classes == 2:
            kernel, bias = layers[-1]
            layers[-1] = (np.hstack([0 * kernel, kernel]), np.hstack([0 * bias, bias]))
        return layers

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
