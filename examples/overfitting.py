"""Overfitting: each remedy lowers the gap between training and test on 200 digits, a fifth of them labelled wrong.

    python examples/overfitting.py [folder for figures] [--quick]

The plain network learns its rows by heart, wrong labels too. Losses are those of inference, without penalties. Test
labels are all right, so that a network that refuses the wrong ones may have a test loss below its training loss.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import fallline as fl

ROWS, WRONG, EPOCHS = 200, 40, 100
EMPTY = {"fill_mode": "constant"}
MOVED = [fl.layers.RandomTranslation(0.1, 0.1, **EMPTY), fl.layers.RandomRotation(0.04, **EMPTY)]
STOPPING = fl.callbacks.EarlyStopping(patience=10, restore_best_weights=True)


def network(
    seed: int, before: tuple[Any, ...] = (), rate: float | None = None, **dense: Any
) -> fl.Sequential:
    layers: list[Any] = [fl.Input((8, 8)), *before, fl.layers.Flatten()]
    for _ in range(2):
        layers += [fl.layers.Dense(128, "relu", **dense), *([fl.layers.Dropout(rate)] if rate else [])]
    return fl.Sequential([*layers, fl.layers.Dense(10, "softmax")], seed=seed)


# What the network is made with, the optimizer, and what `fit` is given besides.
REMEDIES: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "none": ({}, "adam", {}),
    "L2(0.003)": ({"kernel_regularizer": fl.regularizers.L2(0.003)}, "adam", {}),
    "MaxNorm(0.5)": ({"kernel_constraint": fl.constraints.MaxNorm(0.5)}, "adam", {}),
    "Dropout(0.5)": ({"rate": 0.5}, "adam", {}),
    "shift and rotation": ({"before": MOVED}, "adam", {}),
    "weight_decay=0.5": ({}, fl.optimizers.AdamW(weight_decay=0.5), {}),
    "Dropout(0.5), MaxNorm(0.5)": (
        {"rate": 0.5, "kernel_constraint": fl.constraints.MaxNorm(0.5)},
        "adam",
        {},
    ),
    "early stopping": ({}, "adam", {"validation_split": 0.2, "callbacks": [STOPPING]}),
}


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, truth = load_digits(return_X_y=True)
    x = x.reshape(-1, 8, 8) / 16
    tried = dict(list(REMEDIES.items())[: 5 if quick else None])
    results: dict[str, list[tuple[float, ...]]] = {name: [] for name in tried}
    for seed in range(2 if quick else 5):
        rng = np.random.default_rng(seed)
        train, test = np.split(rng.permutation(len(x)), [ROWS])
        y = truth.copy()
        y[train[:WRONG]] = (truth[train[:WRONG]] + rng.integers(1, 10, WRONG)) % 10
        train = rng.permutation(train)
        for name, (parts, optimizer, options) in tried.items():
            model = network(seed, **parts)
            model.compile(optimizer, "sparse_categorical_crossentropy")
            model.fit(x[train], y[train], epochs=EPOCHS, verbose=0, **options)
            p = model.predict(x)
            loss = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-30))
            accuracy = 100 * (p[test].argmax(1) == y[test]).mean()
            results[name].append((loss[train].mean(), loss[test].mean(), accuracy))
    found = {name: np.array(values) for name, values in results.items()}
    gap = {name: values[:, 1] - values[:, 0] for name, values in found.items()}
    print(f"{'remedy':28}{'training loss':>16}{'test loss':>16}{'gap':>16}{'test accuracy %':>18}")
    for name, (train, test, accuracy) in ((name, values.T) for name, values in found.items()):
        columns = (
            f"{values.mean():.2f} ± {values.std():.2f}" for values in (train, test, gap[name], accuracy)
        )
        print(f"{name:28}{'{:>16}{:>16}{:>16}{:>18}'.format(*columns)}")

    figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True, layout="constrained")
    for axis, values in zip(axes, (gap, {name: values[:, 2] for name, values in found.items()}), strict=True):
        for place, v in enumerate(values.values()):
            colour = "#0b5fa5" if place else "#222222"
            axis.errorbar(v.mean(), place, xerr=v.std(), color=colour, marker="o", capsize=3)
        axis.axvline(values["none"].mean(), color="#222222", ls=":", lw=1)
        axis.grid(axis="x", alpha=0.2)
    axes[0].set_yticks(range(len(gap)), list(gap))
    axes[0].set(xlabel="gap: test loss − training loss\n(nats), mean ± s.d.")
    axes[0].invert_yaxis()
    axes[1].set(xlabel=f"right of {len(x) - ROWS:,} test digits\n(%), mean ± s.d.")
    lower = sum(gap[name].mean() < gap["none"].mean() for name in gap)
    figure.suptitle(
        f"{lower} of {len(gap) - 1} remedies lower the gap of a network that overfits {ROWS} digits",
        fontsize=11,
    )
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "overfitting.png", dpi=100)
    return {name: {"gap": gap[name], "accuracy": found[name][:, 2]} for name in found}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
