"""One model of several networks: of several seeds, or of the folds of a cross-validation, or of both."""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fallline import Input, layers
from fallline.errors import TrainingWarning
from fallline.experiment import network
from fallline.experiment.answers import answers_of
from fallline.experiment.finish import Experiment, finish, network_sentence
from fallline.experiment.kept import run_folder
from fallline.experiment.many import Answers, Many
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.populations.candidates import Candidates
from fallline.experiment.populations.folding import Folding, fold_rows, some
from fallline.experiment.populations.joined_seen import out_of_fold_table, tell_joined
from fallline.experiment.populations.members import counted, member_figures, member_tables
from fallline.experiment.reasons import reasons
from fallline.experiment.record import Trained
from fallline.experiment.settings import Settings
from fallline.experiment.tables import by_name
from fallline.history import History
from fallline.models import Ensemble, Model
from fallline.population import Member, Population


def run_joined(
    settings: Settings,
    prepared: Prepared,
    out: str | Path | None,
    *,
    force: bool,
    quiet: bool,
    say: Callable[[str], None],
) -> Experiment:
    """Trains the networks of seeds and folds as one population, joins them, and writes the run folder.

    Args:
        settings: As the person gave them, with folds, or an ensemble, or both.
        prepared: The data as one network would have them.
        out: The run folder; None for `runs/<data>-<number>`.
        force: Write over the run that is in the folder.
        quiet: Whether nothing is shown while they train.
        say: Called with each sentence about what was found and chosen.

    Raises:
        UsageError, DataError: see `run_experiment`; more folds than rows, groups, or rows of a class.
        KeyboardInterrupt: interrupted before the first epoch was done; no folder is left.
    """
    folding = None if settings.folds is None else fold_rows(settings, prepared)
    candidates = Candidates.of(settings, prepared if folding is None else folding.alone)
    settings = by_name(candidates.common, prepared)
    seeds = tuple(range(settings.seed, settings.seed + (settings.ensemble or 1)))
    shown = candidates.build(seed=settings.seed)
    say(f"{_words(settings)}; each a {network_sentence(settings, candidates.prepared, shown)}")
    folder = run_folder.claim(out, settings.name, force=force)
    population = Population(candidates.build, {}, seeds=seeds)
    start = time.perf_counter()
    try:
        with warnings.catch_warnings(action="ignore", category=TrainingWarning):
            _train(population, candidates, prepared, folding, quiet=quiet)
        members = _used(population.members)
    except BaseException:
        folder.discard()
        raise
    seconds = time.perf_counter() - start
    if folding is not None:
        prepared = folding.prepared
    model = _joined(members, prepared, network.compiled(settings, prepared))
    said = None if folding is None else _held_out(prepared, folding, members)
    tables = member_tables(population.results)
    if folding is not None and said is not None:
        tables[run_folder.OUT_OF_FOLD] = out_of_fold_table(prepared, folding, said)
    many = Many(
        tell=functools.partial(tell_joined, settings, prepared, folding, said, population.members, members),
        networks=len(members),
        message=_message(population, members),
        unseen=None if folding is None or said is None else functools.partial(_unseen, folding, said),
        tables=tables,
        figures=member_figures(population.results),
    )
    why = reasons(candidates.given, candidates.common, candidates.about)
    trained = Trained(folder, settings, prepared, model, _history(members), seconds, many, reasons=why)
    return finish(trained, say)


def _words(settings: Settings) -> str:
    """How many networks, and of what: `5 networks, one a fold`."""
    folds, seeds = settings.folds, settings.ensemble
    if folds is None:
        return f"an ensemble of {seeds} networks of different seeds"
    return f"{folds} folds, a network each" if seeds is None else f"{folds} folds, {seeds} networks each"


def _train(
    population: Population,
    candidates: Candidates,
    prepared: Prepared,
    folding: Folding | None,
    *,
    quiet: bool,
) -> None:
    """Trains all networks; after Ctrl-C it goes on with what they have learned, if that is an epoch."""
    common, validation = candidates.common, prepared.validation
    assert common.epochs is not None
    if folding is not None:
        rows: dict[str, Any] = {"x": folding.x, "y": folding.y, "folds": folding.pairs}
    else:
        rows = {"x": prepared.train.x, "y": prepared.train.y}
        rows |= {} if validation is None else {"validation_data": (validation.x, validation.y)}
    try:
        population.fit(
            **rows,
            batch_size=common.batch_size,
            epochs=common.epochs,
            callbacks=candidates.rules,
            monitor=None if validation is None else candidates.monitor,
            verbose=0 if quiet else "auto",
        )
    except KeyboardInterrupt:
        if not any(member.epochs for member in population.members):
            raise


def _used(members: Sequence[Member]) -> list[Member]:
    """The networks that answer: those that learned something, or all where none did."""
    begun = [member for member in members if member.epochs and not member.diverged]
    return begun or [member for member in members if member.outcome is not None]


def _message(population: Population, members: Sequence[Member]) -> str:
    """How the training ended."""
    said = f"{len(population.members)} networks: {counted(population)}."
    if any(member.status == "interrupted" for member in members):
        return f"{said} Interrupted; the best weights so far answer."
    if all(member.diverged for member in members):
        return f"{said} Try a smaller learning rate: --learning-rate."
    return said


def _history(members: Sequence[Member]) -> History:
    """The record of the first network, or of the first that was interrupted."""
    told = [member for member in members if member.status == "interrupted"] or list(members)
    history = told[0].history
    assert history is not None
    return history


def _joined(members: Sequence[Member], prepared: Prepared, compiled: Mapping[str, Any]) -> Model:
    """The mean of what the networks answer, as one model; those of folds have each its own block of the inputs."""
    if prepared.folded is None:
        return Ensemble([member.model for member in members])
    inputs = Input(prepared.train.x.shape[1:], dtype=str(prepared.train.x.dtype))
    width, answers = prepared.folded.width, []
    for member in members:
        assert member.fold is not None
        answers.append(member.model(inputs[:, member.fold * width : (member.fold + 1) * width]))
    model = Model(inputs, answers[0] if len(answers) == 1 else layers.Average()(answers))
    model.compile(**compiled)
    return model


def _unseen(folding: Folding, said: Answers, part: Part) -> Answers:
    """What the networks say of some rows of the folds, each row by those that have not seen it."""
    return said[np.searchsorted(folding.part.numbers, part.numbers)]


def _held_out(prepared: Prepared, folding: Folding, members: Sequence[Member]) -> Answers:
    """What the networks say of all rows of the folds, each row by the networks of the fold that held it out.

    NaN where a fold has none: all of them diverged.
    """
    shape = (
        (len(folding.part),) if prepared.task == "regression" else (len(folding.part), len(prepared.classes))
    )
    said = np.full(shape, np.nan)
    for number, fold in enumerate(folding.folds):
        own = [member for member in members if member.fold == number]
        if own:
            inputs = folding.inputs(number, some(folding.part, fold.held))
            outputs = [np.asarray(member.model.predict(inputs, verbose=0)) for member in own]
            said[fold.held] = answers_of(prepared.target, np.mean(outputs, axis=0))
    return said
