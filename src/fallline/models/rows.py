"""Rows as a network takes them: inputs of its shapes, and targets in the form of its losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fallline.data.batch import Batch
from fallline.errors import DataError, ShapeError
from fallline.losses import Loss
from fallline.models.network import Network
from fallline.models.network_objective import Head


def check_inputs(name: str, network: Network, x: Any, where: str) -> None:
    """Refuses inputs whose rows are not those that the network takes.

    Raises:
        ShapeError: says what came, what was expected, and the remedy.
    """
    arrays = x if isinstance(x, tuple) else (x,)
    for array, spec in zip(arrays, network.inputs, strict=True):
        if array.shape[1:] == spec.shape:
            continue
        hint = ""
        if array.shape == spec.shape:
            hint = " For a single row, pass x[None]."
        which, what = (f', input "{spec.name}",', "it") if len(arrays) > 1 else ("", "x")
        raise ShapeError(
            f'{where}model "{name}"{which} takes rows of shape {spec.shape}; {what} has shape {array.shape}, '
            f"that is rows of shape {array.shape[1:]}.{hint}"
        )


def single_features(rows: Batch, network: Network) -> Batch:
    """Inputs with (n,) as (n, 1) where a row holds one number, as Keras takes them."""
    several = isinstance(rows.x, tuple)
    arrays = rows.x if several else (rows.x,)
    if all(array.ndim > 1 for array in arrays):
        return rows
    taken = tuple(
        array[:, None] if array.ndim == 1 and spec.shape == (1,) else array
        for array, spec in zip(arrays, network.inputs, strict=True)
    )
    return Batch(taken if several else taken[0], rows.y, rows.weight)


def prepared(name: str, network: Network, losses: Sequence[Loss | None], rows: Batch, where: str) -> Batch:
    """Rows checked against a network and its losses, with targets in the form the losses take.

    Args:
        name: The model's name, for messages.
        network: The network.
        losses: The loss of each output.
        rows: Inputs and targets.
        where: Begins each message.

    Raises:
        DataError, ShapeError: the rows do not fit.
    """
    check_inputs(name, network, rows.x, where)
    if rows.y is None:
        raise DataError(f"{where}y is missing: give inputs and targets, x and y.")
    several = isinstance(rows.y, tuple)
    taken: list[Any] = []
    outputs = zip(network.output_names, losses, network.output_shapes, strict=True)
    for y, (output, loss, shape) in zip(rows.y if several else (rows.y,), outputs, strict=True):
        if loss is None:
            taken.append(None)
            continue
        if y is None:
            raise DataError(
                f'{where}y lacks the targets of output "{output}", which has a loss. Give them, or compile with '
                f'the loss None for "{output}".'
            )
        try:
            loss.check_targets(y, shape)
        except DataError as error:
            raise DataError(f"{where}{error}") from None
        taken.append(loss.prepare_targets(y, shape))
    return Batch(rows.x, tuple(taken) if several else taken[0], rows.weight)


def check_metrics(heads: Sequence[Head], rows: Batch, shapes: Sequence[tuple[int, ...]], where: str) -> None:
    """Refuses targets that a metric cannot use.

    Args:
        heads: The outputs with their metrics.
        rows: Rows as `prepared` gives them.
        shapes: The shape of one row of each output.
        where: Begins each message.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    for head, y, shape in zip(heads, rows.y if isinstance(rows.y, tuple) else (rows.y,), shapes, strict=True):
        for metric in (*head.metrics, *head.weighted_metrics):
            try:
                metric.check_targets(y, shape)
            except DataError as error:
                raise DataError(f"{where}{error}") from None
