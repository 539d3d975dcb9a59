"""A long valley: steepest descent zigzags, momentum hurries along it, Newton's method does not see it.

python examples/ground_ill_conditioning.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

import fallline as fl

folder = Path(
    next((word for word in sys.argv[1:] if word != "--quick"), "figures")
)  # --quick: quick as it is
folder.mkdir(parents=True, exist_ok=True)

START, STEPS, GOAL = (1.0, 0.15), 400, 1e-3


@fl.tree
class Place(fl.engine.Probe):
    """Where the two parameters are after each epoch, which is one step here."""

    def measure(self, end: Any) -> dict:
        """Both parameters."""
        return {"p": end.variables.params}


def start(key: Any) -> jnp.ndarray:
    del key  # nothing is drawn
    return jnp.asarray(START)


def valley(p: jnp.ndarray, batch: Any, numbers: dict) -> jnp.ndarray:
    """(p1^2 + condition p2^2) / 2; the condition is a number of the run, so that no second compile is needed."""
    del batch  # the loss has no data
    return (p[0] ** 2 + numbers["condition"] * p[1] ** 2) / 2


def path(optimizer: Any, condition: float) -> np.ndarray:
    nothing = np.zeros((1, 1), np.float32)
    trained = fl.train(
        start, valley, nothing, optimizer=optimizer, epochs=STEPS, callbacks=[Place()],
        numbers={"condition": condition}, seed=0, verbose=0,
    )  # fmt: skip
    return np.vstack([START, trained.history.values["p"]])


def optimizers(condition: float) -> dict:
    """Each with the rates that are the best for a quadratic of this condition (Polyak 1964)."""
    root = np.sqrt(condition)
    heavy_ball = fl.optimizers.SGD(4 / (1 + root) ** 2, momentum=((root - 1) / (root + 1)) ** 2)
    return {
        "Steepest descent": fl.optimizers.SGD(2 / (1 + condition)),
        "Momentum": heavy_ball,
        "Newton": fl.optimizers.Newton(),
    }


figure, axes = plt.subplots(2, 3, figsize=(9.0, 6.2), layout="constrained", sharex=True, sharey=True)
p1, p2 = np.meshgrid(np.linspace(-0.3, 1.15, 150), np.linspace(-0.65, 0.65, 150))
for row, condition in zip(axes, (1.0, 100.0), strict=True):
    loss = (p1**2 + condition * p2**2) / 2
    for axis, (name, optimizer) in zip(row, optimizers(condition).items(), strict=True):
        way = path(optimizer, condition)
        far = np.linalg.norm(way, axis=1) > GOAL
        steps = int(np.flatnonzero(far)[-1]) + 1
        print(f"condition {condition:5g}  {name:17s} {steps:4d} steps to within {GOAL}")
        axis.contour(
            p1, p2, loss, levels=loss.max() * np.linspace(0.02, 1, 10) ** 2, colors="#b9c2cf", linewidths=0.6
        )
        axis.plot(*way.T, color="#0b5fa5", linewidth=0.9, marker=".", markersize=4)
        axis.plot(*START, "o", color="black", label="start")
        axis.set_aspect("equal")
        axis.plot(0, 0, "*", color="#c8452f", markersize=13, label="minimum")
        axis.set_title(f"{name}, condition {condition:g}:\n{steps} step{'s' * (steps > 1)}", fontsize=10)
for axis in axes[1]:
    axis.set_xlabel("p1 (no unit)")
for axis in axes[:, 0]:
    axis.set_ylabel("p2 (no unit)")
axes[0, 0].legend(fontsize=8)
figure.suptitle(
    f"Steps to within {GOAL} of the minimum: the condition costs descent much, momentum less, Newton nothing",
    fontsize=11,
)
figure.savefig(folder / "ill_conditioning.png", dpi=80)
