"""A network of ten sigmoid layers does not learn digits; batch normalisation makes it learn, and so do ReLU and ELU.

python examples/deep_sigmoid.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import fallline as fl

DEPTH, WIDTH, EPOCHS = 10, 64, 30
COLOURS = ["#7a8ca3", "#0b5fa5", "#c8452f", "#3aa17e"]
KINDS = {
    "sigmoid": ("sigmoid", "glorot_uniform", False),
    "sigmoid after BatchNormalization": ("sigmoid", "glorot_uniform", True),
    "relu": ("relu", "he_normal", False),
    "elu": ("elu", "he_normal", False),
}


def network(kind: str, seed: int) -> fl.Sequential:
    activation, rule, normalised = KINDS[kind]
    layers: list[Any] = [fl.Input((64,))]
    for _ in range(DEPTH):
        layers.append(fl.layers.Dense(WIDTH, kernel_initializer=rule))
        layers += [fl.layers.BatchNormalization(momentum=0.9)] if normalised else []
        layers.append(fl.layers.Activation(activation))
    return fl.Sequential([*layers, fl.layers.Dense(10, "softmax")], seed=seed)


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, y = load_digits(return_X_y=True)
    x = (x - x.mean()) / x.std()
    epochs = 15 if quick else EPOCHS
    found: dict[str, Any] = {kind: [] for kind in KINDS}
    for seed in range(1 if quick else 5):
        order = np.random.default_rng(seed).permutation(len(x))
        for kind in KINDS:
            model = network(kind, seed)
            model.compile(fl.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
            history = model.fit(x[order], y[order], epochs=epochs, validation_split=0.3, verbose=0)
            found[kind].append(100 * history.values["val_accuracy"])
    found = {kind: np.array(curves) for kind, curves in found.items()}
    print(f"{'':34}validation accuracy after {epochs} epochs (%)")
    for kind, curves in found.items():
        print(f"{kind:34}{curves[:, -1].mean():.1f} ± {curves[:, -1].std():.1f}")

    figure, axis = plt.subplots(figsize=(7.4, 4.2), layout="constrained")
    for (kind, curves), colour in zip(found.items(), COLOURS, strict=True):
        mean, spread = curves.mean(0), curves.std(0)
        axis.plot(np.arange(1, epochs + 1), mean, color=colour, label=kind)
        axis.fill_between(
            np.arange(1, epochs + 1), mean - spread, mean + spread, color=colour, alpha=0.2, lw=0
        )
    without, normal = (found[kind][:, -1].mean() for kind in list(KINDS)[:2])
    axis.set(
        title=f"Ten sigmoid layers: {without:.0f}% right without batch normalisation, {normal:.0f}% with it",
        xlabel="epoch",
        ylabel="right of the validation digits (%), mean ± s.d.",
        ylim=(0, 102),
    )
    axis.legend(frameon=False, fontsize=9, loc="center right")
    axis.grid(alpha=0.2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "deep_sigmoid.png", dpi=100)
    return {kind: curves[:, -1] for kind, curves in found.items()}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
