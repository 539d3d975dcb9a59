"""XOR: one linear layer answers a half to everything, no threshold unit does it, two layers do.

python examples/ground_xor.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fallline as fl
from fallline.data import separable

folder = Path(
    next((word for word in sys.argv[1:] if word != "--quick"), "figures")
)  # --quick: quick as it is
folder.mkdir(parents=True, exist_ok=True)

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
y = np.array([0, 1, 1, 0], np.float32)

linear = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)], seed=0)
linear.compile(fl.optimizers.SGD(0.3), "mse")
linear.fit(x, y, batch_size=4, epochs=500, verbose=0)
kernel, bias = linear.get_weights()
print(f"least squares: w = ({kernel[0, 0]:.4f}, {kernel[1, 0]:.4f}), b = {bias[0]:.4f},", end=" ")
print("outputs", linear.predict(x)[:, 0].round(4))
print("a point in the hulls of both classes:", separable(x, y).common_point)

by_hand = fl.Sequential(
    [
        fl.Input((2,)),
        fl.layers.ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5]),
        fl.layers.ThresholdUnit(1, kernel_initializer=[[-1], [1]], bias_initializer=[-0.5]),
    ]
)
print("two layers of threshold units:", by_hand.predict(x)[:, 0])

solved, trained = 0, None
for seed in range(10):
    model = fl.Sequential(
        [fl.Input((2,)), fl.layers.Dense(2, "tanh"), fl.layers.Dense(1, "sigmoid")], seed=seed
    )
    model.compile(fl.optimizers.Adam(0.1), "binary_crossentropy")
    model.fit(x, y, batch_size=4, epochs=300, verbose=0)
    if np.array_equal(model.predict(x)[:, 0] > 0.5, y > 0.5):
        solved, trained = solved + 1, trained or model
print(f"training two tanh units solves it from {solved} of 10 random starts")

side = np.linspace(-0.5, 1.5, 200)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 3, figsize=(9.0, 3.5), layout="constrained", sharey=True)
panels = [
    (linear, "One linear layer:\na half everywhere"),
    (by_hand, "Two layers of threshold units,\nset by hand: exact"),
    (trained, f"Two tanh units, trained:\nfound by descent ({solved} of 10 starts)"),
]
for axis, (model, title) in zip(axes, panels, strict=True):
    answers = model.predict(grid).reshape(200, 200)
    image = axis.imshow(
        answers, extent=(-0.5, 1.5, -0.5, 1.5), origin="lower", cmap="coolwarm", vmin=0, vmax=1
    )
    for target, marker in ((0, "o"), (1, "^")):
        axis.scatter(
            *x[y == target].T, marker=marker, s=90, color="white", edgecolor="black", label=f"target {target}"
        )
    axis.set_title(title, fontsize=10)
    axis.set(xlabel="first input (0 or 1)", xticks=[0, 1], yticks=[0, 1])
axes[0].set_ylabel("second input (0 or 1)")
axes[0].legend(loc="center", fontsize=8)
figure.colorbar(image, ax=axes, label="output (0 to 1)", shrink=0.85)
figure.savefig(folder / "xor.png", dpi=100)
