"""The range test: 100 steps with a rising rate suggest a rate that learns and is far from the cliff.

python examples/learning_rate_range.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import fallline as fl

RATES, EPOCHS = np.geomspace(1e-4, 10, 16), 5


def compiled(rate: float, seed: int) -> fl.Sequential:
    layers = [fl.Input((64,)), fl.layers.Dense(64, "relu"), fl.layers.Dense(10, "softmax")]
    model = fl.Sequential(layers, seed=seed)
    model.compile(fl.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, y = load_digits(return_X_y=True)
    x, rates = x / 16, RATES[::3] if quick else RATES
    found, last = [], []
    for seed in range(2 if quick else 5):
        found.append(fl.models.find_learning_rate(compiled(0.01, seed), x, y, smallest=1e-4, seed=seed))
        row = []
        for rate in [*rates, found[-1].suggestion]:
            history = compiled(float(rate), seed).fit(x, y, epochs=EPOCHS, verbose=0)
            row.append(history.values["loss"][-1])
        last.append(row)
    losses, suggestions = np.array(last), np.array([test.suggestion for test in found])
    best = losses[:, :-1].min(1)
    print(f"suggested rate        {suggestions.mean():.3f} ± {suggestions.std():.3f}")
    print(
        f"loss, suggested rate  {losses[:, -1].mean():.3f} ± {losses[:, -1].std():.3f} after {EPOCHS} epochs"
    )
    print(f"loss, best of {len(rates):2} rates {best.mean():.3f} ± {best.std():.3f}")

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.9), layout="constrained")
    for place, test in enumerate(found):
        label = None if place else "one run a seed, smoothed"
        left.plot(test.rates, test.smoothed, color="#0b5fa5", lw=1, alpha=0.7, label=label)
    left.set(
        ylabel="training loss of the step's batch (nats)", xlabel="learning rate, rising from step to step"
    )
    right.errorbar(
        rates,
        losses[:, :-1].mean(0),
        losses[:, :-1].std(0),
        color="#7a8ca3",
        marker="o",
        ms=4,
        capsize=3,
        label="whole run",
    )
    right.plot(suggestions, losses[:, -1], "x", color="#c8452f", label="whole run at the suggestion")
    right.set(
        ylabel=f"training loss after {EPOCHS} epochs (nats)", xlabel="learning rate, the same in all steps"
    )
    for axis in (left, right):
        axis.set(xscale="log", ylim=(0, 3.2))
        axis.axvline(np.median(suggestions), color="#c8452f", ls="--", lw=1, label="suggestion (median)")
        axis.legend(frameon=False, fontsize=8, loc="lower left")
        axis.grid(alpha=0.2)
    figure.suptitle(
        f"100 steps suggest {np.median(suggestions):.1g}: it learns, more than ten times below the rates that break",
        fontsize=11,
    )
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "learning_rate_range.png", dpi=100)
    return {"suggestions": suggestions, "rates": rates, "losses": losses[:, :-1], "suggested": losses[:, -1]}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
