"""What probes see of the last training step of an epoch, against the same step taken by hand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import tree
from fallline.engine import EpochEnd, GradientNorm, Numbers, Plan, Probe, Variables, WeightNorm, run
from fallline.engine.step import step_key
from fallline.optimizers import SGD

from .problems import classification, classifier

ROWS, SEED, RATE = 40, 1, 0.1


@tree
class Last(Probe):
    """All that a probe may ask for."""

    def measure(self, end: EpochEnd) -> dict[str, Any]:
        return {
            "gradient": end.gradients()["dense"]["kernel"],
            "update": end.update()["dense"]["kernel"],
            "hidden": end.activations()["dense"],
            "dropped": end.activations()["dropout"],
            "rows": jnp.asarray(end.batch.rows, jnp.float32),
        }


def taken(batch_size: int, probes: tuple[Probe, ...], epochs: int = 2) -> Any:
    objective = classifier(0.5)
    numbers = Numbers(objective, SGD(RATE), seed=SEED, probes=probes)
    data = classification(ROWS, 0)
    return (
        objective,
        data,
        run(objective, data, Plan(epochs=epochs, batch_size=batch_size, shuffle=False), numbers),
    )


# One step an epoch; no short last batch; a short one of 8 rows.
@pytest.mark.parametrize("batch_size", [40, 20, 16])
def test_the_last_step_of_the_epoch_by_hand(batch_size: int) -> None:
    objective, data, result = taken(batch_size, (Last(), GradientNorm(), WeightNorm()))
    # The steps of the second epoch written out, from the weights after the first.
    variables = taken(batch_size, (), epochs=1)[2].variables
    cuts = [(first, min(first + batch_size, ROWS)) for first in range(0, ROWS, batch_size)]
    for step, (first, last) in enumerate(cuts):
        batch, key = jax.tree.map(lambda a, f=first, e=last: a[f:e], data.train), step_key(SEED, 1, step)

        def loss(params: Any, batch: Any = batch, key: Any = key) -> Any:
            return objective.loss(Variables(params, {}), batch, key, training=True)[0]

        before = variables
        gradient = jax.grad(loss)(variables.params)
        variables = Variables(jax.tree.map(lambda p, g: p - RATE * g, variables.params, gradient), {})
    seen = {name: values[-1] for name, values in result.trace.items()}
    kernel = np.asarray(before.params["dense"]["kernel"])
    hidden = np.maximum(batch.x @ kernel + np.asarray(before.params["dense"]["bias"]), 0)
    np.testing.assert_allclose(seen["gradient"], gradient["dense"]["kernel"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(seen["update"], -RATE * gradient["dense"]["kernel"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(seen["hidden"], hidden, rtol=1e-4, atol=1e-6)
    # Dropout at work: about half of the values are 0, the others twice as large.
    kept = seen["dropped"] != 0
    np.testing.assert_allclose(seen["dropped"][kept], 2 * seen["hidden"][kept], rtol=1e-6)
    assert 0.2 < kept[seen["hidden"] > 0].mean() < 0.8
    assert seen["rows"] == (ROWS % batch_size or batch_size)
    norm = np.linalg.norm(np.asarray(gradient["dense"]["kernel"]))
    np.testing.assert_allclose(seen["gradient_norm/dense/kernel"], norm, rtol=1e-4)
    after = np.asarray(result.variables.params["dense"]["kernel"])
    np.testing.assert_allclose(seen["weight_norm/dense/kernel"], np.linalg.norm(after), rtol=1e-6)


def test_probes_change_nothing_of_the_run() -> None:
    plain, probed = taken(16, ())[2], taken(16, (GradientNorm(),))[2]
    for one, other in zip(jax.tree.leaves(plain.variables), jax.tree.leaves(probed.variables), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("batch_size", [24, 40])  # 40: an epoch is one step
def test_a_gradient_is_no_second_pass(batch_size: int) -> None:
    """The compiler finds what a probe asks for in the step itself: no matrix product more."""
    from fallline.engine import compilation_report

    def products(probes: tuple[Probe, ...]) -> int:
        before = set(map(id, compilation_report().programs))
        taken(batch_size, probes)  # a short last batch, or the only one, stands apart with and without probes
        (program,) = [p for p in compilation_report().programs if id(p) not in before and p.name == "train"]
        assert program.executable is not None
        return program.executable.as_text().count(" dot(")

    assert products((Last(), GradientNorm())) == products(()) > 0
