"""Optuna decides which settings are tried; batches of them train as one population."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections import deque
from collections.abc import Iterator
from typing import Any

from fallline._ranges import whole
from fallline.errors import UsageError
from fallline.population.search.base import Facts, Job, Search
from fallline.population.search.halving import SuccessiveHalving
from fallline.population.search.optuna_space import ask, params_of, settings_of
from fallline.population.search.points import Sobol, counted
from fallline.population.spaces import Settings

MARK = "fallline"
"""The user attribute of a trial that says which candidate of which sweep it is."""

REPEATS = 100
"""So often in turn may the sampler give settings that were there already, before the space counts as used up."""


@dataclasses.dataclass
class _Asked:
    """A candidate with its trial.

    Attributes:
        trial: Optuna's.
        settings: With which it is trained.
        twins: Trials for which the sampler gave the same settings: they get the same answer.
        steps: Steps that are reported.
        before: The trial as an earlier process left it.
        badness: The last score as a low-is-good number.
        score: The last finite score.
        state: Of its end, "COMPLETE" or "PRUNED"; None while it is trained.
        ended: Whether its training is at its end.
        closed: Whether its own trial was told its end.
    """

    trial: Any
    settings: Settings
    twins: list[Any] = dataclasses.field(default_factory=list)
    steps: set[int] = dataclasses.field(default_factory=set)
    before: Any = None
    badness: float = math.inf
    score: float = math.nan
    state: str | None = None
    ended: bool = False
    closed: bool = False


@dataclasses.dataclass
class Optuna(Search):
    """Asks a study of Optuna for settings, trains a batch of them as one population, and tells it what became of them.

    Any sampler and any storage. Within a batch all reach a step before anyone is judged there, so that it does not matter
    in which order members come back. What diverges is pruned at once, before a pruner sees it, with the last value that
    was finite: samplers learn to keep away from there, and it never is the best trial.

    Settings that were trained already are not trained again; their trial is told what is known. Options are stored as
    numbers and text, steps are the numbers that one writes. The number of the candidate is in the trial's user attributes:
    `study.best_trial.user_attrs["fallline"]["candidate"]`.

    A sweep with a folder that is resumed finds its trials in the study, if that is in a storage; a study in memory is
    asked once more from the beginning, and gives the same answers if its sampler has a seed. Several workers on one study
    need a journal file or a server: SQLite gives one waiting trial to two of them.

    Args:
        study: The study; None: one in memory, whose sampler is seeded by the population, and whose first batch is a
            Sobol sequence, since the model of a sampler begins after ten trials that are done.
        sampler: In place of the study's own; None: that, or TPE for a study in memory.
        pruner: `SuccessiveHalving()` of this package ranks each batch by itself; one of Optuna's pruners compares with
            trials that are done. None: the study's own, or none for a study in memory.
        batch: How many candidates are asked for at a time, since the sampler learns from those that are done.
        interval: Epochs between two reports to a pruner of Optuna's; None: a tenth of all.

    Raises:
        UsageError: A number is wrong, or optuna is not installed.

    Source: Akiba, Sano, Yanase, Ohta and Koyama 2019, Optuna; its `ask` and `tell`.
    """

    study: Any = None
    sampler: Any = None
    pruner: Any = None
    batch: int = 16
    interval: int | None = None

    def __post_init__(self) -> None:
        _optuna()
        whole("Optuna: batch", self.batch, 1)
        if self.interval is not None:
            whole("Optuna: interval", self.interval, 1)

    def begin(self, facts: Facts) -> None:
        """Begins, or finds the trials of a sweep that is resumed.

        Raises:
            UsageError: The study has several objectives or another direction, its pruner judges in the order of calls, or
                how many candidates there are is not said.
        """
        super().begin(facts)
        self.count = counted(facts)
        self._halving = self.pruner if isinstance(self.pruner, SuccessiveHalving) else None
        self._study = self._made() if self.study is None else self._checked(self.study)
        self._judges = self._checked_pruner()
        self._asked: list[_Asked] = []
        self._known: dict[Any, int] = {}
        self._queue: deque[Job] = deque()
        self._running: set[int] = set()
        self._standing: list[int] = []
        self._steps: tuple[int, ...] = ()
        self._sizes: tuple[int, ...] | None = None
        self._step = 0
        self._used_up = False
        self._tag, self._found = self._marked(facts)

    def _made(self) -> Any:
        optuna, facts = _optuna(), self.facts
        with _quiet():
            sampler = self.sampler or optuna.samplers.TPESampler(seed=int(facts.generator.integers(2**31)))
            study = optuna.create_study(
                direction="minimize" if facts.minimise else "maximize",
                sampler=sampler,
                pruner=optuna.pruners.NopPruner() if self.pruner is None or self._halving else self.pruner,
            )
        if self.sampler is None:
            first = Sobol()
            first.begin(dataclasses.replace(facts, candidates=min(self.batch, self.count)))
            while (settings := first.next_point()) is not None:
                study.enqueue_trial(params_of(settings, facts.axes))
        return study

    def _checked(self, study: Any) -> Any:
        optuna = _optuna()
        if not isinstance(study, optuna.Study):
            raise UsageError(f"Optuna: study must be one of optuna.create_study(); got {study!r:.60}.")
        if len(study.directions) != 1:
            raise UsageError(
                f"Optuna: a population has one score, but the study has {len(study.directions)} objectives."
            )
        if (study.direction.name == "MINIMIZE") != self.facts.minimise:
            wanted = "minimize" if self.facts.minimise else "maximize"
            raise UsageError(
                f"Optuna: the study has direction {study.direction.name.lower()}, but this score is to {wanted}. "
                f'Say optuna.create_study(direction="{wanted}"), or monitor another value.'
            )
        if self.sampler is not None:
            study.sampler = self.sampler
        if self.pruner is not None and self._halving is None:
            study.pruner = self.pruner
        return study

    def _checked_pruner(self) -> bool:
        """Whether a pruner of Optuna's judges."""
        if self._halving is not None:
            return False
        pruners, pruner = _optuna().pruners, self._study.pruner
        if self.pruner is not None and not isinstance(self.pruner, pruners.BasePruner):
            raise UsageError(
                "Optuna: pruner must be fl.population.SuccessiveHalving() or one of optuna.pruners; got "
                f"{self.pruner!r:.60}."
            )
        if isinstance(pruner, pruners.SuccessiveHalvingPruner | pruners.HyperbandPruner):
            raise UsageError(
                f"Optuna: {type(pruner).__name__} judges by the order in which it is asked, which in a batch means "
                "nothing: of nine values, best first, it keeps one, worst first all nine. Say "
                "pruner=fl.population.SuccessiveHalving(factor=3), which ranks the batch."
            )
        return not isinstance(pruner, pruners.NopPruner)

    def _marked(self, facts: Facts) -> tuple[dict[str, Any], dict[int, Any]]:
        """How this sweep marks its trials, and those that it has already, by candidate."""
        if not facts.sweep:
            return {}, {}
        frozen = self._study.get_trials(deepcopy=False)
        mine = [
            (each.user_attrs[MARK], each)
            for each in frozen
            if each.user_attrs.get(MARK, {}).get("sweep") == facts.sweep
        ]
        last = max((mark["begun"] for mark, _ in mine), default=-1)
        # A sweep that is begun anew in the same folder has nothing to do with the one before.
        tag = {"sweep": facts.sweep, "begun": max(last, 0) if facts.resumed else last + 1}
        found = {}
        for mark, trial in mine:
            if mark["begun"] == tag["begun"] and mark.get("candidate") is not None:
                found[mark["candidate"]] = trial
            elif not trial.state.is_finished():
                self._study.tell(trial.number, state=_optuna().trial.TrialState.FAIL)
        return tag, found

    def ask(self, places: int) -> list[Job]:
        """Jobs of this batch, or when all of it is told those of the next."""
        if not self._queue and not self._running:
            self._next_batch()
        jobs = [self._queue.popleft() for _ in range(min(places, len(self._queue)))]
        self._running.update(job.candidate for job in jobs)
        return jobs

    def _next_batch(self) -> None:
        first = len(self._asked)
        size = min(self.batch, self.count - first)
        while len(self._asked) < first + size and not self._used_up:
            self._next_candidate()
        self._standing, self._step = list(range(first, len(self._asked))), 0
        if not self._standing:
            return
        self._steps, self._sizes = self._laid_out(len(self._standing))
        for number in self._standing:
            self._queue.append(Job(number, self._steps[0], settings=self._asked[number].settings))

    def _laid_out(self, size: int) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
        """After which epochs the batch is judged, and how many then are left, where that is fixed."""
        epochs = self.facts.epochs
        if self._halving is not None:
            sizes, steps = zip(*self._halving.table(epochs, size), strict=True)
            return steps, sizes
        interval = self.interval or max(epochs // 10, 1)
        return (*(range(interval, epochs, interval) if self._judges else ()), epochs), None

    def _next_candidate(self) -> None:
        number, axes, optuna = len(self._asked), self.facts.axes, _optuna()
        if number in self._found:
            frozen = self._found[number]
            # A trial of an earlier process: it goes on under its own number.
            trial = optuna.trial.Trial(self._study, frozen._trial_id)
            asked = _Asked(trial, settings_of(frozen.params, axes), before=frozen)
            asked.closed = frozen.state.is_finished()
            asked.steps.update(frozen.intermediate_values)
            self._known[axes.key(asked.settings)] = number
            self._asked.append(asked)
            return
        for _ in range(REPEATS):
            trial, settings = self._suggested()
            known = self._known.setdefault(axes.key(settings), number)
            if known == number:
                self._asked.append(_Asked(trial, settings))
                trial.set_user_attr(MARK, {**self._tag, "candidate": number})
                return
            twin = self._asked[known]
            trial.set_user_attr(MARK, {**self._tag, "same as": known})
            twin.twins.append(trial)
            if twin.state is not None:
                self._close(twin)
            if isinstance(
                self._study.sampler, optuna.samplers.GridSampler | optuna.samplers.BruteForceSampler
            ):
                break  # both begin again at their end without a word
        self._used_up = True

    def _suggested(self) -> tuple[Any, Settings]:
        try:
            return ask(self._study, self.facts.axes)
        except ValueError as error:
            running = _optuna().trial.TrialState.RUNNING
            last = self._study.get_trials(deepcopy=False, states=(running,))[-1]
            self._study.tell(last.number, state=_optuna().trial.TrialState.FAIL)
            raise UsageError(
                f"Optuna: a trial of the study does not fit the axes {self.facts.axes}: {error}"
            ) from error

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """Reports the score; when all of the batch have theirs, judges who goes on."""
        asked = self._asked[candidate]
        self._running.discard(candidate)
        asked.badness = self.badness(score)
        diverged = not math.isfinite(asked.badness)
        if not diverged:
            asked.score = float(score)
            self._report(asked, epochs)
        asked.ended = ended or diverged
        if diverged:
            self._end(asked, "PRUNED")
        elif ended or epochs >= self.facts.epochs:
            self._end(asked, "COMPLETE")
        if not self._running and not self._queue:
            self._judge()

    def _report(self, asked: _Asked, epochs: int) -> None:
        """Reports each step once; a step told twice would keep its first value."""
        if epochs not in asked.steps and not asked.closed:
            asked.trial.report(asked.score, epochs)
            asked.steps.add(epochs)

    def _judge(self) -> None:
        """All have reached the step: who is left is trained to the next."""
        while not self._queue and self._step + 1 < len(self._steps):
            standing = [each for each in self._standing if math.isfinite(self._asked[each].badness)]
            if self._sizes is not None:
                order = sorted(standing, key=lambda each: (self._asked[each].badness, each))
                kept = set(order[: self._sizes[self._step + 1]])
            else:
                kept = {each for each in standing if not self._pruned(self._asked[each])}
            self._step += 1
            for number in standing:
                asked = self._asked[number]
                if number not in kept and asked.state is None:
                    self._end(asked, "PRUNED")
                elif number in kept and not asked.ended:
                    self._queue.append(Job(number, self._steps[self._step]))
            self._standing = [each for each in standing if each in kept]

    def _pruned(self, asked: _Asked) -> bool:
        if asked.state is not None:
            return False
        if asked.before is not None:
            # It is told again what it was told: the pruner now knows trials that it did not know then.
            last = max(asked.before.intermediate_values, default=0)
            if asked.before.state.is_finished() or last > self._steps[self._step]:
                return bool(asked.before.state.name == "PRUNED" and last == self._steps[self._step])
        return bool(asked.trial.should_prune())

    def _end(self, asked: _Asked, state: str) -> None:
        asked.state = state
        self._close(asked)

    def _close(self, asked: _Asked) -> None:
        """Tells the end of a candidate to its trials."""
        own = [] if asked.closed else [asked.trial]
        for trial in asked.twins:
            if math.isfinite(asked.score):
                trial.report(asked.score, max(asked.steps))
        # The value of a pruned trial is its last report.
        value = asked.score if asked.state == "COMPLETE" else None
        for trial in own + asked.twins:
            try:
                self._study.tell(trial, value, state=getattr(_optuna().trial.TrialState, str(asked.state)))
            except RuntimeError as error:
                if "Study.stop" not in str(error):
                    raise
                # The value is stored. Samplers of a finite space say in this way that it is used up.
                self._used_up = True
        asked.closed = True
        asked.twins.clear()

    @property
    def done(self) -> bool:
        """Whether all candidates are at their end, or the sampler has no more."""
        return not self._queue and not self._running and (self._used_up or len(self._asked) >= self.count)

    @property
    def stage(self) -> str:
        """Which batch, and until when it is trained before it is judged."""
        until = self._steps[self._step] if self._steps else 0
        batches = -(-self.count // self.batch)
        return f"batch {max(1, -(-len(self._asked) // self.batch))} of {batches}, until epoch {until}"

    def close(self) -> None:
        """Trials that nobody will go on with do not stay open; those of a sweep with a folder wait for its resuming."""
        if self.facts.sweep:
            return
        fail = _optuna().trial.TrialState.FAIL
        for asked in self._asked:
            for trial in asked.twins if asked.closed else [asked.trial, *asked.twins]:
                self._study.tell(trial, state=fail)
            asked.closed = True
            asked.twins.clear()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the line that Optuna logs for a study in memory, which is nobody's."""
    logging = _optuna().logging
    level = logging.get_verbosity()
    logging.set_verbosity(max(level, logging.WARNING))
    try:
        yield
    finally:
        logging.set_verbosity(level)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise UsageError(
            'Optuna: the package optuna is not installed. Install it with pip install "fallline[optuna]", or take '
            "fl.population.SuccessiveHalving(), Hyperband() or ASHA()."
        ) from error
    return optuna
