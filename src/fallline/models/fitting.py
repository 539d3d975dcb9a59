"""From arrays and arguments in Keras's words to a run of the engine, and back to a history."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from fallline import config
from fallline._ranges import whole
from fallline.callbacks import Callback, CallbackList, TrainingProgress
from fallline.callbacks.announcements import Announcements
from fallline.data.arrays import Rows, as_rows, split_off_validation, with_class_weight
from fallline.data.sampling import HardExamples, Sampling
from fallline.engine import (
    Batch,
    Data,
    Objective,
    Outcome,
    Plan,
    Probe,
    Rule,
    RunFacts,
    RunResult,
    Variables,
    compilation_report,
    run,
)
from fallline.errors import DataError, ShapeError, UsageError
from fallline.history import History
from fallline.losses import Loss
from fallline.models.network import Network
from fallline.optimizers import Optimizer

BATCH_SIZE = 32
"""Rows per batch where nobody says, as in Keras."""


def split_callbacks(callbacks: Any) -> tuple[tuple[Rule, ...], tuple[Callback, ...], tuple[Probe, ...]]:
    """Callbacks as a user lists them: rules and probes act inside the run, the others look from outside.

    Raises:
        UsageError: something in the list is none of these, or a callback has a hook that is never called.
    """
    given = [] if callbacks is None else list(callbacks) if isinstance(callbacks, Sequence) else [callbacks]
    kinds = (Rule, Callback, Probe)
    for item in given:
        if isinstance(item, type) and issubclass(item, kinds):
            raise UsageError(
                f"callbacks: got the class {item.__name__}; write {item.__name__}() to make one."
            )
        if not isinstance(item, kinds):
            raise UsageError(
                f"callbacks: expected callbacks such as EarlyStopping(), got {type(item).__name__}. "
                "A callback of your own derives from fallline.callbacks.Callback."
            )
        if isinstance(item, Callback):
            item.require_known_hooks()
    return (
        tuple(item for item in given if isinstance(item, Rule)),
        tuple(item for item in given if isinstance(item, Callback)),
        tuple(item for item in given if isinstance(item, Probe)),
    )


def with_rules(plan: Plan, rules: Sequence[Rule], directions: Mapping[str, str | None], rows: int) -> Plan:
    """The plan with its rules, each knowing the run that it will act in.

    Args:
        plan: The plan, with its optimizer.
        rules: Rules as the user gave them.
        directions: Recorded name without `val_` -> "min", "max", or None where it is not known.
        rows: Rows of the training set.

    Raises:
        UsageError: a rule cannot act in such a run.
    """
    assert plan.optimizer is not None
    facts = RunFacts(
        directions=directions,
        optimizer=plan.optimizer,
        epochs=plan.epochs,
        initial_epoch=plan.initial_epoch,
        steps_per_epoch=plan.steps_per_epoch or -(-rows // plan.batch_size),
    )
    return dataclasses.replace(plan, rules=tuple(rule.bound(facts) for rule in rules))


def bound_sampling(sampling: Any, train: Rows) -> Sampling | HardExamples | None:
    """What chooses the rows, knowing the training set.

    Raises:
        DataError: it does not fit these data.
        UsageError: it is nothing that chooses rows.
    """
    if sampling is None or isinstance(sampling, HardExamples):
        return sampling
    if not isinstance(sampling, Sampling):
        raise UsageError(
            f"fit: sampling must be fl.data.ClassBalanced(), HardExamples(), Curriculum(...) or WeightedRows(...), "
            f"got {sampling!r:.60}."
        )
    return sampling.bound(len(train), train.y)


def one_step(
    objective: Objective,
    optimizer: Optimizer,
    rows: Rows,
    variables: Variables,
    state: Any,
    *,
    seed: int,
    number: int,
) -> RunResult:
    """A run of one step on all rows at once.

    Args:
        objective: What to train.
        optimizer: The optimizer.
        rows: Checked rows.
        variables: Variables to start from.
        state: The optimizer's state to go on with, or None.
        seed: Decides dropout, with the number of the step.
        number: How many such steps came before.
    """
    objective = objective.about(as_batch(rows))
    plan = Plan(
        optimizer=optimizer,
        epochs=number + 1,
        initial_epoch=number,
        batch_size=len(rows),
        shuffle=False,
        seed=seed,
    )
    return run(objective, Data(as_batch(rows)), plan, variables=variables, optimizer=state, finish=False)


def require_counts(**counts: Any) -> None:
    """Refuses what is no whole number of at least 1; None passes.

    Raises:
        UsageError: names the argument and what came.
    """
    for name, count in counts.items():
        if count is not None:
            whole(name, count, least=1)


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


def single_features(x: Any, network: Network) -> Any:
    """Inputs with (n,) as (n, 1) where a row holds one number, as Keras takes them."""
    arrays = x if isinstance(x, tuple) else (x,)
    taken = tuple(
        array[:, None] if array.ndim == 1 and spec.shape == (1,) else array
        for array, spec in zip(arrays, network.inputs, strict=True)
    )
    return taken if isinstance(x, tuple) else taken[0]


def prepared(name: str, network: Network, losses: Sequence[Loss | None], rows: Rows, where: str) -> Rows:
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
    return Rows(rows.x, tuple(taken) if several else taken[0], rows.weight)


def training_and_validation(
    train: Rows,
    validation_data: Any,
    validation_split: float,
    prepare: Callable[[Rows, str], Rows],
    class_weight: Any = None,
    read: Callable[[Any, Any, Any, str], Rows] = as_rows,
) -> tuple[Rows, Rows | None]:
    """The two parts of the data, each read by `read` and checked by `prepare(rows, where)`.

    Class weights count in training alone, as in Keras; sample weights of rows that are split off stay theirs.

    Raises:
        UsageError: validation_data is not (x, y) or (x, y, sample_weight), or both ways are given.
    """
    where, validation = "validation_data: ", validation_data
    if validation is not None and not isinstance(validation, Rows):
        if not isinstance(validation, tuple | list) or not 1 <= len(validation) <= 3:
            raise UsageError("validation_data must be a tuple (x, y) or (x, y, sample_weight).")
        x, y, weight = (*validation, None, None)[:3]
        validation = read(x, y, weight, where)
    if validation is not None and validation_split:
        raise UsageError("give validation_data or validation_split, not both.")
    train = prepare(train, "")
    if validation is not None:
        validation = prepare(validation, where)
    elif validation_split:
        train, validation = split_off_validation(train, validation_split)
    return train if class_weight is None else with_class_weight(train, class_weight), validation


def fit(
    objective: Objective,
    data: Data,
    plan: Plan,
    observers: Sequence[Callback],
    *,
    model: Any,
    verbose: Any,
    seed: int | None = None,
    start: tuple[Variables | None, Any] = (None, None),
    keep: Callable[[RunResult], None],
    show: Callable[[Variables, Any], None],
) -> History:
    """Runs the engine with callbacks looking on.

    Whatever ends the run (its last epoch, a rule, Ctrl-C, an error in a callback), `keep` receives what was
    trained before anything is raised.

    Args:
        objective: What to train.
        data: Training and validation rows.
        plan: What to run.
        observers: Callbacks.
        model: What callbacks see as `self.model`; has `stop_training` and receives `history`.
        verbose: "auto" or 1: a display for runs of over a second, and a line at the end; 2: a line per epoch; 0: silence.
        seed: The seed that the user gave, or None: by it a training that was cut off is told from another.
        start: Variables and optimizer state to start from.
        keep: Receives the result.
        show: Receives the variables and the optimizer's state of the moment, before callbacks look.
    """
    params = {
        "epochs": plan.epochs,
        "initial_epoch": plan.initial_epoch,
        "steps": plan.steps_per_epoch or -(-data.train.rows // plan.batch_size),
        "batch_size": plan.batch_size,
        "validation_freq": plan.validation_freq,
    }
    objective = objective.about(data.train)
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
    hooks = CallbackList([*observers, *says, *_progress(shown)], model, told, show)
    model.stop_training = False
    compiled_before = compilation_report().seconds
    variables, optimizer = start
    try:
        hooks.begin()
        if hooks.resume is not None:
            plan = dataclasses.replace(plan, initial_epoch=hooks.resume.initial_epoch)
        result = run(
            objective,
            data,
            plan,
            variables=variables,
            optimizer=optimizer,
            observers=[hooks],
            resume=hooks.resume,
        )
    except BaseException:
        hooks.close()
        # The variables last shown were donated to the step that failed: only those of the start remain.
        if variables is not None:
            show(variables, optimizer)
        raise
    keep(result)
    epochs = int(np.max(result.epochs))
    history = History(
        values=hooks.recorded(result.trace),
        epoch=list(range(plan.initial_epoch, plan.initial_epoch + epochs)),
        outcome=result.outcome,
        seconds=result.seconds,
        compile_seconds=compilation_report().seconds - compiled_before,
        params=params,
    )
    model.history = history
    hooks.end({name: values[-1] for name, values in history.history.items() if values})
    if hooks.error is not None:
        raise hooks.error
    if result.interrupted:
        # Even when the last window was on its way and the outcome is another: the user wants to get out.
        assert isinstance(result.outcome, Outcome)
        raise KeyboardInterrupt(result.outcome.message)
    return history


def verbosity(verbose: Any) -> int:
    """Keras's `verbose` as a number: 0 for silence, 1 for a display, 2 for a line per epoch.

    Raises:
        UsageError: it is none of these.
    """
    known = {"auto": 1, "0": 0, "1": 1, "2": 2}
    found = known.get(str(int(verbose)) if isinstance(verbose, bool | np.bool_) else str(verbose))
    if found is None:
        raise UsageError(f'fit: verbose must be "auto", 0, 1 or 2, got {verbose!r:.40}.')
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


def as_data(train: Rows, validation: Rows | None) -> Data:
    """Checked rows as the engine takes them, for training."""
    return Data(as_batch(train), None if validation is None else as_batch(validation))


def as_batch(rows: Rows) -> Batch:
    """Checked rows as the engine takes them."""
    return Batch(rows.x, rows.y, rows.weight)
