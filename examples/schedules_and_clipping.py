"""Learning-rate schedules drawn and tried, and a run that diverges unless its gradients are clipped.

    python examples/schedules_and_clipping.py [folder for figures] [--quick]

Left and middle: the rate of each step, and the test loss on digits after the same steps. The rate 0.5 is too high to
stay; falling rates save such a start, and so does a smaller constant one. Right: the progression of diabetes in its own
unit, with targets up to 346: the first gradients are so long that the run explodes. A ten times smaller rate helps as
well; clipping spares the search for it.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import jax
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes, load_digits

import fallline as fl
from fallline.errors import TrainingWarning
from fallline.optimizers import SGD, schedules

EPOCHS, ROWS, TOP = 12, 1200, 0.5
STEPS = EPOCHS * -(-ROWS // 32)
RATES: dict[str, tuple[Any, str]] = {
    f"constant {TOP}": (TOP, "#7a8ca3"),
    "constant 0.1": (0.1, "#3aa17e"),
    "ExponentialDecay": (schedules.ExponentialDecay(TOP, STEPS // 4, 0.5), "#b58900"),
    "CosineDecay": (schedules.CosineDecay(TOP, STEPS), "#0b5fa5"),
    "OneCycle": (schedules.OneCycle(TOP, STEPS), "#c8452f"),
}
RUNS: dict[str, tuple[dict[str, float], str]] = {
    "rate 0.001": ({"learning_rate": 1e-3}, "#c8452f"),
    "rate 0.001, global_clipnorm=10": ({"learning_rate": 1e-3, "global_clipnorm": 10.0}, "#0b5fa5"),
    "rate 0.0001": ({"learning_rate": 1e-4}, "#7a8ca3"),
}


def digits_loss(rate: Any, seed: int) -> float:
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = x[order] / 16, y[order]
    layers = [fl.Input((64,)), fl.layers.Dense(64, "relu"), fl.layers.Dense(10, "softmax")]
    model = fl.Sequential(layers, seed=seed)
    model.compile(SGD(rate, momentum=0.9), "sparse_categorical_crossentropy")
    model.fit(x[:ROWS], y[:ROWS], epochs=EPOCHS, verbose=0)
    return float(model.evaluate(x[ROWS:], y[ROWS:]))


def diabetes_run(options: dict[str, float], seed: int) -> fl.History:
    x, y = load_diabetes(return_X_y=True)
    hidden = [fl.layers.Dense(32, "relu") for _ in range(2)]
    model = fl.Sequential([fl.Input((10,)), *hidden, fl.layers.Dense(1)], seed=seed)
    model.compile(SGD(momentum=0.9, **options), "mse")
    # What diverges is shown in the end, and need not be said for each run as well.
    with warnings.catch_warnings(action="ignore", category=TrainingWarning):
        # An epoch of one step each, so that the history holds the loss of every step.
        return model.fit(x / x.std(0), y, steps_per_epoch=1, epochs=400, verbose=0)


def main(folder: str = "figures", quick: bool = False) -> dict[str, Any]:
    seeds = range(2 if quick else 5)
    tested = {name: np.array([digits_loss(rate, s) for s in seeds]) for name, (rate, _) in RATES.items()}
    for name, loss in tested.items():
        print(f"{name:32}test loss on digits {loss.mean():.2f} ± {loss.std():.2f}")
    runs = {name: [diabetes_run(options, s) for s in seeds] for name, (options, _) in RUNS.items()}
    for name, histories in runs.items():
        ends = [history.outcome.kind for history in histories]
        last = np.array([h.values["loss"][-20:].mean() for h in histories if h.outcome.kind == "completed"])
        learned = f", last losses {last.mean():.0f} ± {last.std():.0f}" if len(last) else ""
        print(f"{name:32}{ends.count('diverged')} of {len(ends)} diverged{learned}")

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.4, 3.8), layout="constrained")
    steps = np.arange(STEPS)
    for place, (name, (rate, colour)) in enumerate(RATES.items()):
        curve = jax.vmap(rate)(steps) if callable(rate) else np.full(STEPS, rate)
        left.plot(steps, curve, color=colour)
        mean, spread = tested[name].mean(), tested[name].std()
        middle.errorbar(mean, place, xerr=spread, color=colour, marker="o", capsize=3)
        middle.text(mean + spread + 0.03, place, f"{mean:.2f} ± {spread:.2f}", va="center", fontsize=8)
    left.set(xlabel="step (count)", ylabel="learning rate (no unit)", ylim=(0, 1.1 * TOP))
    left.set_title("The rates of five schedules")
    middle.set_yticks(range(len(RATES)), list(RATES))
    middle.set(xlabel="test loss (nats), mean ± s.d.", xlim=(0, 1.3), ylim=(len(RATES) - 0.5, -0.5))
    middle.set_title("From 0.5, falling rates learn\nwhere the constant one does not")
    for name, (_, colour) in RUNS.items():
        for place, history in enumerate(runs[name]):
            loss = history.values["loss"]
            shown = loss[np.isfinite(loss)]
            right.loglog(
                np.arange(1, len(shown) + 1), shown, color=colour, lw=0.7, label=None if place else name
            )
    right.set(xlabel="step (count)", ylabel="loss of the step's batch (squared score)", ylim=(1e2, 1e8))
    right.set_title("Clipped, the exploding run learns")
    right.legend(frameon=False, fontsize=8, loc="lower left")
    for axis in (left, middle, right):
        axis.title.set_fontsize(10)
        axis.grid(alpha=0.2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    figure.savefig(Path(folder) / "schedules_and_clipping.png", dpi=100)
    return {"test loss": tested, "outcomes": {name: [h.outcome.kind for h in runs[name]] for name in runs}}


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
