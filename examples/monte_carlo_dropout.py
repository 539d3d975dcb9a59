"""Monte-Carlo dropout: `model.sample` predicts with dropout at work; how much the samples differ tells what to trust.

    python examples/monte_carlo_dropout.py [folder for figures] [--quick]

A regression of the progression of diabetes on the body mass index, asked about people the data do not hold; and digits,
upright and turned. Digits turned by 90 degrees are all taken for a 4, with differences about as small as of upright ones:
dropout measures what the network's parts disagree about, not how far an input is from the data.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes, load_digits

import fallline as fl

BMI = np.linspace(5, 65, 121)
ANGLES = {
    0: "#0b5fa5",
    15: "#3aa17e",
    30: "#c8452f",
    60: "",
    90: "#222222",
}  # degrees; those with a colour are drawn
SHARES = np.linspace(0.2, 1, 17)
ROWS, SAMPLES = 300, 100


def network(shape: tuple[int, ...], rate: float, last: Any, seed: int) -> fl.Sequential:
    hidden = [part for _ in range(2) for part in (fl.layers.Dense(128, "relu"), fl.layers.Dropout(rate))]
    return fl.Sequential([fl.Input(shape), fl.layers.Flatten(), *hidden, last], seed=seed)


def regression(bmi: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the samples at each body mass index of the grid."""
    model = network((1,), 0.1, fl.layers.Dense(1), seed)
    model.compile("adam", "mse")
    model.fit((bmi[:, None] - 26) / 4.4, y / 100, epochs=60, verbose=0)
    samples = 100 * model.sample((BMI[:, None] - 26) / 4.4, SAMPLES)[:, :, 0]
    return samples.mean(0), samples.std(0)


def digits(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each angle and test digit: how much the samples differ about their answer, whether it is right, or a 4."""
    images, y = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8) / 16).astype(np.float32)
    test, train = np.split(np.random.default_rng(seed).permutation(len(y)), [ROWS])
    turns = [fl.layers.RandomRotation((a / 360, a / 360), fill_mode="constant") for a in ANGLES]
    turned = np.concatenate([turn(images[test], training=True) for turn in turns])
    model = network((8, 8), 0.5, fl.layers.Dense(10, "softmax"), seed)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images[train], y[train], epochs=50, verbose=0)
    samples = model.sample(turned, SAMPLES)
    answer = samples.mean(0).argmax(1)
    deviation = samples[:, np.arange(len(answer)), answer].std(0)
    right = 100 * (answer == np.tile(y[test], len(ANGLES)))
    return tuple(part.reshape(len(ANGLES), ROWS) for part in (deviation, right, 100 * (answer == 4)))


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    table, y = load_diabetes(return_X_y=True, scaled=False)
    bmi, seeds = table[:, 2], range(2 if quick else 5)
    curves = [regression(bmi, y, seed) for seed in seeds]
    inside = (bmi.min() <= BMI) & (bmi.max() >= BMI)
    spread = np.array([[deviation[inside].mean(), deviation[-1]] for _, deviation in curves])
    print(f"standard deviation within the data {spread[:, 0].mean():.0f} ± {spread[:, 0].std():.0f}, "
          f"at {BMI[-1]:.0f} kg/m² {spread[:, 1].mean():.0f} ± {spread[:, 1].std():.0f}")  # fmt: skip
    deviation, right, four = (
        np.array(parts) for parts in zip(*(digits(seed) for seed in seeds), strict=True)
    )
    ranked = np.take_along_axis(right, deviation.argsort(-1), -1)
    kept = np.stack([ranked[..., : round(share * ROWS)].mean(-1) for share in SHARES], -1)
    print(
        "digits turned by   standard deviation   right (%)      of the surest fifth (%)   taken for a 4 (%)"
    )
    for place, angle in enumerate(ANGLES):
        columns = (
            deviation[:, place].mean(-1),
            kept[:, place, -1],
            kept[:, place, 0],
            four[:, place].mean(-1),
        )
        cells = [f"{v.mean():.{n}f} ± {v.std():.{n}f}" for v, n in zip(columns, (3, 1, 1, 0), strict=True)]
        print(f"{angle:13}°     {cells[0]:21}{cells[1]:15}{cells[2]:26}{cells[3]}")
    draw(bmi, y, curves[0], kept, spread, Path(folder))
    return {"spread": spread, "deviation": deviation.mean(-1), "kept": kept, "four": four.mean(-1)}


def draw(bmi: Any, y: Any, curve: tuple[Any, Any], kept: Any, spread: Any, folder: Path) -> None:
    figure, (left, side) = plt.subplots(1, 2, figsize=(9.0, 4.0), layout="constrained")
    mean, deviation = curve
    left.scatter(bmi, y, s=6, color="#7a8ca3", alpha=0.5, edgecolors="none", label="patients")
    left.plot(BMI, mean, color="#0b5fa5", label=f"mean of {SAMPLES} samples")
    left.fill_between(
        BMI, mean - 2 * deviation, mean + 2 * deviation, color="#0b5fa5", alpha=0.2, lw=0, label="± 2 s.d."
    )
    left.set(xlabel="body mass index (kg/m²)", ylabel="progression of diabetes after a year (score)")
    left.legend(frameon=False, fontsize=8, loc="upper left")
    for place, (angle, colour) in enumerate(ANGLES.items()):
        if colour:
            rows, label = kept[:, place], f"turned by {angle}°" if angle else "upright"
            side.errorbar(
                100 * SHARES,
                rows.mean(0),
                rows.std(0),
                color=colour,
                marker="o",
                ms=4,
                capsize=3,
                label=label,
            )
    side.set(
        xlabel="share of the digits, surest first (%)",
        ylabel="right of that share (%), mean ± s.d.",
        ylim=(0, 103),
    )
    side.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 0.14), ncols=2)
    side.grid(alpha=0.2)
    times = spread[:, 1].mean() / spread[:, 0].mean()
    finding = f"At {BMI[-1]:.0f} kg/m² the samples differ {times:.0f} times as much as within the data"
    figure.suptitle(
        f"{finding};\nup to 30° the surest are right more often, at 90° they are wrong all the same",
        fontsize=11,
    )
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "monte_carlo_dropout.png", dpi=100)


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
