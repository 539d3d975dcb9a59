"""How sure an ensemble is: how much its members differ, and what each of them does not know."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from fallline.models.ensembles.scales import Scale
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Uncertainty:
    """What an ensemble predicts for rows, and how sure it is.

    With p_k the prediction of member k, w_k its weight and H(p) = -sum_c p_c log p_c the entropy in nats:

        mean                 m = sum_k w_k p_k
        standard_deviation   sqrt(sum_k w_k (p_k - m)^2)
        entropy              H(m): all that the ensemble does not know
        expected_entropy     sum_k w_k H(p_k): what is uncertain in the data, to each member
        mutual_information   entropy - expected_entropy: what the members do not agree on

    Attributes:
        mean: The prediction (rows, ...); of logits the mean of the probabilities.
        standard_deviation: That between the members (rows, ...).
        entropy: (rows,) for classes, (rows, outputs) for outputs that are yes or no each; None for measurements.
        expected_entropy: Likewise.
        mutual_information: Likewise; 0 where all members agree, at most `entropy`.

    Source: Lakshminarayanan, Pritzel, Blundell, Simple and scalable predictive uncertainty estimation using deep ensembles
    (2017), sections 2.4 and 3.4 for mean and variance of the mixture; Depeweg et al., Decomposition of uncertainty in
    Bayesian deep learning (2018), section 3, for the entropies.
    """

    __repr__ = fields_shown

    mean: Float[np.ndarray, "rows ..."]
    standard_deviation: Float[np.ndarray, "rows ..."]
    entropy: Float[np.ndarray, "rows ..."] | None = None
    expected_entropy: Float[np.ndarray, "rows ..."] | None = None
    mutual_information: Float[np.ndarray, "rows ..."] | None = None


def uncertainty(each: Any, weights: NDArray[np.float64], scale: Scale) -> Uncertainty:
    """The uncertainty of one output.

    Args:
        each: The outputs of the members (members, rows, ...).
        weights: What each weighs; they sum to 1.
        scale: What the outputs are.
    """
    p = scale.probabilities(each)

    def expected(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.tensordot(weights, values, axes=1)

    mean = expected(p)
    deviation = np.sqrt(expected((p - mean) ** 2))
    if scale.kind == "values":
        return Uncertainty(mean, deviation)
    whole, parts = _entropy(mean, scale), expected(_entropy(p, scale))
    return Uncertainty(mean, deviation, whole, parts, np.maximum(whole - parts, 0.0))


def _entropy(p: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """In nats, over the last axis, or of each number where it is a probability of its own."""
    from scipy import special

    p = np.clip(p, 0.0, 1.0)  # what rounding leaves
    if scale.kind == "softmax":
        entropies: NDArray[np.float64] = special.entr(p).sum(axis=-1)
        return entropies
    single = special.entr(p) + special.entr(1 - p)
    return single[..., 0] if single.shape[-1:] == (1,) else single
