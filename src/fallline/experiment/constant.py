"""The constant answer, where a network has learned nothing that is worth more on the validation rows."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from fallline.experiment.answers import answers
from fallline.experiment.parts import Prepared
from fallline.experiment.scores import row_log_losses
from fallline.models import Model

RAREST = 1e-6
"""The share of a class of which no training row is: its logarithm must be finite."""

ROUNDING = 1e-6
"""What float32 rounds: once the network gives the constant answer, that is no better."""


def kept_to_constant(model: Model, prepared: Prepared) -> Prepared:
    """The data as they were; or, with a note, where the constant answer of the training rows beats the network.

    The constant answer is the mean, or the classes' shares; what counts is the mean squared error or the log loss of the
    validation rows, at the network's temperature. Where it is better, the last layer gets it as its bias, and a kernel of
    zeros: a few rows without a pattern then get an answer that is no worse than knowing nothing.

    Args:
        model: A network that `experiment.network.build` made, trained; its last layer is changed in place.
        prepared: The data, with the network's temperature.
    """
    validation = prepared.validation
    if validation is None:
        return prepared
    said, answer = answers(model, prepared.target, validation.x), _answer(prepared)
    with np.errstate(over="ignore"):
        ours, theirs = (_loss(prepared, of) for of in (said, np.broadcast_to(answer, said.shape)))
    if ours <= theirs * (1 + ROUNDING):
        return prepared
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([np.zeros_like(kernel), _bias(prepared, answer).astype(bias.dtype)])
    what = "mean" if prepared.task == "regression" else "shares of the classes"
    note = (
        f"On the validation rows the network was worse than the {what} of the training rows, so that is what it answers: its "
        "last layer has lost its weights. More rows or other columns may hold more."
    )
    target = dataclasses.replace(prepared.target, temperature=1.0)
    return dataclasses.replace(prepared, target=target, notes=(note, *prepared.notes))


def _answer(prepared: Prepared) -> Float[np.ndarray, "..."]:
    """The mean of the training rows in the target's own unit, or the shares of their classes."""
    y = prepared.train.y
    if prepared.task == "regression":
        return np.asarray(prepared.target.decode(np.asarray([np.mean(y, dtype=np.float64)])))[0]
    return np.bincount(y.astype(np.int64), minlength=len(prepared.classes)) / len(y)


def _loss(prepared: Prepared, said: Float[np.ndarray, "rows ..."]) -> float:
    """The mean squared error or the log loss of the validation rows."""
    assert prepared.validation is not None
    y = prepared.validation.y
    if prepared.task == "regression":
        return float(np.mean(np.square(said - np.asarray(prepared.target.decode(y)))))
    return float(np.mean(row_log_losses(y.astype(np.int64), said)))


def _bias(prepared: Prepared, answer: Float[np.ndarray, "..."]) -> Float[np.ndarray, " units"]:
    """What the last layer adds for the constant answer: standardised, or before its sigmoid or softmax."""
    if prepared.task == "regression":
        return np.asarray([(answer - prepared.target.mean) / prepared.target.deviation])
    logarithms = np.log(np.maximum(answer, RAREST))
    return logarithms[1:] - logarithms[:1] if prepared.task == "binary" else logarithms
