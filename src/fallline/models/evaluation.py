"""What evaluate and predict do with a model's network once their arguments are known."""

from __future__ import annotations

from typing import Any

from fallline.data.batch import Batch
from fallline.engine import Variables, predict, sample, score
from fallline.errors import UsageError
from fallline.models.network_objective import NetworkObjective
from fallline.training.rows import BATCH_SIZE, require_counts


def check_arguments(verb: str, batch_size: Any, steps: Any, callbacks: Any) -> None:
    """Refuses what `evaluate` and `predict` cannot do.

    Raises:
        UsageError: a count is not a whole number of at least 1, or there are callbacks.
    """
    require_counts(batch_size=batch_size, steps=steps)
    if callbacks:
        raise UsageError(
            f"{verb}: callbacks are not called here, as {verb} is a single compiled program. Leave them out."
        )


def scores(
    objective: NetworkObjective, variables: Variables, rows: Batch, batch_size: int | None, steps: int | None
) -> dict[str, Any]:
    """The loss, then the metrics in the order they were given: numbers, or arrays of several values.

    Args:
        objective: Network, loss and metrics.
        variables: The weights.
        rows: Checked rows.
        batch_size: Batch at once, or None.
        steps: Batches to use, or None for all.
    """
    size = rows_at_once(objective, batch_size, BATCH_SIZE)
    rows = first(rows, batch_size, steps)
    values = score(objective.about(rows), variables, rows, size)
    # A compiled program returns its dictionary sorted by name; Keras puts the losses first.
    return {name: values[name] for name in objective.names}


def outputs(
    objective: NetworkObjective,
    variables: Variables,
    x: Any,
    batch_size: int | None,
    steps: int | None,
) -> Any:
    """The outputs for checked inputs, a tuple where there are several; arguments as of `scores`."""
    rows = first(Batch(x), batch_size, steps)
    return predict(objective, variables, rows.x, batch_size)


def samples(
    objective: NetworkObjective, variables: Variables, x: Any, batch_size: int | None, samples: int, seed: int
) -> Any:
    """Outputs (samples, rows, ...) with the random layers at work."""
    return sample(objective, variables, x, samples, seed, batch_size)


def rows_at_once(objective: NetworkObjective, given: int | None, otherwise: int) -> int | None:
    """Batch per batch of an evaluation; None leaves it to the engine."""
    sizes = [head.loss.rows_at_once(given, otherwise) for head in objective.heads if head.loss is not None]
    # A loss that is no mean over rows depends on the batches: the engine must not choose their size.
    return min((size for size in sizes if size is not None), default=None)


def first(rows: Batch, batch_size: int | None, steps: int | None) -> Batch:
    """The rows of the first `steps` batches; all for None."""
    return rows if steps is None else rows.cut(0, steps * (batch_size or BATCH_SIZE))
