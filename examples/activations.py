"""Vanishing gradients: how much of the gradient reaches the first of 20 layers, by activation.

    python examples/activations.py [folder for figures] [--quick]

Each activation starts with the rule made for it: Glorot's for sigmoid and tanh, He's for the rectifiers, LeCun's for
SELU, whose outputs then keep mean 0 and variance 1.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import fallline as fl

DEPTH, WIDTH = 20, 64
RULES = {
    "sigmoid": ("glorot_uniform", "#222222"),
    "tanh": ("glorot_uniform", "#9b59b6"),
    "relu": ("he_normal", "#c8452f"),
    "leaky_relu": ("he_normal", "#b58900"),
    "elu": ("he_normal", "#3aa17e"),
    "selu": ("lecun_normal", "#0b5fa5"),
}


def power(number: float) -> str:
    """A number as digit times power of ten, such as 2·10⁻¹²."""
    digit, _, exponent = f"{number:.0e}".partition("e")
    return f"{digit}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def gradients(model: fl.Sequential, x: np.ndarray, y: np.ndarray) -> list[float]:
    """The norm of the gradient of each hidden kernel at the start."""
    # The rate 0 changes nothing: the run only measures.
    model.compile(fl.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    values = model.fit(x, y, len(x), verbose=0, callbacks=[fl.engine.GradientNorm()]).values
    return [float(values[f"gradient_norm/{layer.name}/kernel"][0]) for layer in model.layers[:-1]]


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, y = load_digits(return_X_y=True)
    x = (x - x.mean(0)) / (x.std(0) + 1e-3)
    found = {}
    print(f"{'':12}gradient of layer 1 relative to layer {DEPTH}")
    tried = ("sigmoid", "relu", "selu") if quick else tuple(RULES)
    for activation in tried:
        rule, _ = RULES[activation]
        norms = []
        for seed in range(1 if quick else 5):
            hidden = [fl.layers.Dense(WIDTH, activation, kernel_initializer=rule) for _ in range(DEPTH)]
            model = fl.Sequential([fl.Input((64,)), *hidden, fl.layers.Dense(10, "softmax")], seed=seed)
            norms.append(gradients(model, x[:512], y[:512]))
        found[activation] = np.array(norms) / np.array(norms)[:, -1:]
        first = found[activation][:, 0]
        print(f"{activation:12}{first.mean():.1e} ± {first.std():.1e}")

    figure, (axis, near) = plt.subplots(1, 2, figsize=(9.4, 4.2), layout="constrained")
    layers = np.arange(1, DEPTH + 1)
    for activation in found:
        rule, colour = RULES[activation]
        mean, spread = found[activation].mean(0), found[activation].std(0)
        axis.semilogy(layers, mean, color=colour, label=f"{activation}, {rule}")
        if activation != "sigmoid":
            near.plot(layers, mean, color=colour)
            near.fill_between(layers, mean - spread, mean + spread, color=colour, alpha=0.15, lw=0)
    axis.set(ylabel=f"norm of the kernel's gradient relative to layer {DEPTH}")
    axis.set_title("all six, mean of the seeds", fontsize=10)
    near.set(ylim=(0, None))
    near.set_title("those that pass it on, mean ± s.d.", fontsize=10)
    for each in (axis, near):
        each.set(xlabel="layer (1: next to the input)", xticks=layers[::3])
        each.grid(alpha=0.2)
    axis.legend(frameon=False, fontsize=9, loc="lower right")
    left = power(found["sigmoid"][:, 0].mean())
    figure.suptitle(
        f"{DEPTH} sigmoid layers leave {left} of the gradient at the first; the others pass it on",
        fontsize=11,
    )
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "activations.png", dpi=100)
    return {activation: norms[:, 0] for activation, norms in found.items()}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
