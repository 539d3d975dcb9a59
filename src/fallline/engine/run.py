"""The one loop on the host: dispatch a window, look, go on.

    run(objective, data, plan, numbers) -> RunResult

Everything that happens to the weights is in the compiled program of `epoch.py`; this module decides how much
of it to dispatch, collects the trace, lets observers look, and says how the run ended.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline._schedule import at_step
from fallline._tree import PyTree, replace
from fallline.data.order import Order
from fallline.data.sampling import HardExamples, Sampling
from fallline.engine import endings
from fallline.engine.compilation import Program
from fallline.engine.endings import Status
from fallline.engine.epoch import Shape, adjusted, run_window
from fallline.engine.interrupts import interrupts
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.observer import Boundary, Observer
from fallline.engine.pacing import GRANULARITIES, Pacer, Stopwatch
from fallline.engine.placement import AXIS, Placement, place
from fallline.engine.plan import Plan
from fallline.engine.resume import Resume
from fallline.engine.scoring import ROWS_AT_ONCE, fresh_variables
from fallline.engine.state import Numbers, TrainingState, Window, initial_state
from fallline.engine.trace import Trace
from fallline.errors import UsageError
from fallline.history.outcome import Outcome
from fallline.optimizers import SGD, Optimizer


@dataclasses.dataclass(frozen=True)
class Data:
    """The training set and, if any, the validation set."""

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
    """

    variables: Variables
    optimizer: PyTree
    trace: dict[str, NDArray[np.floating]]
    outcome: Outcome | tuple[Outcome, ...]
    epochs: NDArray[np.integer]
    seconds: float
    interrupted: bool
    adjusted: Optimizer | None = None


