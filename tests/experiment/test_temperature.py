"""The temperature of a run's probabilities: when there is one, and what it does."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from fallline.calibration import TemperatureScaling
from fallline.data.target import TargetEncoder
from fallline.errors import SavedFileError
from fallline.experiment.answers import answers_of
from fallline.experiment.temperature import LEAST_ROWS, calibration_seen, temperature_of
from fallline.report.calibration_seen import CalibrationSeen

RNG = np.random.default_rng(7)


def claims(rows, sharpness, classes=3):
    """Class codes, and what a network says that is right but for its sharpness."""
    logits = 2 * RNG.normal(size=(rows, classes))
    codes = (logits + RNG.gumbel(size=logits.shape)).argmax(axis=1)
    powers = np.exp(sharpness * logits)
    return codes, powers / powers.sum(axis=1, keepdims=True)


def data(codes, task="multiclass"):
    target = TargetEncoder("y", task, ("u", "v", "w")[: 2 if task == "binary" else 3])

    class Rows(SimpleNamespace):
        def __len__(self):
            return len(self.y)

    part = Rows(y=codes)
    return SimpleNamespace(task=task, target=target, validation=part, test=part)


@pytest.mark.parametrize(("sharpness", "near"), [(2.5, 2.5), (0.4, 0.4), (1.0, 1.0)])
def test_claims_that_miss_get_a_temperature_and_others_none(sharpness, near):
    codes, said = claims(2000, sharpness)
    temperature = temperature_of(data(codes), lambda part: said)
    assert temperature == pytest.approx(near, rel=0.1)
    if sharpness == 1.0:
        assert temperature == 1.0


def test_few_rows_few_errors_numbers_and_a_diverged_network_get_none():
    codes, said = claims(2000, 3.0)
    few = LEAST_ROWS - 1
    assert temperature_of(data(codes[:few]), lambda part: said[:few]) == 1.0
    # No row is wrong, so that a lower temperature would be better on them; that may be luck.
    sure = np.where(np.eye(3)[codes] == 1, 0.9, 0.05)
    assert temperature_of(data(codes), lambda part: sure) == 1.0
    # Six rows are, with all certainty: softer is better whatever they are.
    sure = np.where(np.eye(3)[codes] == 1, 0.998, 0.001)
    sure[:6] = np.where(np.eye(3)[(codes[:6] + 1) % 3] == 1, 1 - 2e-9, 1e-9)
    assert temperature_of(data(codes), lambda part: sure) > 1.2
    assert temperature_of(data(codes), lambda part: said * np.nan) == 1.0
    assert temperature_of(SimpleNamespace(task="regression", validation=None), lambda part: said) == 1.0


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_answers_are_at_the_temperature_of_the_target(task):
    target = TargetEncoder("y", task, ("u", "v"), temperature=2.0)
    p = np.asarray([0.9, 0.5, 0.001])
    outputs = p[:, None] if task == "binary" else np.stack([1 - p, p], axis=1)
    roots = np.sqrt(np.stack([1 - p, p], axis=1))
    np.testing.assert_allclose(answers_of(target, outputs), roots / roots.sum(axis=1, keepdims=True))
    plain = dataclasses.replace(target, temperature=1.0)
    np.testing.assert_allclose(answers_of(plain, outputs), np.stack([1 - p, p], axis=1))


def test_what_it_did_on_the_test_rows_is_told_and_kept():
    codes, said = claims(2000, 2.5)
    prepared = data(codes)
    prepared.target = dataclasses.replace(prepared.target, temperature=2.5)
    seen = calibration_seen(prepared, TemperatureScaling(2.5)(said))
    losses = [-np.log(p[np.arange(2000), codes]).mean() for p in (said, TemperatureScaling(2.5)(said))]
    np.testing.assert_allclose(seen.log_loss, losses, rtol=1e-6)
    assert seen.error[1] < 0.03 < 0.1 < seen.error[0]
    assert "claims too much, so they are made softer, at a temperature of 2.50" in seen.sentence
    assert f"from {losses[0]:.3f} to {losses[1]:.3f}" in seen.sentence
    assert CalibrationSeen.from_json(seen.to_json()) == seen
    with pytest.raises(SavedFileError, match="cannot be read"):
        CalibrationSeen.from_json({"temperature": 1.0})
    prepared.target = dataclasses.replace(prepared.target, temperature=1.0)
    assert "as the network gives them" in calibration_seen(prepared, said).sentence
    assert calibration_seen(prepared, None) is None
