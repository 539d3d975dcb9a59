"""Callbacks as a user lists them, and what a run makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from fallline.callbacks import Callback, __all__ as callbacks_of_the_package
from fallline.data.batch import Batch
from fallline.data.sampling import HardExamples, Sampling
from fallline.engine import Plan, Probe, Rule, RunFacts
from fallline.errors import UsageError, suggestion

_NAMES = sorted(name for name in callbacks_of_the_package if name[0].isupper())


def split_callbacks(callbacks: Any) -> tuple[tuple[Rule, ...], tuple[Callback, ...], tuple[Probe, ...]]:
    """Callbacks as a user lists them: rules and probes act inside the run, the others look from outside.

    Raises:
        UsageError: something in the list is none of these, or a callback has a hook that is never called.
    """
    several = isinstance(callbacks, Sequence) and not isinstance(callbacks, str)
    given = [] if callbacks is None else list(callbacks) if several else [callbacks]
    kinds = (Rule, Callback, Probe)
    for item in given:
        if isinstance(item, type) and issubclass(item, kinds):
            raise UsageError(
                f"callbacks: got the class {item.__name__}; write {item.__name__}() to make one."
            )
        if not isinstance(item, kinds):
            came = f"{type(item).__name__}. "
            if isinstance(item, str):
                came = f'"{item:.40}". {suggestion(item, _NAMES)} Write EarlyStopping(), not its name. '
            raise UsageError(
                f"callbacks: expected callbacks such as EarlyStopping(), got {came}"
                "A callback of your own derives from fallline.callbacks.Callback."
            )
        if isinstance(item, Callback):
            item.require_known_hooks()
    return (
        tuple(item for item in given if isinstance(item, Rule)),
        tuple(item for item in given if isinstance(item, Callback)),
        tuple(item for item in given if isinstance(item, Probe)),
    )


def bound_plan(
    plan: Plan, rules: Sequence[Rule], directions: Mapping[str, str | None] | None, train: Batch
) -> Plan:
    """The plan with its rules and what chooses its rows, each knowing the run that it will act in.

    Args:
        plan: The plan, with its optimizer.
        rules: Rules as the user gave them.
        directions: Recorded name without `val_` -> "min", "max", or None where it is not known. None: only of the
            loss it is known that less is better; what else is recorded may be anything.
        train: The training set.

    Raises:
        DataError: what chooses the rows does not fit these data.
        UsageError: a rule cannot act in such a run, or `sampling` is nothing that chooses rows.
    """
    assert plan.optimizer is not None
    if directions is None:
        watched = [rule.watches.removeprefix("val_") for rule in rules if rule.watches is not None]
        directions = dict.fromkeys(watched) | {"loss": "min"}
    facts = RunFacts(
        directions=directions,
        optimizer=plan.optimizer,
        epochs=plan.epochs,
        initial_epoch=plan.initial_epoch,
        steps_per_epoch=plan.steps_per_epoch or -(-train.rows // plan.batch_size),
    )
    sampling = plan.sampling
    if not isinstance(sampling, Sampling | HardExamples | None):
        kinds = ["ClassBalanced", "HardExamples", "Curriculum", "WeightedRows"]
        near = f" {suggestion(sampling, kinds)}" if isinstance(sampling, str) else ""
        raise UsageError(
            f"fit: sampling must be fl.data.ClassBalanced(), HardExamples(), Curriculum(...) or WeightedRows(...), "
            f"got {sampling!r:.60}.{near}"
        )
    if isinstance(sampling, Sampling):
        sampling = sampling.bound(train.rows, train.y)
    return dataclasses.replace(plan, rules=tuple(rule.bound(facts) for rule in rules), sampling=sampling)
