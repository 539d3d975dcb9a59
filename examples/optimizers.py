"""Optimizers on one small regression: the loss by passes over the diabetes data, and by steps; all rows at once.

    python examples/optimizers.py [folder for figures] [--quick]

Momentum and Nesterov are given 0.9. Each first-order method has, for each number of passes, the best of seven learning
rates, which nobody knows beforehand; the second-order methods are used as they are. A pass is a gradient, a loss of a
line search, or a product of the curvature with a vector; their states count them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

import fallline as fl
from fallline import engine, optimizers
from fallline.optimizers import SGD

RATES, PASSES = [0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0], 400
METHODS: dict[str, tuple[Any, str]] = {
    "gradient descent": (SGD, "#222222"),
    "momentum 0.9": (lambda rate: SGD(rate, momentum=0.9), "#7a8ca3"),
    "Nesterov 0.9": (lambda rate: SGD(rate, momentum=0.9, nesterov="lookahead"), "#b0b8c4"),
    "AdaGrad": (optimizers.Adagrad, "#b58900"),
    "RMSprop": (optimizers.RMSprop, "#3aa17e"),
    "Adam": (optimizers.Adam, "#c8452f"),
    "delta-bar-delta": (optimizers.DeltaBarDelta, "#d98cb3"),
    "L-BFGS": (lambda _: optimizers.LBFGS(), "#0b5fa5"),
    "Newton-CG": (lambda _: optimizers.NewtonCG(), "#6f42c1"),
    "Levenberg-Marquardt": (lambda _: optimizers.LevenbergMarquardt(), "#17a2b8"),
}
SECOND_ORDER = {"L-BFGS": PASSES // 2, "Newton-CG": 40, "Levenberg-Marquardt": 40}  # name -> steps


class Passes:
    """Reads from the optimizer's state how often each step went through the data."""

    granularity = "epoch"

    def __init__(self) -> None:
        self.counts = [0]

    def at_boundary(self, boundary: engine.Boundary) -> None:
        """Called after every step, since an epoch is one step."""
        self.counts.append(int(boundary.state.optimizer.slots["passes"]))


def losses(name: str, rate: float, x: np.ndarray, y: np.ndarray, seed: int) -> tuple[Any, Any]:
    """The loss before each step, and how many passes were made until then."""
    decay = {"kernel_regularizer": fl.regularizers.L2(0.003)}
    layers = [fl.Input((10,)), fl.layers.Dense(4, "tanh", **decay), fl.layers.Dense(1, **decay)]
    model = fl.Sequential(layers, seed=seed)
    model.compile(METHODS[name][0](rate), "mse")
    if name not in SECOND_ORDER:
        loss = model.fit(x, y, batch_size=len(x), epochs=PASSES, verbose=0).values["loss"]
        return np.pad(loss, (0, PASSES - len(loss)), constant_values=np.inf), np.arange(PASSES)
    # What `fit` does, with an observer that sees the state of the optimizer.
    plan, passes = engine.Plan(model.optimizer, epochs=SECOND_ORDER[name], batch_size=len(x)), Passes()
    data = engine.Data(engine.Batch(x, y))
    result = engine.run(model.objective(), data, plan, variables=model.run_variables, observers=[passes])
    return result.trace["loss"], np.array(passes.counts[:-1])


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    table, target = load_diabetes(return_X_y=True)
    x = (table / table.std(0)).astype(np.float32)
    y = ((target - target.mean()) / target.std())[:, None].astype(np.float32)
    grid, found = np.arange(PASSES), {}
    print(f"{'':22}loss after {PASSES // 4} passes, best rate   after {PASSES}, best rate")
    for name in METHODS:
        tried = []
        for rate in [1.0] if name in SECOND_ORDER else RATES[1:5] if quick else RATES:
            runs = [losses(name, rate, x, y, seed) for seed in range(2 if quick else 5)]
            by_pass = np.array([loss[np.searchsorted(passes, grid, "right") - 1] for loss, passes in runs])
            tried.append((rate, by_pass, np.array([loss for loss, _ in runs])))
        means = np.nan_to_num([by_pass.mean(0) for _, by_pass, _ in tried], nan=np.inf)
        best = means.argmin(0)  # one entry for each number of passes
        found[name] = {
            "rate": [tried[place][0] for place in best],
            "by_pass": np.stack([tried[place][1][:, k] for k, place in enumerate(best)], axis=1),
        }
        # A first-order step is a pass.
        found[name]["by_step"] = tried[0][2] if name in SECOND_ORDER else found[name]["by_pass"]
        cells = []
        for k in (PASSES // 4, PASSES - 1):
            loss, rate = found[name]["by_pass"][:, k], found[name]["rate"][k]
            cells.append(
                f"{loss.mean():.4f} ± {loss.std():.4f}{'' if name in SECOND_ORDER else f', {rate:g}'}"
            )
        print(f"{name:22}{cells[0]:32}{cells[1]}")
    draw(found, Path(folder))
    return found


def draw(found: dict[str, Any], folder: Path) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.6), sharey=True, layout="constrained")
    for name, values in found.items():
        label = name if name in SECOND_ORDER else f"{name}, best rate"
        style = {"color": METHODS[name][1], "label": label, "lw": 2.2 if name in SECOND_ORDER else 1.2}
        for axis, part in zip(axes, ("by_pass", "by_step"), strict=True):
            curve = values[part].mean(0)
            axis.plot(np.arange(1, len(curve) + 1), curve, **style)
    axes[0].set(
        ylabel="training loss, penalty included\n(squared s.d. of the target, mean of the seeds)",
        xlabel="passes over the data (count)",
        ylim=(0.41, 0.62),
    )
    axes[1].set(xlabel="steps (count)")
    for axis in axes:
        axis.set(xscale="log", xlim=(2, PASSES))
        axis.grid(alpha=0.2)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=8
    )
    finding = "From 20 passes on untuned L-BFGS leads or is level with the best tuned; per step Newton's methods lead"
    figure.suptitle(finding, fontsize=11)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "optimizers.png", dpi=88)


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
