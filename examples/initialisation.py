"""Initialisation: what reaches the other end of 20 layers before training, and what training makes of it.

    python examples/initialisation.py [folder for figures] [--quick]

Zeros never break the symmetry. ReLU halves the variance, which He's rule makes up for and the others do not; tanh
learns from each of the random rules. LSUV reads the right scale from the data.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import fallline as fl
from fallline.models.lsuv import lsuv

DEPTH, WIDTH, ROWS, EPOCHS = 20, 64, 1000, 20
RULES = ["zeros", "glorot_normal", "lecun_normal", "he_normal", "orthogonal", "lsuv"]
COLOURS = dict(zip(RULES, ["#222222", "#7a8ca3", "#3aa17e", "#c8452f", "#b58900", "#0b5fa5"], strict=True))


def network(activation: str, rule: str, seed: int) -> fl.Sequential:
    kernel = {"kernel_initializer": "orthogonal" if rule == "lsuv" else rule}
    hidden = [fl.layers.Dense(WIDTH, activation, **kernel) for _ in range(DEPTH)]
    return fl.Sequential([fl.Input((64,)), *hidden, fl.layers.Dense(10, "softmax", **kernel)], seed=seed)


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    x, y = load_digits(return_X_y=True)
    x, y = (x[:ROWS] - x.mean()) / x.std(), y[:ROWS]
    found: dict[str, Any] = {}
    seeds = range(1 if quick else 5)
    for activation in ("relu",) if quick else ("relu", "tanh"):
        # One model is trained from all initial weights: its program is compiled once.
        model = network(activation, "zeros", 0)
        signals = fl.Model(model.inputs, [layer.output for layer in model.layers[:-1]])
        for rule in RULES:
            runs = []
            for seed in seeds:
                start = network(activation, rule, seed)
                if rule == "lsuv":
                    lsuv(start, x[:256], seed=seed)
                model.set_weights(start.get_weights())
                signal = [float(outputs.std()) for outputs in signals.predict(x[:256])]
                histories = []
                for rate, epochs in ((0.0, 1), (0.02, EPOCHS)):  # at rate 0 the run only measures
                    model.compile(fl.optimizers.SGD(rate), "sparse_categorical_crossentropy")
                    histories.append(
                        model.fit(
                            x,
                            y,
                            epochs=epochs,
                            batch_size=64,
                            verbose=0,
                            seed=seed,
                            callbacks=[fl.engine.GradientNorm()],
                        ).values
                    )
                names = [f"gradient_norm/{layer.name}/kernel" for layer in model.layers[:-1]]
                gradient = [float(histories[0][name][0]) for name in names]
                runs.append((signal, gradient, float(histories[1]["loss"][-1])))
            # Geometric means over the seeds: the numbers span many powers of ten.
            signal, gradient = (
                np.exp(np.log(np.maximum([run[k] for run in runs], 1e-30)).mean(0)) for k in (0, 1)
            )
            loss = np.array([run[2] for run in runs])
            found[f"{activation} {rule}"] = {"signal": signal, "gradient": gradient, "loss": loss}
            print(
                f"{activation:5}{rule:14} signal of layer {DEPTH}: {signal[-1]:.0e}   gradient of layer 1: "
                f"{gradient[0]:.0e}   loss after {EPOCHS} epochs: {loss.mean():.2f} ± {loss.std():.2f}"
            )
    draw(found, Path(folder))
    return found


def draw(found: dict[str, Any], folder: Path) -> None:
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 6.2), layout="constrained")
    layers = np.arange(1, DEPTH + 1)
    for row, activation in zip(axes, ("relu", "tanh"), strict=True):
        if f"{activation} zeros" not in found:
            continue
        for rule in RULES:
            values = found[f"{activation} {rule}"]
            # Glorot's, LeCun's and orthonormal curves lie on each other.
            style: dict[str, Any] = {"color": COLOURS[rule], "lw": 4 if rule == "glorot_normal" else 1.5}
            if rule != "zeros":
                row[0].semilogy(layers, values["signal"], **style)
                row[1].semilogy(layers, values["gradient"], **style)
            loss = values["loss"]
            row[2].errorbar(loss.mean(), rule, xerr=loss.std(), color=COLOURS[rule], marker="o", capsize=3)
            beside = (
                {"xytext": (-8, -3), "ha": "right"}
                if loss.mean() > 1.5
                else {"xytext": (8, -3), "ha": "left"}
            )
            row[2].annotate(
                f"{loss.mean():.2f} ± {loss.std():.2f}",
                (loss.mean() + np.sign(1.5 - loss.mean()) * loss.std(), rule),
                textcoords="offset points",
                fontsize=8,
                **beside,
            )
        row[0].set(ylabel=f"{activation}: standard deviation\nof the layer's outputs", ylim=(1e-4, 3))
        row[1].set(ylabel=f"{activation}: norm of the\nkernel's gradient", ylim=(1e-4, 30))
        row[2].set(ylim=(len(RULES) - 0.5, -0.5), xlim=(-0.15, 2.6))
        for axis in row[:2]:
            axis.set(xlabel="layer (1: next to the input)")
        row[2].set(xlabel=f"{activation}: loss after {EPOCHS} epochs\n(nats), mean ± s.d.")
        for axis in row:
            axis.grid(alpha=0.2)
    lines = [
        plt.Line2D([], [], color=COLOURS[rule], lw=4 if rule == "glorot_normal" else 1.5)
        for rule in RULES[1:]
    ]
    figure.legend(lines, RULES[1:], loc="outside lower center", ncols=5, frameon=False, fontsize=9)
    axes[0, 0].set_title("signal at the start (zeros: 0)", fontsize=10)
    axes[0, 1].set_title("gradient at the start (zeros: 0)", fontsize=10)
    axes[0, 2].set_title("after training", fontsize=10)
    figure.suptitle(
        "Zeros never learn; through 20 ReLU layers only He's rule and LSUV keep signal and gradient"
    )
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "initialisation.png", dpi=90)


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
