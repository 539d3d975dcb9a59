"""From rows, a plan and callbacks to a run of the engine, and back to a history."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline import config
from fallline.callbacks import Callback, CallbackList, TrainingProgress
from fallline.callbacks.announcements import Announcements
from fallline.engine import (
    Boundary,
    Data,
    Objective,
    Outcome,
    Plan,
    RunResult,
    Variables,
    compilation_report,
    endings,
    run,
    used_by,
)
from fallline.engine.between import Between
from fallline.errors import UsageError
from fallline.history import History
from fallline.history.validated import is_validated
from fallline.training.ended import warn_of_ending
from fallline.training.listed import bound_plan, split_callbacks


def fit(
    objective: Objective,
    data: Data,
    plan: Plan,
    callbacks: Any,
    *,
    model: Any,
    keep: Callable[[RunResult], None],
    show: Callable[[Variables, Any], None],
    verbose: Any = "auto",
    seed: int | None = None,
    start: tuple[Variables | None, Any] = (None, None),
    directions: Mapping[str, str | None] | None = None,
    between: Between | None = None,
) -> History:
    """Trains an objective with callbacks looking on: the one door to a run.

    Whatever ends the run (its last epoch, a rule, Ctrl-C, an error in a callback), `keep` receives what was trained
    before anything is raised. Where the run itself fails (memory is gone, say), what was last shown stays, and
    `model.history` tells how far it came.

    Args:
        objective: What to train.
        data: Training and validation rows.
        plan: What to run: optimizer and sizes; its rules and probes come with the callbacks.
        callbacks: Callbacks, rules and probes, as a user lists them.
        model: What callbacks see as `self.model`; has `stop_training` and receives `history`.
        keep: Receives the result.
        show: Receives the variables and the optimizer's state of the moment, before callbacks look. The run gives
            these arrays away afterwards: who keeps them keeps copies.
        verbose: "auto" or 1: a display for runs of over a second, and a line at the end; 2: a line per epoch; 0: silence.
        seed: The seed that the user gave, or None: by it a training that was cut off is told from another.
        start: Variables and optimizer state to start from.
        directions: Recorded name -> "min" or "max", whichever is better, see `listed.bound_plan`.
        between: Who may change the run between its epochs, see `engine.run`; a learning rate that a callback assigns is
            then for it to take over.

    Raises:
        UsageError: callbacks, plan and objective do not fit together.

    Warns:
        TrainingWarning: the run diverged, had no epoch to train, or a rule found no finite value to act on.
    """
    rules, observers, probes = split_callbacks(callbacks)
    plan = bound_plan(dataclasses.replace(plan, probes=probes), rules, directions, data.train)
    params = {
        "epochs": plan.epochs,
        "initial_epoch": plan.initial_epoch,
        "steps": plan.steps_per_epoch or -(-data.train.rows // plan.batch_size),
        "batch_size": plan.batch_size,
        "validation_freq": plan.validation_freq,
    }
    shown = verbosity(verbose)
    told = params | {
        "verbose": shown,
        "rows": data.train.rows,
        "validation_rows": None if data.validation is None else data.validation.rows,
        "shuffle": plan.shuffle,
        "sampling": None if plan.sampling is None else type(plan.sampling).__name__,
        "weighted": bool(jax.tree.leaves(data.train.weight)),
        "seed": seed,
    }
    says = [Announcements(plan.rules)] if any(rule.verbose for rule in plan.rules) else []
    hooks = CallbackList(
        [*observers, *says, *_progress(shown)], model, told, show, takes_rates=between is not None
    )
    last = _LastBoundary()
    model.stop_training = False
    compiled_before = compilation_report().seconds

    def history(values: Mapping[str, NDArray[Any]], epochs: int, outcome: Any, seconds: float) -> History:
        return History(
            values=hooks.recorded(values),
            epoch=list(range(plan.initial_epoch, plan.initial_epoch + epochs)),
            outcome=outcome,
            seconds=seconds,
            compile_seconds=compilation_report().seconds - compiled_before,
            params=params,
        )

    try:
        hooks.begin()
        if hooks.resume is not None:
            plan = dataclasses.replace(plan, initial_epoch=hooks.resume.initial_epoch)
        variables, optimizer = start
        with used_by(model):
            result = run(
                objective.about(data.train),
                data,
                plan,
                variables=variables,
                optimizer=optimizer,
                observers=[hooks, last],
                between=between,
                resume=hooks.resume,
            )
    except BaseException as error:
        hooks.close()
        if last.read_history is not None:
            failed = endings.failed(last.epoch, last.step, error)
            model.history = history(
                last.read_history(), last.epoch - plan.initial_epoch, failed, last.seconds
            )
        raise
    keep(result)
    model.history = history(result.trace, int(np.max(result.epochs)), result.outcome, result.seconds)
    hooks.end(_last_logs(model.history, plan))
    if hooks.error is not None:
        raise hooks.error
    warn_of_ending(model.history, plan.rules, observers, resumed=hooks.resume is not None)
    if result.interrupted:
        # Even when the last window was on its way and the outcome is another: the user wants to get out.
        assert isinstance(result.outcome, Outcome)
        raise KeyboardInterrupt(result.outcome.message)
    return model.history


class _LastBoundary:
    """Remembers how far a run came, without its arrays."""

    granularity = "boundary"

    def __init__(self) -> None:
        self.epoch = self.step = 0
        self.seconds = 0.0
        self.read_history: Callable[[], dict[str, NDArray[Any]]] | None = None

    def at_boundary(self, boundary: Boundary) -> None:
        self.epoch, self.step, self.seconds = boundary.epoch, boundary.step, boundary.seconds
        self.read_history = boundary.read_history


def verbosity(verbose: Any, verb: str = "fit") -> int:
    """Keras's `verbose` as a number: 0 for silence, 1 for a display, 2 for a line per epoch.

    Args:
        verbose: What the user gave.
        verb: What it was given to; begins the message.

    Raises:
        UsageError: it is none of these.
    """
    known = {"auto": 1, "0": 0, "1": 1, "2": 2}
    found = known.get(str(int(verbose)) if isinstance(verbose, bool | np.bool_) else str(verbose))
    if found is None:
        raise UsageError(f'{verb}: verbose must be "auto", 0, 1 or 2, got {verbose!r:.40}.')
    return found


def _progress(verbose: int) -> list[Callback]:
    if verbose == 2:
        # Keras writes these lines to standard output, where programs read them.
        return [TrainingProgress(stream=sys.stdout, live=False, every_epoch=True)]
    return [TrainingProgress()] if verbose else []


def seed_of_fit(given: Any, seed: int, fits: int) -> int:
    """The seed of a fit: the one given, else from the model's and the number of fits before.

    The first fit takes the model's own. A later one does not: the same data order again would be no shuffle.
    """
    if given is not None:
        return config.checked_seed(given, "fit")
    return int(np.random.SeedSequence([seed, fits]).generate_state(1)[0] >> 1) if fits else seed


def _last_logs(history: History, plan: Plan) -> dict[str, Any]:
    """What the last epoch recorded, without the validation of an epoch before it, as in Keras."""
    validated = history.epoch and is_validated(history.epoch[-1], plan.validation_freq)
    return {
        name: values[-1]
        for name, values in history.history.items()
        if values and (validated or not name.startswith("val_"))
    }
