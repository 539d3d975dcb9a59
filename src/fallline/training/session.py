"""One step at a time."""

from __future__ import annotations

from typing import Any

from fallline.engine import Batch, Data, Objective, Plan, RunResult, Variables, run
from fallline.optimizers import Optimizer


def one_step(
    objective: Objective,
    optimizer: Optimizer,
    rows: Batch,
    variables: Variables,
    state: Any,
    *,
    seed: int,
    number: int,
) -> RunResult:
    """A run of one step on all rows at once."""
    objective = objective.about(rows)
    plan = Plan(
        optimizer=optimizer,
        epochs=number + 1,
        initial_epoch=number,
        batch_size=rows.rows,
        shuffle=False,
        seed=seed,
    )
    return run(objective, Data(rows), plan, variables=variables, optimizer=state, finish=False)
