"""Batch, stochastic and mini-batch descent on one problem of two parameters: their paths.

The problem is real: disease progression of 442 patients from their body mass index, both standardised.

    python examples/ground_descent_kinds.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

import fallline as fl

folder = Path(
    next((word for word in sys.argv[1:] if word != "--quick"), "figures")
)  # --quick: quick as it is
folder.mkdir(parents=True, exist_ok=True)

patients, progression = load_diabetes(return_X_y=True)
x = (patients[:, [2]] / patients[:, 2].std()).astype(np.float32)
y = ((progression - progression.mean()) / progression.std() + 0.5).astype(np.float32)
ROWS, EPOCHS, RATE, START = len(x), 12, 0.05, (-0.9, 1.6)


@fl.tree
class Place(fl.engine.Probe):
    """Where the two parameters are; with one step per epoch, after each step."""

    def measure(self, end: Any) -> dict:
        """Slope and intercept."""
        layer = end.variables.params["line"]
        return {"w": layer["kernel"][0, 0], "b": layer["bias"][0]}


def path(batch_size: int) -> np.ndarray:
    """(steps + 1, 2) parameters along the way."""
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1, name="line")])
    model.set_weights([[[START[0]]], [START[1]]])
    model.compile(fl.optimizers.SGD(RATE), "mse")
    steps = EPOCHS * -(-ROWS // batch_size)
    values = model.fit(
        x, y, batch_size, epochs=steps, steps_per_epoch=1, verbose=0, callbacks=[Place()], seed=0
    ).values
    return np.vstack([START, np.column_stack([values["w"], values["b"]])])


design = np.column_stack([x, np.ones(ROWS)])
best = np.linalg.lstsq(design, y, rcond=None)[0]
w, b = np.meshgrid(np.linspace(-1.2, 1.9, 120), np.linspace(-0.7, 1.9, 120))
# The loss is quadratic, so that its value everywhere follows from the residual at the minimum.
offsets = np.stack([w - best[0], b - best[1]], axis=-1)
loss = np.mean((design @ best - y) ** 2) + np.einsum(
    "...i,ij,...j", offsets, design.T @ design / ROWS, offsets
)

figure, axes = plt.subplots(1, 3, figsize=(9.0, 3.7), layout="constrained", sharex=True, sharey=True)
kinds = [(ROWS, "Batch"), (32, "Mini-batch (32 rows)"), (1, "Stochastic (1 row)")]
for axis, (batch_size, name) in zip(axes, kinds, strict=True):
    way = path(batch_size)
    distance = np.linalg.norm(way - best, axis=1)
    last = float(distance[-len(way) // 4 :].mean())
    print(
        f"{name:22s} {len(way) - 1:5d} steps in {EPOCHS} epochs, mean distance from the minimum at the end: {last:.3f}"
    )
    axis.contour(
        w, b, loss, levels=np.geomspace(loss.min() * 1.02, loss.max(), 12), colors="#b9c2cf", linewidths=0.6
    )
    axis.plot(
        *way.T,
        color="#0b5fa5",
        linewidth=0.8 if batch_size > 1 else 0.25,
        marker="." if batch_size > 1 else None,
        markersize=4,
    )
    axis.plot(*START, "o", color="black", label="start")
    axis.plot(*best, "*", color="#c8452f", markersize=13, label="minimum")
    axis.set_title(f"{name}: {len(way) - 1:,} steps,\n{last:.2f} from the minimum at the end", fontsize=9)
    axis.set_xlabel("slope w (SD per SD)")
axes[0].set_ylabel("intercept b (SD of progression)")
axes[0].legend(fontsize=8)
figure.suptitle(
    f"{EPOCHS} epochs, rate {RATE}: mini-batches end nearest, single rows never settle", fontsize=11
)
figure.savefig(folder / "descent_kinds.png", dpi=90)
