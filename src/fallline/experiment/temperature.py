"""The temperature of a network's probabilities, where the validation rows show that they claim too much or too little.

A network that trains on while its order of the classes gets better claims more than it knows; one number puts that
right. The test rows have no part in it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from fallline.calibration import TemperatureScaling, calibration_error, temperature_evidence
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import row_log_losses
from fallline.report.calibration_seen import CalibrationSeen

SOFTER = math.sqrt(2)
"""Standard errors by which the log loss must be least at a higher temperature: from there on one more number pays (Akaike)."""
SHARPER = 1.96
"""The same of a lower one, beyond chance at 95 %: too soft costs little, too sure costs much."""
LEAST_ROWS, LEAST_WRONG = 100, 10
"""Validation rows, and for a lower temperature those whose likeliest class is wrong: of fewer it says how lucky they are."""

Probabilities = Float[np.ndarray, "rows classes"]


def temperature_of(prepared: Prepared, answer: Callable[[Part], Probabilities]) -> float:
    """The temperature for a network's probabilities; 1 where nothing shows that another is better.

    Args:
        prepared: The data.
        answer: What the network says of rows, at a temperature of 1; asked of the validation rows.
    """
    validation = prepared.validation
    if prepared.task == "regression" or validation is None or len(validation) < LEAST_ROWS:
        return 1.0
    said, true = answer(validation), validation.y.astype(np.int64)
    if not np.isfinite(said).all():
        return 1.0
    evidence = temperature_evidence(true, said)
    sharper = evidence < -SHARPER and np.sum(said.argmax(axis=1) != true) >= LEAST_WRONG
    return TemperatureScaling.fit(true, said).temperature if evidence > SOFTER or sharper else 1.0


def with_temperature(prepared: Prepared, answer: Callable[[Part], Probabilities]) -> Prepared:
    """The data with the temperature of the network in their target; arguments as for `temperature_of`."""
    target = dataclasses.replace(prepared.target, temperature=temperature_of(prepared, answer))
    return dataclasses.replace(prepared, target=target)


def calibration_seen(prepared: Prepared, said: Probabilities | None) -> CalibrationSeen | None:
    """How far the probabilities of the test rows come true, and what the temperature does to that.

    Args:
        prepared: The data, with the temperature in their target.
        said: What the network says of the test rows at that temperature; None of a regression, or without test rows.
    """
    test, temperature = prepared.test, prepared.target.temperature
    if test is None or said is None or not np.isfinite(said).all():
        return None
    true = test.y.astype(np.int64)
    before = said if temperature == 1 else np.asarray(TemperatureScaling(1 / temperature)(said))
    losses, errors = (
        [float(measure) for measure in measures]
        for measures in (
            [row_log_losses(true, shares).mean() for shares in (before, said)],
            [calibration_error(true, shares) for shares in (before, said)],
        )
    )
    return CalibrationSeen(
        temperature=temperature,
        rows=0 if prepared.validation is None else len(prepared.validation),
        log_loss=(losses[0], losses[1]),
        error=(errors[0], errors[1]),
    )
