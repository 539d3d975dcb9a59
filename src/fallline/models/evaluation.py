"""What evaluate and predict do with a model's network once their arguments are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fallline.data.batch import Batch
from fallline.engine.scoring import as_result
from fallline.errors import UsageError
from fallline.models.network_objective import NetworkObjective
from fallline.training.fitting import verbosity
from fallline.training.rows import BATCH_SIZE, require_counts


def check_arguments(verb: str, batch_size: Any, steps: Any, callbacks: Any, verbose: Any) -> None:
    """Refuses what `evaluate` and `predict` cannot do.

    Raises:
        UsageError: a count is not a whole number of at least 1, or there are callbacks, or `verbose` is none that Keras has.
    """
    verbosity(verbose, verb)
    require_counts(batch_size=batch_size, steps=steps)
    if callbacks:
        raise UsageError(
            f"{verb}: callbacks are not called here, as {verb} is a single compiled program. Leave them out."
        )


def listed(names: Sequence[str], results: Mapping[str, Any], as_dict: bool) -> Any:
    """Results as Keras gives them, the losses first, then the metrics as they were given: a list, or the one number."""
    named = {name: as_result(results[name]) for name in names}
    if as_dict:
        return named
    return list(named.values()) if len(named) > 1 else named["loss"]


def rows_at_once(objective: NetworkObjective, given: int | None, otherwise: int) -> int | None:
    """Batch per batch of an evaluation; None leaves it to the engine."""
    sizes = [head.loss.rows_at_once(given, otherwise) for head in objective.heads if head.loss is not None]
    # A loss that is no mean over rows depends on the batches: the engine must not choose their size.
    return min((size for size in sizes if size is not None), default=None)


def first(rows: Batch, batch_size: int | None, steps: int | None) -> Batch:
    """The rows of the first `steps` batches; all for None."""
    return rows if steps is None else rows.cut(0, steps * (batch_size or BATCH_SIZE))
