"""Which rows a step takes: class-balanced batches find more of a rare class than shuffled ones.

    python examples/sampling.py [folder for figures] [--quick]

Of the breast tumours 10 malignant ones are left for training beside 250 benign ones. Hard examples first and a
curriculum change little here: all rows are easy but for the class that is missing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.neighbors import KNeighborsClassifier

import fallline as fl

RARE, COMMON, EPOCHS = 10, 250, 10


def choices(x: np.ndarray, y: np.ndarray) -> dict[str, dict[str, Any]]:
    """What `fit` is given for each way to choose rows."""
    # Difficult is what its own neighbours contradict.
    votes = KNeighborsClassifier(11).fit(x, y).predict_proba(x)
    difficulty = 1 - votes[np.arange(len(y)), y]
    return {
        "shuffle": {},
        "class_weight": {"class_weight": {0: 1.0, 1: COMMON / RARE}},
        "ClassBalanced()": {"sampling": fl.data.ClassBalanced()},
        "HardExamples()": {"sampling": fl.data.HardExamples()},
        "Curriculum(difficulty)": {"sampling": fl.data.Curriculum(difficulty, epochs=5)},
    }


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, benign = load_breast_cancer(return_X_y=True)
    x, y = (x - x.mean(0)) / x.std(0), 1 - benign  # 1: malignant
    found: dict[str, Any] = {}
    for seed in range(3 if quick else 10):
        order = np.random.default_rng(seed).permutation(len(y))
        x_now, y_now = x[order], y[order]
        train = np.sort(
            np.concatenate([np.flatnonzero(y_now == 1)[:RARE], np.flatnonzero(y_now == 0)[:COMMON]])
        )
        test = np.setdiff1d(np.arange(len(y)), train)
        for name, options in choices(x_now[train], y_now[train]).items():
            layers = [fl.Input((30,)), fl.layers.Dense(16, "relu"), fl.layers.Dense(1, "sigmoid")]
            model = fl.Sequential(layers, seed=seed)
            model.compile(fl.optimizers.Adam(0.003), "binary_crossentropy")
            model.fit(x_now[train], y_now[train], epochs=EPOCHS, verbose=0, **options)
            alarm, truth = model.predict(x_now[test])[:, 0] > 0.5, y_now[test] == 1
            found.setdefault(name, []).append(100 * np.array([alarm[truth].mean(), (~alarm[~truth]).mean()]))
    found = {name: np.array(values) for name, values in found.items()}
    print(f"{'':26}malignant found (%)   benign recognised (%)")
    for name, values in found.items():
        columns = (f"{v.mean():.1f} ± {v.std():.1f}" for v in values.T)
        print(f"{name:26}{'{:>15}{:>24}'.format(*columns)}")

    figure, axis = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
    place = np.arange(len(found))
    for shift, column, colour, label in (
        (-0.2, 0, "#0b5fa5", "malignant, found"),
        (0.2, 1, "#7a8ca3", "benign, recognised"),
    ):
        means, spread = zip(*((v[:, column].mean(), v[:, column].std()) for v in found.values()), strict=True)
        axis.barh(place + shift, means, 0.38, xerr=spread, color=colour, capsize=3, label=label)
    axis.set_yticks(place, list(found))
    axis.invert_yaxis()
    axis.set(xlabel="share of the test rows of the class (%), mean ± s.d.", xlim=(0, 102))
    before, after = (found[name][:, 0].mean() for name in ("shuffle", "ClassBalanced()"))
    figure.suptitle(
        f"Balanced batches find {after:.0f}% of the malignant tumours, shuffled ones {before:.0f}%",
        fontsize=11,
    )
    figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=2)
    axis.grid(axis="x", alpha=0.2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "sampling.png", dpi=100)
    return {name: {"malignant": values[:, 0], "benign": values[:, 1]} for name, values in found.items()}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
