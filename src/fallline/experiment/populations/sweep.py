"""A sweep: many candidates, of which the best becomes a run as `fallline train` leaves it.

The rows are divided once, as `fallline train` divides them. Candidates learn from the training rows and are compared on the
validation rows, or on the folds of both; the test rows are scored when the choice is made, once.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallline.errors import TrainingWarning, UsageError
from fallline.experiment import network
from fallline.experiment.finish import Experiment, finish, tell_data
from fallline.experiment.kept import run_folder
from fallline.experiment.kept.run_folder import RunFolder
from fallline.experiment.many import Many
from fallline.experiment.parts import Prepared
from fallline.experiment.populations.candidates import Candidates
from fallline.experiment.populations.folding import Folding, fold_rows
from fallline.experiment.populations.members import member_figures, member_tables
from fallline.experiment.populations.space import default_space, space_of, without
from fallline.experiment.populations.swept import CANDIDATES, Sweeping
from fallline.experiment.populations.swept_seen import score_words, tell_sweep
from fallline.experiment.preparation import prepare
from fallline.experiment.record import Trained
from fallline.experiment.settings import Settings
from fallline.experiment.tables import by_name
from fallline.experiment.threshold import check_threshold
from fallline.experiment.training import train
from fallline.history import History
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.population import Member, Population
from fallline.population.results.divergence import divergence_text
from fallline.population.spaces import Axes


@dataclass(frozen=True)
class Swept:
    """A sweep that has ended.

    Args:
        folder: The run folder.
        population: All networks.
        outcome: `completed`, `interrupted`, or `diverged` where no network has learned anything.
        message: What that means, and what to do; empty where the sweep ended by itself.
        experiment: The best network as a run; None where there is none.
        settings: What was chosen for it: axis -> value; empty where there is none.
    """

    __repr__ = fields_shown

    folder: Path
    population: Population
    outcome: str
    message: str
    experiment: Experiment | None
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)


def run_sweep(
    sweeping: Sweeping,
    *,
    out: str | Path | None = None,
    force: bool = False,
    resume: str | Path | None = None,
    quiet: bool = True,
    announce: Callable[[str], None] | None = None,
    rows: Any = None,
) -> Swept:
    """Trains candidates, chooses the best by validation, and writes it as a run with the population beside it.

    Args:
        sweeping: What varies, on what.
        out: The run folder; None for `runs/<data>-<number>`.
        force: Write over the run that is in the folder.
        resume: The folder of a sweep that was cut off, to go on with; `sweeping` is then `Sweeping.resumed` of it.
        quiet: Whether nothing is shown while the networks train.
        announce: Called with each sentence about what was found and chosen.
        rows: A data frame to train on; `sweeping.settings.data` is then its name.

    Raises:
        UsageError: the settings do not fit the data or each other, or the run folder exists.
        DataError: the data cannot be used, or the folder cannot be written.
        KeyboardInterrupt: interrupted before any network was trained for an epoch; no folder is left.
    """
    say = announce or (lambda _: None)
    if resume is None:
        run_folder.check_free(out, force=force)
    plan = _planned(sweeping, rows)
    tell_data(sweeping.settings, plan.prepared, say)
    say(_sentence(sweeping, plan))
    folder = _folder(sweeping, out, resume, force=force)
    begun = time.perf_counter()
    try:
        interrupted = _fit(plan, sweeping, folder, resume, quiet=quiet)
    except BaseException:
        if resume is None:
            folder.discard()
        raise
    seconds = time.perf_counter() - begun
    population, best = plan.population, _chosen(plan.population)
    if best is None:
        return _without_best(population, folder, interrupted=interrupted)
    spent = _spent(plan)
    many = Many(
        tell=functools.partial(tell_sweep, sweeping, population, best, spent, interrupted, str(folder.path)),
        tables=member_tables(population.results),
        figures=member_figures(population.results),
        kept=(run_folder.SWEEP, run_folder.POPULATION),
    )
    say(f"the best by {score_words(population)}: candidate {best.candidate}, member {best.number}")
    own, model, history, more = _network(best, plan)
    run = Trained(folder, by_name(own, plan.prepared), plan.prepared, model, history, seconds + more, many)
    experiment = finish(run, say)
    message = _interrupted(folder) if interrupted else ""
    outcome = "interrupted" if interrupted else "completed"
    return Swept(folder.path, population, outcome, message, experiment, dict(best.settings))


@dataclass(frozen=True)
class _Plan:
    """A sweep before it begins.

    Args:
        prepared: The data.
        folding: The folds by which candidates are compared; None for the validation rows.
        candidates: What networks there may be.
        axes: What varies.
        population: All of them.
    """

    __repr__ = fields_shown

    prepared: Prepared
    folding: Folding | None
    candidates: Candidates
    axes: Axes
    population: Population


def _planned(sweeping: Sweeping, rows: Any) -> _Plan:
    settings = sweeping.settings
    named = space_of(sweeping.space, settings) if sweeping.space else None
    network.check_names(settings)
    prepared = prepare(settings, rows)
    check_threshold(settings, prepared)
    folding = None
    if sweeping.folds is not None:
        folding = fold_rows(dataclasses.replace(settings, folds=sweeping.folds), prepared, held_watch=True)
    seen = prepared if folding is None else folding.alone
    candidates = Candidates.of(settings, seen, () if named is None else named.names)
    axes = named or without(default_space(candidates.common, len(prepared.train)), settings)
    return _Plan(prepared, folding, candidates, axes, _population(sweeping, candidates, axes))


def _population(sweeping: Sweeping, candidates: Candidates, axes: Axes) -> Population:
    count = sweeping.members
    whole_grid = axes.size is not None and sweeping.search in (None, "grid")
    if count is None and not whole_grid and sweeping.search not in ("grid", "hyperband"):
        count = CANDIDATES
    return Population(
        candidates.build,
        axes.axes,
        members=count,
        seeds=sweeping.each_seeds,
        search=sweeping.made_search(),
        seed=sweeping.settings.seed,
    )


def _sentence(sweeping: Sweeping, plan: _Plan) -> str:
    """What is about to be done, in a few lines."""
    axes = plan.axes
    named = axes.size if sweeping.members is None and sweeping.search in (None, "grid") else sweeping.members
    drawn = CANDIDATES if named is None and sweeping.search != "hyperband" else named
    many = "as many candidates as its brackets hold" if drawn is None else f"{drawn:,} candidates"
    seeds, folds = sweeping.each_seeds, sweeping.folds
    each = [f"{seeds} seeds" if seeds > 1 else "", f"{folds} folds" if folds else ""]
    each_words = " x ".join(word for word in each if word)
    search = sweeping.search or ("grid" if named is not None and sweeping.members is None else "random")
    total = "" if drawn is None else f" = {drawn * seeds * (folds or 1):,} networks"
    lines = [
        f"sweep: {many}{each_words and f' x {each_words}'}{total if each_words else ''}, {search}; at most "
        f"{plan.candidates.common.epochs} epochs each; compared by {plan.candidates.monitor}"
    ]
    lines += [f"  {name} = {axis}" for name, axis in axes.axes.items()]
    return "\n".join(lines)


def _folder(
    sweeping: Sweeping, out: str | Path | None, resume: str | Path | None, *, force: bool
) -> RunFolder:
    if resume is not None:
        return RunFolder(Path(resume), fresh=False)
    folder = run_folder.claim(out, sweeping.settings.name, force=force)
    if not folder.fresh:
        # The networks of an earlier sweep are not those of this one; its model stays until the new one is written.
        folder.clear(keep=tuple(name for name in run_folder.FILES if name != run_folder.SWEEP))
    folder.write_json(run_folder.SWEEP, sweeping.to_json(folder.path))
    return folder


def _fit(
    plan: _Plan, sweeping: Sweeping, folder: RunFolder, resume: str | Path | None, *, quiet: bool
) -> bool:
    """Trains the candidates, and says whether that was interrupted."""
    population, candidates = plan.population, plan.candidates
    common, prepared, folding, validation = (
        candidates.common,
        plan.prepared,
        plan.folding,
        plan.prepared.validation,
    )
    assert common.epochs is not None
    if folding is not None:
        given: dict[str, Any] = {"x": folding.x, "y": folding.y, "folds": folding.pairs}
    else:
        assert validation is not None
        given = {
            "x": prepared.train.x,
            "y": prepared.train.y,
            "validation_data": (validation.x, validation.y),
        }
    kept = folder.path / run_folder.POPULATION
    try:
        with warnings.catch_warnings(action="ignore", category=TrainingWarning):
            population.fit(
                **given,
                batch_size=common.batch_size,
                epochs=common.epochs,
                callbacks=candidates.rules,
                monitor=candidates.monitor,
                budget=sweeping.budget,
                seconds=None if sweeping.minutes is None else 60 * sweeping.minutes,
                folder=kept,
                resume=resume is not None and kept.is_dir(),
                verbose=0 if quiet else "auto",
            )
    except KeyboardInterrupt:
        if not any(member.epochs for member in population.members):
            raise
        return True
    return False


def _chosen(population: Population) -> Member | None:
    """The best member of the candidate that is best on average; None where all diverged."""
    results = population.results
    ranking = results.rank()
    if not ranking.standings or math.isnan(ranking.best.mean):
        return None
    own = [member for member in population.members if member.candidate == ranking.best.candidate]
    sign = 1 if results.minimise else -1
    return min(
        (member for member in own if math.isfinite(member.score)), key=lambda member: sign * member.score
    )


def _network(best: Member, plan: _Plan) -> tuple[Settings, Model, History, float]:
    """The network of the best settings, its record, and the seconds that making it took.

    Judged by folds, the settings train a network as `fallline train` does: those of the folds lack a part of the rows.
    """
    candidates, prepared = plan.candidates, plan.prepared
    if plan.folding is None:
        assert best.history is not None
        return candidates.settings(best.settings, best.seed), best.model, best.history, 0.0
    own = Candidates.of(candidates.given, prepared).settings(best.settings, candidates.given.seed)
    model = network.build(own, prepared)
    history, seconds = train(model, own, prepared, None)
    return own, model, history, seconds


def _spent(plan: _Plan) -> tuple[int, int]:
    """Epochs that all members trained, and that they would have trained without an early end."""
    most, members = plan.candidates.common.epochs, plan.population.members
    assert most is not None
    return sum(member.epochs for member in members), len(members) * most


def _interrupted(folder: RunFolder) -> str:
    return f"Interrupted; the best so far is kept. Go on with: fallline sweep --resume {folder.path}"


def _without_best(population: Population, folder: RunFolder, *, interrupted: bool) -> Swept:
    """Nothing to make a run of: what there is is written, and said."""
    for name, table in member_tables(population.results).items():
        folder.write_table(name, table)
    if interrupted or not population.members:
        said = "No network has a score yet. "
        said += _interrupted(folder) if interrupted else "Give a larger --budget or --minutes."
        if not interrupted:
            raise UsageError(said)
        return Swept(folder.path, population, "interrupted", said, None)
    told = divergence_text(population.members)
    message = f"{told} What they did is in {folder.path / run_folder.MEMBERS}."
    return Swept(folder.path, population, "diverged", message, None)
