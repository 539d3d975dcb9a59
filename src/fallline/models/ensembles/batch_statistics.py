"""The moving averages of batch normalisation, taken again from data."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._random import named_key, root_key
from fallline._schedule import at_step
from fallline._tree import canonical, replace
from fallline.compilation.program import Program
from fallline.engine import Variables
from fallline.engine.scoring import ROWS_AT_ONCE
from fallline.errors import UsageError
from fallline.layers import BatchNormalization
from fallline.models.model import Model
from fallline.models.network import Network
from fallline.models.rows import check_inputs
from fallline.training.rows import require_counts


def update_batch_statistics(model: Model, x: Any, batch_size: int | None = None) -> None:
    """Sets mean and variance of each `BatchNormalization` to those of the rows given, for the weights that the model has.

    Weights that are a mean of others (`StochasticWeightAveraging`, a soup) have seen no rows; the averages that were
    gathered on the way belong to other weights. Each statistic becomes its mean over the batches, weighted by their rows:

        m <- m n / (n + b) + m_batch b / (n + b),  n rows before, b in the batch

    Everything else is as in training (dropout is at work), and stays as it is.

    Args:
        model: The model.
        x: Training inputs.
        batch_size: Rows per batch; None: as many as fit well. The larger, the more the variances tell of all rows.

    Raises:
        UsageError: the model has no such layer.
        DataError, ShapeError: the inputs do not fit.

    Source: Izmailov et al., Averaging weights leads to wider optima and better generalization (2018), section 3.2.
    """
    require_counts(batch_size=batch_size)
    network = model._refrozen()
    names = [str(layer.name) for layer in network.layers if isinstance(layer, BatchNormalization)]
    if not names:
        raise UsageError(
            f'update_batch_statistics: model "{model.name}" has no BatchNormalization, so that there is nothing to take again. '
            "Leave the call out."
        )
    rows = model._checked_rows(x)
    check_inputs(model.name, network, rows.x, "")
    network = canonical(at_step(network, 0))
    variables = network.arranged(model._layer_arrays())
    size = min(batch_size or ROWS_AT_ONCE, rows.rows)
    program = Program(_passed, "update batch statistics")
    for number, first in enumerate(range(0, rows.rows, size)):
        batch = jax.tree.map(np.asarray, rows.cut(first, min(first + size, rows.rows)).x)
        kept = np.float32(first / min(first + size, rows.rows))
        variables = program(network, variables, kept, batch, np.int32(number))
    model._hold_arrays(network.arrays(variables))


def _passed(network: Network, variables: Variables, kept: Any, x: Any, number: Any) -> Variables:
    """The variables after a batch, of whose statistics `1 - kept` is taken over."""
    normalises = [isinstance(layer, BatchNormalization) for layer in network.layers]
    layers = tuple(
        replace(layer, momentum=jnp.asarray(kept)) if chosen else layer
        for layer, chosen in zip(network.layers, normalises, strict=True)
    )
    key = jax.random.fold_in(named_key(root_key(0), "batch statistics"), number)
    _, state, _ = replace(network, layers=layers).apply(variables, x, key=key, training=True)
    moved = {str(layer.name) for layer, chosen in zip(network.layers, normalises, strict=True) if chosen}
    return Variables(
        variables.params,
        {name: state[name] if name in moved else own for name, own in variables.state.items()},
    )
