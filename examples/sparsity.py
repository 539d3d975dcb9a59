"""Sparsity: the proximal lasso sets weights to exactly 0 and finds the real features; its gradient alone does not.

    python examples/sparsity.py [folder for figures] [--quick]

The diabetes table has 10 real measurements; 20 columns of noise are added. Factors are numbers of the run, so that a
whole path of penalties is one program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

import fallline as fl

NOISE, UNITS, STEPS = 20, 16, 2000
FACTORS = np.array([0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2])
L1, GroupL1 = fl.regularizers.L1, fl.regularizers.GroupL1
KINDS = {
    "L1(f)": (L1, "#7a8ca3"),
    "L1(f, proximal=True)": (lambda factor: L1(factor, proximal=True), "#0b5fa5"),
    "GroupL1(f, proximal=True)": (lambda factor: GroupL1(factor, proximal=True), "#c8452f"),
}


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    real, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    factors = FACTORS[3::4] if quick else FACTORS
    found: dict[str, Any] = {}
    for kind, (penalty, _) in KINDS.items():
        for factor in factors:
            runs = []
            for seed in range(2 if quick else 5):
                rng = np.random.default_rng(seed)
                order = rng.permutation(len(y))
                x = np.hstack([real / real.std(0), rng.normal(size=(len(y), NOISE))])[order]
                hidden = fl.layers.Dense(UNITS, "tanh", kernel_regularizer=penalty(float(factor)))
                model = fl.Sequential(
                    [
                        fl.Input((x.shape[1],)),
                        hidden,
                        fl.layers.Dense(1, kernel_regularizer=fl.regularizers.L2(0.05)),
                    ],
                    seed=seed,
                )
                model.compile(fl.optimizers.SGD(0.1), "mse")
                model.fit(x[:300], y[order][:300], batch_size=300, epochs=STEPS, verbose=0)
                kernel = np.asarray(hidden.kernel)
                used = (kernel != 0).any(axis=1)
                error = np.mean((model.predict(x[300:])[:, 0] - y[order][300:]) ** 2)
                runs.append(((kernel != 0).sum(), used[:10].sum(), used[10:].sum(), error))
            found.setdefault(kind, []).append(runs)
    found = {kind: np.array(runs, float) for kind, runs in found.items()}
    print(f"{'':28}{'factor':>7}{'weights not 0':>16}{'real of 10':>13}{'noise of 20':>14}{'test mse':>15}")
    for kind, path in found.items():
        for factor, runs in zip(factors, path, strict=True):
            n = [
                f"{m:.{d}f} ± {s:.{d}f}"
                for m, s, d in zip(runs.mean(0), runs.std(0), (0, 1, 1, 2), strict=True)
            ]
            print(f"{kind:28}{factor:7.3f}{n[0]:>16}{n[1]:>13}{n[2]:>14}{n[3]:>15}")
    draw(found, factors, Path(folder))
    return {"factors": factors, "paths": found}


def draw(found: dict[str, Any], factors: np.ndarray, folder: Path) -> None:
    figure, (left, right, error) = plt.subplots(1, 3, figsize=(10.8, 4.0), layout="constrained")
    for (kind, path), (_, colour) in zip(found.items(), KINDS.values(), strict=True):
        mean, spread = path.mean(1), path.std(1)
        left.errorbar(
            factors, mean[:, 0], spread[:, 0], color=colour, marker="o", ms=4, capsize=3, label=kind
        )
        error.errorbar(factors, mean[:, 3], spread[:, 3], color=colour, marker="o", ms=4, capsize=3)
        right.errorbar(factors, 10 * mean[:, 1], 10 * spread[:, 1], color=colour, marker="o", ms=4, capsize=3)
        right.errorbar(
            factors, 5 * mean[:, 2], 5 * spread[:, 2], color=colour, marker="x", ls="--", capsize=3
        )
    right.plot([], [], "k-o", ms=4, label="of the 10 measurements")
    right.plot([], [], "k--x", label=f"of the {NOISE} columns of noise")
    left.set(ylabel="weights that are not exactly 0 (of 480)", ylim=(0, 510))
    error.set(ylabel="test error (squared s.d. of the target)", ylim=(0, None))
    right.set(ylabel="features in use (%)", ylim=(0, 106))
    for axis in (left, right, error):
        axis.set(xscale="log", xlabel="factor of the penalty (no unit)")
        axis.grid(alpha=0.2)
    right.legend(frameon=False, fontsize=8, loc="lower left")
    figure.legend(
        *left.get_legend_handles_labels(),
        title="penalty (mean ± s.d. of the seeds)",
        title_fontsize=9,
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=9,
    )
    figure.suptitle(
        "Proximal steps set weights to exactly 0 and, from factor 0.02 on, drop noise before real features at the same error",
        fontsize=11,
    )
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "sparsity.png", dpi=100)


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
