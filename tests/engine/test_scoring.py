"""Evaluate and predict: independent of how the rows are cut."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fallline.engine import Batch, compilation_report, initialise, predict, score

from .problems import classification, classifier


@pytest.mark.parametrize("size", [1, 7, 100, 390, 1000, None])
def test_the_score_does_not_depend_on_the_batches(size: int | None) -> None:
    objective, data = classifier(0.3, normalised=True), classification().train
    variables = initialise(objective, 1)
    results = score(objective, variables, data, size)
    # By hand: probabilities of the network in inference mode, in double precision from there.
    outputs = np.asarray(objective.predict(variables, data.x), np.float64)
    loss = -np.log(outputs[np.arange(len(data.y)), data.y]).mean()
    np.testing.assert_allclose(results["loss"], loss, rtol=1e-5)
    np.testing.assert_allclose(results["accuracy"], (outputs.argmax(1) == data.y).mean(), rtol=1e-6)


def test_weights_count_in_the_loss() -> None:
    objective, data = classifier(), classification().train
    variables = initialise(objective, 1)
    weight = np.random.default_rng(0).uniform(size=390).astype(np.float32)
    outputs = np.asarray(objective.predict(variables, data.x), np.float64)
    rows = -np.log(outputs[np.arange(390), data.y])
    result = score(objective, variables, Batch(data.x, data.y, weight), 64)
    np.testing.assert_allclose(result["loss"], (rows * weight).mean(), rtol=1e-5)


@pytest.mark.parametrize("rows", [1, 2, 31, 33, 100])
def test_predictions_come_in_the_rows_order(rows: int) -> None:
    objective, x = classifier(), classification().train.x[:rows]
    variables = initialise(objective, 2)
    expected, _, _ = objective.network.apply(variables, x, key=None, training=False)
    for size in (None, 1, 8):
        outputs = predict(objective, variables, x, size)
        np.testing.assert_allclose(outputs, jax.nn.softmax(expected), rtol=1e-5, atol=1e-7)


def test_another_number_of_rows_seldom_compiles_again() -> None:
    objective, x = classifier(), classification().train.x
    variables = initialise(objective, 2)
    predict(objective, variables, x[:200])
    before = len(compilation_report().programs)
    for rows in (129, 150, 199, 256):
        assert len(predict(objective, variables, x[:rows])) == rows
    assert len(compilation_report().programs) == before


def test_initial_variables_follow_the_seed() -> None:
    first, again, other = (initialise(classifier(), seed).params["dense"]["kernel"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
