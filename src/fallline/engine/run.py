"""The one loop on the host: dispatch a window, look, go on.

    run(objective, data, plan, numbers) -> RunResult

Everything that happens to the weights is in the compiled program of `epoch.py`; this module decides how much
of it to dispatch, collects the trace, lets observers look, and says how the run ended.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._ranges import whole
from fallline._tree import PyTree, replace
from fallline.compilation.program import CompiledProgram, Program
from fallline.data.sampling import HardExamples
from fallline.engine.between import Between, changed
from fallline.engine.blocks import Blocks, capacity_of, order_of, shares_order
from fallline.engine.choice import batch_like
from fallline.engine.endings import Status
from fallline.engine.epoch import run_window
from fallline.engine.finishing import averaged, not_finite, outcome, restored
from fallline.engine.interrupts import interrupts
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.observer import Boundary, Observer
from fallline.engine.pacing import GRANULARITIES, Pacer, Stopwatch
from fallline.engine.placement import ALONE, AXIS, place
from fallline.engine.places import filled, parameters_of
from fallline.engine.plan import Plan
from fallline.engine.resume import Resume
from fallline.engine.scoring import ROWS_AT_ONCE, fresh_variables
from fallline.engine.state import Numbers, TrainingState, adjusted, initial_state
from fallline.engine.trace import Trace
from fallline.engine.window import Shape, Window
from fallline.errors import UsageError
from fallline.history.outcome import Outcome
from fallline.optimizers import SGD, Optimizer
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Data:
    """The training set and, if any, the validation set."""

    __repr__ = fields_shown

    train: Batch
    validation: Batch | None = None


@dataclasses.dataclass(frozen=True)
class RunResult:
    """What a run leaves.

    Attributes:
        variables: The variables it ended with (the best ones, where a rule restores them); in a population
            with a leading member axis.
        optimizer: The optimizer's state after the last step.
        trace: What each epoch recorded: (epochs,) per name, or (members, epochs), NaN after a member ended.
        outcome: How it ended; one per member in a population.
        epochs: Epochs completed, one per member in a population.
        seconds: Time spent in training, without compiling.
        interrupted: Whether Ctrl-C came, be it in the last window of a run that was completed.
        adjusted: The optimizer with the numbers that rules gave it; None where no rule changes numbers.
        resume: Where a run that was given `rounds` stands, to go on there; None where no rounds were given, or Ctrl-C came
            within an epoch.
    """

    __repr__ = fields_shown

    variables: Variables
    optimizer: PyTree
    trace: dict[str, NDArray[np.floating]]
    outcome: Outcome | tuple[Outcome, ...]
    epochs: NDArray[np.integer]
    seconds: float
    interrupted: bool
    adjusted: Optimizer | None = None
    resume: Resume | None = None


def run(
    objective: Objective,
    data: Data,
    plan: Plan,
    numbers: Numbers | None = None,
    *,
    variables: Variables | None = None,
    optimizer: PyTree = None,
    observers: Sequence[Observer] = (),
    between: Between | None = None,
    every: int = 1,
    resume: Resume | None = None,
    finish: bool = True,
    rounds: int | None = None,
) -> RunResult:
    """Trains an objective on data as planned, as one compiled program.

    Args:
        objective: What to train.
        data: Training and validation rows.
        plan: What to run.
        numbers: The numbers to run with, optimizer and rules included. None: those that `objective` and `plan`
            hold. With a member axis (`Numbers.stack`) the run trains that many networks, each as if alone.
        variables: Variables to start from, with a member axis in a population; None: fresh from the seed.
        optimizer: Optimizer state to go on with; None: fresh.
        observers: Those who look.
        between: Who may change state and numbers between epochs, after the observers have looked.
        every: Epochs from one of its turns to the next.
        resume: Where a run of the same plan was cut off; this one goes on there, with its seed.
        finish: Whether the optimizer's averages take the place of the last parameters; False for a run that is
            only a part of a longer one.
        rounds: Epochs of each member, its own, after which the run ends; whoever has epochs left is "paused". What it gives
            is as if each had ended there, and its `resume` is where all go on. None: to the end.

    Returns:
        Variables, trace and outcome. Ctrl-C ends the run at the next boundary (within about 0.2 s) with the
        outcome "interrupted"; nothing trained is lost.

    Raises:
        UsageError: objective, plan and numbers contradict each other, or the optimizer needs all rows at once.
        DataError: the rows that a member is to have are none of the data's.
        SavedFileError: the run to resume was another one.
    """
    if numbers is None:
        sampler = plan.sampling if isinstance(plan.sampling, HardExamples) else None
        numbers = Numbers(
            objective, plan.optimizer or SGD(), plan.rules, plan.seed or 0, plan.probes, sampler
        )
    elif plan.decides_numbers:
        raise UsageError(
            "run: optimizer, rules, seed, probes and HardExamples come from `numbers` where they are given; leave them out "
            "of the plan."
        )
    elif len({jax.tree.structure(item) for item in (objective, numbers.objective)}) > 1:
        raise UsageError("run: `numbers` are those of an objective of another structure.")
    if resume is not None:
        numbers = replace(numbers, seed=resume.seeds(numbers.seed))
        plan = dataclasses.replace(plan, initial_epoch=resume.initial_epoch)
    rows = data.validation.rows if data.validation is not None else None
    numbers.share.require_fit(data.train.rows, rows)
    own_rows = data.train.rows if numbers.share.train is None else numbers.share.train.shape[-1]
    plan.require_fit(numbers.optimizer, objective, own_rows)
    every = whole("run: every", every, least=1)
    if rounds is not None:
        rounds = whole("run: rounds", rounds, least=0)
    made = _Run(data, plan, numbers.canonical(), tuple(observers), (between, every), resume, rounds)
    return made.execute(variables, optimizer, finish)


class _Run:
    """One run in progress: its program, its state, its place in the schedule, and what it recorded."""

    def __init__(
        self,
        data: Data,
        plan: Plan,
        numbers: Numbers,
        observers: tuple[Observer, ...],
        between: tuple[Between | None, int],
        resume: Resume | None,
        rounds: int | None,
    ) -> None:
        self._begun = (
            np.zeros(np.shape(numbers.seed), np.int32) if resume is None else np.asarray(resume.epochs)
        )
        self._shares_order = shares_order(numbers, plan, self._begun)
        self._order = order_of(data.train.rows, plan, numbers, shared=self._shares_order)
        self._shape = Shape(
            batch_size=self._order.batch_size,
            steps=self._order.steps,
            tail=self._order.tail,
            capacity=capacity_of(self._order, numbers.members or 1),
            evaluation_batch_size=plan.validation_batch_size or ROWS_AT_ONCE,
            validation_freq=plan.validation_freq,
        )
        self._data = data
        self._plan = plan
        self._observers = observers
        self._between, self._every = between
        self._placement = ALONE
        if numbers.members is not None:
            known = resume.parameters if resume is not None else None
            size = known or parameters_of(numbers)
            self._placement = place(numbers.members, size, early=bool(numbers.rules))
        self._resume, self._rounds = resume, rounds
        self._seed = int(numbers.seed) if numbers.members is None else np.asarray(numbers.seed, np.int32)
        self._numbers = self._placement.spread(numbers)
        self._trace = Trace(self._begun, None if resume is None else resume.history())
        self._seconds = 0.0
        self._completed = int(np.max(self._begun))
        self._done = self._stopped_by_observer = False

    def execute(self, variables: Variables | None, optimizer: PyTree, finish: bool) -> RunResult:
        """Runs to the end and says how it ended."""
        with interrupts() as interrupt:
            self._begin(variables, optimizer)
            if self._pacer.epochs:
                first = self._plan.initial_epoch + np.atleast_1d(self._begun)[: len(self._order.seeds)]
                with Blocks(self._order, first.tolist(), self._pacer.epochs, self._place_indices) as blocks:
                    self._loop(blocks, interrupt)
        return self._end(interrupt.is_set(), finish)

    def _begin(self, variables: Variables | None, optimizer: PyTree) -> None:
        """Sets the state before the first step, on the devices, and how far there is to go."""
        self._state = filled(self._first_state(variables, optimizer), self._placement)
        status = np.asarray(self._state.status)
        self._restored = np.zeros(status.shape, bool)
        # Members may have begun at different times: a round is an epoch of each, its own.
        planned = self._plan.epochs - self._plan.initial_epoch
        running = self._placement.real(status) == Status.RUNNING
        rounds = planned - int(np.min(self._begun, initial=planned, where=running))
        rounds = rounds if self._rounds is None else min(rounds, self._rounds)
        wanted = [GRANULARITIES.index(observer.granularity) for observer in self._observers]
        self._pacer = Pacer(self._shape.steps, rounds, GRANULARITIES[max(wanted, default=0)])

    def _loop(self, blocks: Blocks, interrupt: threading.Event) -> None:
        pacer = self._pacer
        shared = self._placement.share((self._data.train, self._data.validation))
        arguments = (self._numbers, *shared, blocks.at(0))
        # Compiled before the clock starts: its time is not training.
        program = self._program().compile(self._state, *arguments, self._window((0, 0, 0)))
        pacer.guess(program.operations * (self._placement.members or 1))
        while not self._done and not interrupt.is_set():
            arguments = (self._numbers, *shared, blocks.at(pacer.epoch))
            room = self._shape.capacity - pacer.epoch % self._shape.capacity
            if self._between is not None:
                room = min(room, self._every - pacer.epoch % self._every)
            window = self._window(pacer.next(room))
            clock = Stopwatch()
            self._state, trace = program(self._state, *arguments, window)
            self._collect(trace, window)
            self._seconds += clock.seconds
            pacer.done(int(window.epochs), int(window.first_step), int(window.last_step), clock.seconds)
            self._look()
            self._done |= self._stopped_by_observer or pacer.epoch >= pacer.epochs
            turn = not pacer.step and not pacer.epoch % self._every
            if self._between is not None and turn and not self._done:
                state, self._numbers = changed(self._between, self._state, self._numbers, self._placement)
                self._state = filled(state, self._placement)
                # Who took the place of one that diverged may diverge again.
                self._restored = np.asarray(self._state.status) == Status.DIVERGED

    def _first_state(self, variables: Variables | None, optimizer: PyTree) -> TrainingState:
        """The state before the first step of this run, on the devices."""
        program, arguments = self._start(variables, optimizer)
        if self._resume is None:
            begun: TrainingState = program(*arguments)
            return begun
        like = program.like if self._resume.fresh is None else None
        if like is None:
            like = self._placement.gather(program(*arguments))
        elif (members := self._placement.members) is not None:
            like = jax.tree.map(
                lambda leaf: jax.ShapeDtypeStruct((members, *leaf.shape[1:]), leaf.dtype), like
            )
        state: TrainingState = self._placement.spread(self._resume.state(like))
        return state

    def _start(
        self, variables: Variables | None, optimizer: PyTree
    ) -> tuple[CompiledProgram, tuple[Any, ...]]:
        """The program that makes the state of a run that begins, and what it is given."""
        steps, own = self._shape.steps_per_epoch, self._order.rows
        train, validation = jax.tree.map(
            lambda array: jax.ShapeDtypeStruct(np.shape(array), array.dtype),
            (self._data.train, self._data.validation),
        )
        batch = batch_like(self._numbers, train, self._shape.batch_size)

        def start(numbers: Numbers, variables: Variables | None, optimizer: PyTree) -> TrainingState:
            variables = fresh_variables(numbers.objective, numbers.seed) if variables is None else variables
            return initial_state(numbers, variables, optimizer, steps, batch, validation, own)

        function = self._placement.over_members(start, stacked=(True, True, True))
        arguments = (self._numbers, *self._placement.spread((variables, optimizer)))
        return Program(function, "start", runs_once=True).compile(*arguments), arguments

    def _program(self) -> Program:
        shape, placement = self._shape, self._placement

        def one(
            state: TrainingState,
            numbers: Numbers,
            train: Batch,
            validation: Batch | None,
            order: Any,
            window: Window,
            axis: str | None = None,
        ) -> Any:
            return run_window(state, numbers, train, validation, order, window, shape, axis)

        stacked = (True, True, False, False, not self._shares_order, False)
        function = placement.over_members(one, stacked, AXIS if placement.width > 1 else None)
        name = "train" if placement.members is None else "train population"
        asks_again = bool(self._numbers.probes) and shape.steps_per_epoch == 1  # see `_Epochs.run`
        return Program(function, name, donate=(0,), finds_repeats=asks_again, wide=placement.width > 1)

    def _place_indices(self, indices: PyTree) -> PyTree:
        if indices is None or not self._shares_order:
            return self._placement.spread(indices)
        return self._placement.share(jax.tree.map(lambda array: array[0], indices))

    def _window(self, bounds: tuple[int, int, int]) -> Window:
        """Bounds (epochs, first step, step before which it ends) as the program takes them."""
        offset = self._pacer.epoch % self._shape.capacity
        return Window(*map(np.int32, (offset, *bounds, self._plan.initial_epoch, self._plan.epochs)))

    def _collect(self, trace: dict[str, jax.Array], window: Window) -> None:
        """Waits for a dispatch, keeps what it recorded, and notes whether every member has ended."""
        trace, status, epoch = jax.device_get((trace, self._state.status, self._state.epoch))
        if window.last_step == self._shape.steps:
            first, last = int(window.offset), int(window.offset + window.epochs)
            part = (slice(None),) * self._trace.axis + (slice(first, last),)
            self._trace.append({name: self._placement.real(values)[part] for name, values in trace.items()})
        bad = np.asarray(status == Status.DIVERGED) & ~self._restored
        if bad.any():
            self._state = self._placement.laid(restored(self._state, self._numbers, bad))
            self._restored = self._restored | bad
        goes_on = (status == Status.RUNNING) & (self._plan.initial_epoch + epoch < self._plan.epochs)
        self._done = not goes_on.any()

    def _look(self) -> None:
        if not self._observers:
            return
        state = self._placement.real(self._state)
        before, completed = self._completed, int(np.max(jax.device_get(state.epoch)))
        self._completed = completed

        def stop() -> None:
            self._stopped_by_observer = True

        boundary = Boundary(
            epoch=self._plan.initial_epoch + completed,
            epochs=self._plan.epochs,
            step=self._pacer.step,
            steps_per_epoch=self._shape.steps_per_epoch,
            seconds=self._seconds,
            fresh_epochs=completed - before,
            state=state,
            seed=self._seed,
            initial_epoch=self._plan.initial_epoch,
            read_history=lambda: self._trace.values(completed),
            stop=stop,
        )
        for observer in self._observers:
            observer.at_boundary(boundary)

    def _end(self, interrupted: bool, finish: bool) -> RunResult:
        state, step, members = self._state, self._pacer.step, self._placement.members
        if step:
            state = restored(state, self._numbers, not_finite(state.variables, members))
        state, numbers = self._placement.gather((state, self._numbers))
        variables = averaged(state, numbers) if finish else state.variables
        for rule, rule_state in zip(numbers.rules, state.rules, strict=True):
            variables = rule.finish(rule_state, variables)
        host = jax.device_get(replace(state, variables=None, good=None, optimizer=None))
        each = (
            [host] if members is None else [jax.tree.map(lambda a, k=k: a[k], host) for k in range(members)]
        )
        outcomes = tuple(
            outcome(
                member,
                numbers,
                self._plan.initial_epoch,
                self._plan.epochs,
                step,
                interrupted=interrupted,
                stopped=self._stopped_by_observer,
                pauses=self._rounds is not None,
            )
            for member in each
        )
        trace = self._trace.values(int(np.max(host.epoch)))
        resume = None
        if self._rounds is not None and not step:
            resume = Resume.of(state, trace, self._seed, self._plan.initial_epoch)
        adjusts = members is None and any(rule.adjusts for rule in numbers.rules)
        return RunResult(
            variables=variables,
            optimizer=state.optimizer,
            trace=trace,
            outcome=outcomes[0] if members is None else outcomes,
            epochs=np.asarray(host.epoch),
            seconds=self._seconds,
            interrupted=interrupted,
            adjusted=jax.device_get(adjusted(numbers, state).optimizer) if adjusts else None,
            resume=resume,
        )