def run(
    objective: Objective,
    data: Data,
    plan: Plan,
    numbers: Numbers | None = None,
    *,
    variables: Variables | None = None,
    optimizer: PyTree = None,
    observers: Sequence[Observer] = (),
    resume: Resume | None = None,
    finish: bool = True,
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
        resume: Where a run of the same plan was cut off; this one goes on there, with its seed.
        finish: Whether the optimizer's averages take the place of the last parameters; False for a run that is
            only a part of a longer one.

    Returns:
        Variables, trace and outcome. Ctrl-C ends the run at the next boundary (within about 0.2 s) with the
        outcome "interrupted"; nothing trained is lost.

    Raises:
        UsageError: objective, plan and numbers contradict each other, or the optimizer needs all rows at once.
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
        numbers = replace(numbers, seed=resume.seed)
        plan = dataclasses.replace(plan, initial_epoch=resume.initial_epoch)
    plan.require_fit(numbers.optimizer, objective, data.train.rows)
    return _Run(data, plan, numbers.canonical(), tuple(observers), finish).execute(
        variables, optimizer, resume
    )


class _Run:
    """One run in progress: its program, its place in the schedule, and what it recorded."""

    def __init__(
        self, data: Data, plan: Plan, numbers: Numbers, observers: tuple[Observer, ...], finish: bool
    ) -> None:
        seeds = numbers.seeds
        self._shares_order = len(set(seeds)) == 1 or not (plan.shuffle or plan.sampling)
        self._order = Order.of(
            data.train.rows,
            plan.batch_size,
            seeds[:1] if self._shares_order else seeds,
            plan.shuffle,
            plan.steps_per_epoch,
            plan.sampling if isinstance(plan.sampling, Sampling) else None,
            drawn_inside=numbers.sampler is not None,
        )
        self._shape = Shape(
            batch_size=self._order.batch_size,
            steps=self._order.steps,
            tail=self._order.tail,
            capacity=self._order.capacity,
            evaluation_batch_size=plan.validation_batch_size or ROWS_AT_ONCE,
            validation_freq=plan.validation_freq,
        )
        self._data = data
        self._plan = plan
        self._numbers = numbers
        self._observers = observers
        self._finish = finish
        self._placement: Placement | None = None
        self._axis = 0 if numbers.members is None else 1
        self._trace = Trace(self._axis)
        self._stopped_by_observer = False

    def execute(self, variables: Variables | None, optimizer: PyTree, resume: Resume | None) -> RunResult:
        """Runs to the end and says how it ended."""
        pacer = Pacer(self._shape.steps, self._plan.epochs - self._plan.initial_epoch, self._granularity())
        with interrupts() as interrupt:
            state = self._begin(variables, optimizer)
            if resume is not None:
                state = resume.state(state)
                self._trace.append(resume.trace)
                pacer.epoch = resume.epochs
            seconds, block = 0.0, pacer.epoch // self._shape.capacity
            done = pacer.epoch >= pacer.epochs or bool((np.asarray(state.status) != Status.RUNNING).all())
            if not done:
                train, validation = self._place_shared((self._data.train, self._data.validation))
                indices = self._indices(block * self._shape.capacity, pacer.epochs)
                shared = (self._numbers, train, validation, indices)
                # Compiled before the clock starts: its time is not training.
                program = self._window_program().compile(state, *shared, self._window(pacer, 0, (0, 0, 0)))
                pacer.guess(program.operations * (self._numbers.members or 1))
            while not done and not interrupt.is_set():
                if pacer.epoch // self._shape.capacity != block:
                    block = pacer.epoch // self._shape.capacity
                    indices = self._indices(block * self._shape.capacity, pacer.epochs)
                    shared = (*shared[:-1], indices)
                offset = pacer.epoch - block * self._shape.capacity
                window = self._window(pacer, offset, pacer.next(self._shape.capacity - offset))
                clock = Stopwatch()
                state, trace = program(state, *shared, window)
                done = self._collect(state, trace, window)
                seconds += clock.seconds
                pacer.done(int(window.epochs), int(window.first_step), int(window.last_step), clock.seconds)
                self._look(state, pacer, window, seconds)
                done |= self._stopped_by_observer or pacer.epoch >= pacer.epochs
        return self._end(state, pacer, seconds, interrupt.is_set())

    def _begin(self, variables: Variables | None, optimizer: PyTree) -> TrainingState:
        """The state before the first step, on the devices."""
        members = self._numbers.members
        rows = self._shape.batch_size
        shapes = jax.tree.map(
            lambda array: jax.ShapeDtypeStruct((rows, *array.shape[1:]), array.dtype), self._data.train
        )
        steps, total = self._shape.steps_per_epoch, self._data.train.rows
        if members is not None:
            solo = jax.tree.map(lambda leaf: leaf[0], self._numbers)
            fresh = jax.eval_shape(lambda numbers: fresh_variables(numbers.objective, numbers.seed), solo)
            self._placement = place(members, sum(leaf.size for leaf in jax.tree.leaves(fresh.params)))
            self._numbers = self._placement.spread(self._numbers)
            variables, optimizer = self._placement.spread((variables, optimizer))

        def start(numbers: Numbers, variables: Variables | None, optimizer: PyTree) -> TrainingState:
            variables = fresh_variables(numbers.objective, numbers.seed) if variables is None else variables
            return initial_state(numbers, variables, optimizer, steps, shapes, total)

        function = start
        if self._placement is not None:
            function = self._placement.over_members(start, stacked=(True, True, True))
        leaves, structure = jax.tree.flatten(shapes)
        settings = (
            self._placement,
            steps,
            total,
            structure,
            tuple((leaf.shape, leaf.dtype) for leaf in leaves),
        )
        return Program(function, "start", settings, runs_once=True)(self._numbers, variables, optimizer)

    def _window_program(self) -> Program:
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

        if placement is None:
            return Program(one, "train", shape, donate=(0,))
        stacked = (True, True, False, False, not self._shares_order, False)
        function = placement.over_members(one, stacked, AXIS if placement.side_by_side else None)
        return Program(function, "train population", (shape, placement, stacked), donate=(0,))

    def _place_shared(self, node: PyTree) -> PyTree:
        return jax.device_put(node) if self._placement is None else self._placement.share(node)

    def _indices(self, first_epoch: int, epochs: int) -> PyTree:
        """Row indices of the block that begins at an epoch of this run, on the devices."""
        indices = self._order.block(self._plan.initial_epoch + first_epoch, epochs - first_epoch)
        if indices is None:
            return None
        if self._placement is not None and not self._shares_order:
            return self._placement.spread(indices)
        return self._place_shared(jax.tree.map(lambda array: array[0], indices))

    def _granularity(self) -> str:
        wanted = [GRANULARITIES.index(observer.granularity) for observer in self._observers]
        return GRANULARITIES[max(wanted, default=0)]

    def _window(self, pacer: Pacer, offset: int, bounds: tuple[int, int, int]) -> Window:
        """Bounds (epochs, first step, step before which it ends) as the program takes them."""
        first_epoch = self._plan.initial_epoch + pacer.epoch
        return Window(np.int32(offset), np.int32(first_epoch), *map(np.int32, bounds))

    def _collect(self, state: TrainingState, trace: dict[str, jax.Array], window: Window) -> bool:
        """Waits for a dispatch, keeps what it recorded, and tells whether every member has ended."""
        trace, status = jax.device_get((trace, state.status))
        if window.last_step == self._shape.steps:
            first, last = int(window.offset), int(window.offset + window.epochs)
            part = (slice(None),) * self._axis + (slice(first, last),)
            self._trace.append({name: self._real(values)[part] for name, values in trace.items()})
        return bool((self._real(status) != Status.RUNNING).all())

    def _real(self, values: Any) -> NDArray[Any]:
        """Values of the members asked for, without those that only fill up the devices."""
        return np.asarray(values if self._placement is None else values[: self._placement.members])

    def _look(self, state: TrainingState, pacer: Pacer, window: Window, seconds: float) -> None:
        if not self._observers:
            return
        completed = int(self._real(jax.device_get(state.epoch)).max())

        def stop() -> None:
            self._stopped_by_observer = True

        boundary = Boundary(
            epoch=self._plan.initial_epoch + completed,
            epochs=self._plan.epochs,
            step=pacer.step,
            steps_per_epoch=self._shape.steps_per_epoch,
            seconds=seconds,
            fresh_epochs=completed - (int(window.first_epoch) - self._plan.initial_epoch),
            state=state,
            seed=self._numbers.seeds[0],
            initial_epoch=self._plan.initial_epoch,
            read_history=lambda: self._trace.values(completed),
            stop=stop,
        )
        for observer in self._observers:
            observer.at_boundary(boundary)

    def _end(self, state: TrainingState, pacer: Pacer, seconds: float, interrupted: bool) -> RunResult:
        if self._placement is not None:
            state = self._placement.gather(state)
        if pacer.step:
            state = self._without_nan(state)
        variables = self._finished(state)
        for rule, rule_state in zip(self._numbers.rules, state.rules, strict=True):
            variables = rule.finish(rule_state, variables)
        members = self._numbers.members
        host = jax.device_get(replace(state, variables=None, good=None, optimizer=None))
        each = (
            [host] if members is None else [jax.tree.map(lambda a, k=k: a[k], host) for k in range(members)]
        )
        outcomes = tuple(self._outcome(member, pacer.step, interrupted) for member in each)
        return RunResult(
            variables=variables,
            optimizer=state.optimizer,
            trace=self._trace.values(int(np.max(host.epoch))),
            outcome=outcomes[0] if members is None else outcomes,
            epochs=np.asarray(host.epoch),
            seconds=seconds,
            interrupted=interrupted,
            adjusted=self._adjusted(state),
        )

    def _finished(self, state: TrainingState) -> Variables:
        """The variables as the optimizer ends with them, e.g. averaged over the steps."""
        if not self._finish:
            return state.variables

        def finish(numbers: Numbers, params: PyTree, kept: PyTree) -> PyTree:
            finished = numbers.optimizer.finish(params, kept)
            # An average of points that keep to the constraints need not keep to them.
            return (
                params
                if finished is params
                else at_step(numbers, kept.step).objective.project(finished, jnp.zeros(()))
            )

        finish = finish if self._numbers.members is None else jax.vmap(finish)
        params = finish(self._real_numbers(), state.variables.params, state.optimizer)
        return replace(state.variables, params=params)

    def _adjusted(self, state: TrainingState) -> Optimizer | None:
        if self._numbers.members is not None or not any(rule.adjusts for rule in self._numbers.rules):
            return None
        return jax.device_get(adjusted(self._numbers, state).optimizer)

    def _real_numbers(self) -> Numbers:
        """The numbers of the members asked for, without those that only fill up the devices."""
        if self._placement is None:
            return self._numbers
        return jax.tree.map(lambda leaf: leaf[: self._numbers.members], jax.device_get(self._numbers))

    def _without_nan(self, state: TrainingState) -> TrainingState:
        """The state of a run that ends within an epoch: where it is not finite, that of the last epoch's end."""

        def finite(leaf: Any) -> NDArray[np.bool_]:
            values = np.isfinite(np.asarray(leaf, np.float64))
            return np.asarray(values.all(axis=tuple(range(self._axis, values.ndim))))

        good = np.all([finite(leaf) for leaf in jax.tree.leaves(state.variables)], axis=0)
        if good.all():
            return state

        def pick(now: Any, then: Any) -> Any:
            return np.where(good.reshape(good.shape + (1,) * (np.ndim(now) - good.ndim)), now, then)

        variables, optimizer = jax.tree.map(pick, (state.variables, state.optimizer), state.good)
        return replace(state, variables=variables, optimizer=optimizer)

    def _outcome(self, state: TrainingState, step: int, interrupted: bool) -> Outcome:
        """How one member ended."""
        epochs = self._plan.initial_epoch + int(state.epoch)
        rules = zip(self._numbers.rules, state.rules, strict=True)
        # Of several rules that restore, the last has the last word.
        chosen = [rule.best_epoch(rule_state) for rule, rule_state in rules if rule.restores]
        best = chosen[-1] if chosen else None
        if state.status == Status.DIVERGED:
            return endings.diverged(epochs - 1, int(state.bad_step), best)
        if state.status == Status.EARLY_STOPPED:
            return endings.early_stopped(epochs, best)
        if interrupted and epochs < self._plan.epochs:
            return endings.interrupted(epochs, step, best)
        if self._stopped_by_observer:
            return endings.stopped(epochs, best)
        return endings.completed(self._plan.initial_epoch, epochs, best)
