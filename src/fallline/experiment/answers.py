"""What a network says about rows: probabilities of the classes, or values in the target's own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Shaped

from fallline.calibration import TemperatureScaling
from fallline.data.target import TargetEncoder

if TYPE_CHECKING:
    from fallline.models import Model

SIGNIFICANT_DIGITS = 7
"""What float32 holds; more would be noise."""


def answers(
    model: Model, target: TargetEncoder, x: Shaped[np.ndarray, "rows ..."]
) -> Float[np.ndarray, "rows ..."]:
    """Probabilities (rows, classes) that sum to 1, or for regression values (rows,) in the target's own unit.

    Args:
        model: A network that `experiment.network.build` made.
        target: The target it was trained on.
        x: Inputs as the preprocessing gives them.
    """
    return answers_of(target, np.asarray(model.predict(x, verbose=0)))


def answers_of(
    target: TargetEncoder, outputs: Shaped[np.ndarray, "rows units"]
) -> Float[np.ndarray, "rows ..."]:
    """The same of what the network gave for the rows; probabilities at the temperature of the target."""
    outputs = np.asarray(outputs, np.float64)
    if target.task == "regression":
        return np.asarray(target.decode(outputs[:, 0]))
    if target.task == "binary":
        shares = np.stack([1.0 - outputs[:, 0], outputs[:, 0]], axis=1)
    else:
        # float32 sums to 1 within 1e-6 only; a log loss at double precision sees that.
        shares = outputs / outputs.sum(axis=1, keepdims=True)
    # A network that diverged may say what is no probability.
    if target.temperature == 1 or not np.isfinite(shares).all():
        return shares
    return np.asarray(TemperatureScaling(target.temperature)(shares))


def answer_table(target: TargetEncoder, said: Float[np.ndarray, "rows ..."]) -> pl.DataFrame:
    """Answers as people read them: `prediction` in the data's own words, for classes `probability_<class>` too.

    Args:
        target: The target that the network was trained on.
        said: As `answers` gives them.
    """
    if target.task == "regression":
        return pl.DataFrame({"prediction": said}).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    decided = target.decode(target.decide(said)).tolist()
    shares = {f"probability_{label}": said[:, code] for code, label in enumerate(target.class_names)}
    rounded = pl.DataFrame(shares).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    return rounded.insert_column(0, pl.Series("prediction", decided))
