"""Vanishing gradients: through a chain of sigmoid units each layer takes three quarters and more.

python examples/ground_vanishing_gradients.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fallline as fl

folder = Path(
    next((word for word in sys.argv[1:] if word != "--quick"), "figures")
)  # --quick: quick as it is
folder.mkdir(parents=True, exist_ok=True)

DEPTH, CHAINS = 10, 16


def power(number: float) -> str:
    """A number as digit times power of ten, such as 1·10⁻¹⁰."""
    digit, _, exponent = f"{number:.0e}".partition("e")
    return f"{digit}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


rng = np.random.default_rng(0)


def chain(activation: str, depth: int) -> fl.Sequential:
    model = fl.Sequential([fl.Input((1,)), *[fl.layers.Dense(1, activation) for _ in range(depth)]])
    # The rate 0 changes nothing: the run only measures.
    model.compile(fl.optimizers.SGD(0.0), "half_squared_error")
    return model


def bias_gradients(model: fl.Sequential, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """|dL/db| of each layer for the input 1 and the target 0."""
    model.set_weights([array for w, b in zip(weights, biases, strict=True) for array in ([[w]], [b])])
    values = model.fit(
        np.ones((1, 1)), np.zeros((1, 1)), epochs=1, verbose=0, callbacks=[fl.engine.GradientNorm()]
    ).values
    return np.array([values[f"gradient_norm/{layer.name}/bias"][0] for layer in model.layers])


figure, axis = plt.subplots(figsize=(7.4, 4.6), layout="constrained")
layers = np.arange(1, DEPTH + 1)
sigmoid = chain("sigmoid", DEPTH)
small = []
for _ in range(CHAINS):
    gradients = bias_gradients(sigmoid, rng.uniform(-1, 1, DEPTH), rng.normal(size=DEPTH))
    small.append(gradients / gradients[-1])
    axis.semilogy(layers, small[-1], color="#0b5fa5", alpha=0.3)
axis.plot([], [], color="#0b5fa5", label="sigmoid, random weights in (-1, 1)")
axis.semilogy(layers, 0.25 ** (DEPTH - layers), "k--", label="1/4 a layer: the bound, as s' ≤ 1/4")
kept = bias_gradients(chain("relu", DEPTH), np.ones(DEPTH), np.zeros(DEPTH))
axis.semilogy(layers, kept / kept[-1], color="#c8452f", label="ReLU, weights 1: nothing is lost")
median = float(np.median(np.array(small)[:, 0]))
axis.set(
    title=f"{DEPTH} sigmoid layers leave {power(median)} of the gradient at the first (median)",
    xlabel="layer (1: next to the input)",
    ylabel=f"|∂L/∂b| relative to layer {DEPTH} (no unit)",
    xticks=layers,
)
axis.legend(fontsize=8)
figure.savefig(folder / "vanishing_gradients.png", dpi=100)

ratios = np.array(small)[:, 0] / np.array(small)[:, 2]
print(f"|dL/db1| / |dL/db3|: largest of {CHAINS} chains {ratios.max():.4f}, the bound is 1/16 = {1 / 16:.4f}")
print(f"|dL/db1| / |dL/db{DEPTH}|: median {median:.1e}; of a chain of ReLU units {kept[0] / kept[-1]:.0f}")
