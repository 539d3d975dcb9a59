"""What a network says about rows: probabilities of the classes, or values in the target's own unit."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Shaped

from fallline.data.target import TargetEncoder
from fallline.models import Model


def answers(
    model: Model, target: TargetEncoder, x: Shaped[np.ndarray, "rows ..."]
) -> Float[np.ndarray, "rows ..."]:
    """Probabilities (rows, classes) that sum to 1, or for regression values (rows,) in the target's own unit.

    Args:
        model: A network that `experiment.network.build` made.
        target: The target it was trained on.
        x: Inputs as the preprocessing gives them.
    """
    outputs = np.asarray(model.predict(x, verbose=0), np.float64)
    if target.task == "regression":
        return np.asarray(target.decode(outputs[:, 0]))
    if target.task == "binary":
        return np.stack([1.0 - outputs[:, 0], outputs[:, 0]], axis=1)
    # float32 sums to 1 within 1e-6 only; a log loss at double precision sees that.
    shares: Float[np.ndarray, "rows classes"] = outputs / outputs.sum(axis=1, keepdims=True)
    return shares
