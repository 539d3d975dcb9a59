"""The perceptron on Fisher's irises: where it converges, how soon, and how it proves that it cannot.

python examples/ground_perceptron.py [folder for figures] [--quick]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial import ConvexHull
from sklearn.datasets import load_iris

import fallline as fl

folder = Path(
    next((word for word in sys.argv[1:] if word != "--quick"), "figures")
)  # --quick: quick as it is
folder.mkdir(parents=True, exist_ok=True)

lengths, species = load_iris(return_X_y=True)
lengths = lengths[:, [0, 2]]  # sepal and petal length in cm
EDGES = np.array([4.0, 8.2])
NAMES = ["setosa", "versicolor", "virginica"]


figure, axes = plt.subplots(1, 2, figsize=(9.0, 4.2), layout="constrained")
for axis, (first, second) in zip(axes, [(0, 1), (1, 2)], strict=True):
    rows = np.isin(species, (first, second))
    x, y = lengths[rows], species[rows]
    perceptron = fl.models.Perceptron()
    history = perceptron.fit(x, y, epochs=200)
    found = perceptron.learning
    print(f"{NAMES[first]} or {NAMES[second]}: {history.outcome.message}")

    for label, marker, colour in ((first, "o", "#7a8ca3"), (second, "^", "#0b5fa5")):
        axis.scatter(*x[y == label].T, marker=marker, color=colour, label=NAMES[label])
    if found.converged:
        (sepal_weight, petal_weight), bias = (array.ravel() for array in perceptron.model.get_weights())
        border = -(sepal_weight * EDGES + bias) / petal_weight
        axis.plot(EDGES, border, color="#c8452f", label="where the unit's sum is 0")
        axis.set_title(
            f"Parted after {found.updates} updates in {found.epochs} epochs\n(Novikoff's bound: {found.bound:.0f})",
            fontsize=10,
        )
    else:
        common = found.separability.common_point
        for label, colour in ((first, "#7a8ca3"), (second, "#0b5fa5")):
            hull = x[y == label][ConvexHull(x[y == label]).vertices]
            axis.fill(*hull.T, color=colour, alpha=0.15, linewidth=0)
        axis.scatter(*common, marker="*", s=220, color="#c8452f", zorder=3, label="point in both hulls")
        axis.set_title(
            f"No line parts these: the star is a mean of either kind\n(not converged after {found.updates} updates)",
            fontsize=10,
        )
    axis.set(xlabel="sepal length (cm)", ylabel="petal length (cm)", xlim=EDGES, ylim=(0.5, 7.2))
    axis.legend(loc="lower right", fontsize=8)
figure.savefig(folder / "perceptron.png", dpi=100)

logistic = fl.models.Perceptron("logistic", learning_rate=0.1)
rows = species > 0
history = logistic.fit(lengths[rows], species[rows], epochs=500, shuffle=True)
right = ((logistic.predict(lengths[rows])[:, 0] > 0.5) == (species[rows] == 2)).mean()
print(f"logistic unit on versicolor or virginica: {right:.0%} of the flowers right, with probabilities")
