"""Backpropagation worked by hand: a 2-2-2 network of sigmoids, one step, five digits.

python examples/ground_backpropagation.py [folder for figures] [--quick]
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


def power(number: float) -> str:
    """A number as digit times power of ten, such as 2·10⁻⁶."""
    digit, _, exponent = f"{number:.0e}".partition("e")
    return f"{digit}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(2, "sigmoid"), fl.layers.Dense(2, "sigmoid")])
# Columns are units: w1 and w2 lead to the first hidden unit, w5 and w6 to the first output.
model.set_weights([[[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35], [[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60]])
model.compile(fl.optimizers.SGD(0.5), "half_squared_error")

before = model.get_weights()
print("hidden", model.layers[0](x)[0], " output", model.predict(x)[0])
print(f"E = {model.train_on_batch(x, y):.8f} before the step, {model.evaluate(x, y):.8f} after it")
after = model.get_weights()
for name, layer in (("w1..w4", 0), ("w5..w8", 2)):
    old, new = before[layer].T.ravel(), after[layer].T.ravel()
    print(f"{name}  {old} -> {np.round(new, 7)}")
print("biases ", before[1], before[3], "->", after[1].round(5), after[3].round(5))
print("Many a printed version keeps the biases; with them kept,", end=" ")
kept = fl.models.clone_model(model)
kept.compile("sgd", "half_squared_error")
kept.set_weights([after[0], before[1], after[2], before[3]])
print(f"E = {kept.evaluate(x, y):.8f} after the step.")

errors = model.fit(x, y, epochs=10_000, verbose=0).history["loss"]
print(f"after 10,000 further steps: output {model.predict(x)[0]}, E = {model.evaluate(x, y):.3g}")

figure, axis = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
axis.loglog(np.arange(1, len(errors) + 1), errors, color="#0b5fa5")
axis.set(
    title=f"10,000 steps bring the error from {errors[0]:.2f} to {power(errors[-1])}",
    xlabel="step after the first (count)",
    ylabel="half squared error E (no unit)",
)
axis.grid(alpha=0.3)
figure.savefig(folder / "backpropagation.png", dpi=100)
