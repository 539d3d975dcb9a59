"""Optimizers, activations, initializers and regularizers on one table: each tuned, over the same seeds, one factor at a time."""

from __future__ import annotations

import dataclasses
import functools
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID253  (only who writes tables imports this module)

import fallline
from fallline import activations, initializers, optimizers
from fallline._tree import replace
from fallline.engine import Rule
from fallline.errors import TrainingWarning, UsageError
from fallline.experiment import network
from fallline.experiment.finish import tell_data
from fallline.experiment.kept import run_folder
from fallline.experiment.parts import Prepared
from fallline.experiment.populations.candidates import Candidates
from fallline.experiment.preparation import prepare
from fallline.experiment.record import AXIS_LABELS
from fallline.experiment.settings import Settings
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.population import Comparison, compare
from fallline.population.comparison import FACTORS
from fallline.report.summary import render_comparisons

MOMENTUM = 0.9
NAMED = {"momentum": {"momentum": MOMENTUM}, "nesterov": {"momentum": MOMENTUM, "nesterov": True}}
"""Names beside those of optimizers: SGD with these arguments. 0.9 is what nearly all who use momentum use."""

REGULARIZERS = ("l1", "l2", "weight_decay", "dropout")
SETTING_OF = {"optimizers": "optimizer", "activations": "activation"}
"""Factor -> the setting that it varies, which then cannot be given."""


@dataclass(frozen=True)
class Contrast:
    """What is compared.

    Args:
        settings: The data, and what is common to all.
        factors: Factor, a key of `run_folder.COMPARED` -> what is compared.
        seeds: How many networks of each.
        tuning_seeds: How many others each learning rate is tried with; 0: nothing is tuned.

    Raises:
        UsageError: nothing, or one thing alone, is to be compared, or something is unknown.
    """

    __repr__ = fields_shown

    settings: Settings
    factors: Mapping[str, tuple[str, ...]]
    seeds: int = 20
    tuning_seeds: int = 3

    def __post_init__(self) -> None:
        if not self.factors:
            raise UsageError(
                f"what is to be compared? Give one of {', '.join(f'--{factor}' for factor in run_folder.COMPARED)}."
            )
        for factor, names in self.factors.items():
            if len(names) < 2 or len(set(names)) < len(names):
                raise UsageError(
                    f"--{factor} needs two different names at least; got {', '.join(names) or 'none'}."
                )
            own = SETTING_OF.get(factor)
            if own is not None and getattr(self.settings, own) is not None:
                raise UsageError(f"--{own} fixes what --{factor} compares; give one of the two.")
            for name in names:
                _check(factor, name)
        for part in ("validation", "test"):
            if getattr(self.settings, part) == 0:
                raise UsageError(
                    f"a comparison is tuned by validation rows and judged by test rows, and with {part} 0 there are none."
                )


@dataclass(frozen=True)
class Contrasted:
    """Comparisons that were made.

    Args:
        folder: Where their files are.
        found: Factor -> what was found.
        words: What they are judged by.
        interrupted: Whether Ctrl-C came before the last of them.
    """

    __repr__ = fields_shown

    folder: Path
    found: Mapping[str, Comparison]
    words: str
    interrupted: bool = False


def run_contrast(
    contrast: Contrast,
    *,
    out: str | Path | None = None,
    force: bool = False,
    quiet: bool = True,
    announce: Callable[[str], None] | None = None,
) -> Contrasted:
    """Compares, and writes tables and figures.

    Args:
        contrast: What, on which data.
        out: The folder; None for `runs/<data>-comparison-<number>`.
        force: Write over what an earlier comparison left in the folder.
        quiet: Whether nothing is shown while the networks train.
        announce: Called with each sentence about what is done.

    Raises:
        UsageError: the settings do not fit the data or each other, or the folder exists.
        DataError: the data cannot be used, or the folder cannot be written.
        NotReadyError: all networks of a choice diverged, whatever its rate.
        KeyboardInterrupt: interrupted before the first comparison was done; later those that are done are written.
    """
    say = announce or (lambda _: None)
    settings = contrast.settings
    run_folder.check_free(out, force=force)
    network.check_names(settings)
    prepared = prepare(settings)
    candidates = Candidates.of(settings, prepared)
    tell_data(settings, prepared, say)
    folder = run_folder.claim(out, f"{settings.name}-comparison", force=force)
    found: dict[str, Comparison] = {}
    interrupted = False
    try:
        for factor, names in contrast.factors.items():
            say(f"comparing {factor}: {', '.join(names)}")
            with warnings.catch_warnings(action="ignore", category=TrainingWarning):
                found[factor] = _compared(contrast, factor, names, candidates, prepared, quiet=quiet)
    except KeyboardInterrupt:
        if not found:
            folder.discard()
            raise
        interrupted = True
    except BaseException:
        folder.discard()
        raise
    folder.clear()
    done = Contrasted(folder.path, found, AXIS_LABELS[prepared.task]["loss"], interrupted)
    scores = [pl.DataFrame(_rows(factor, one)) for factor, one in found.items()]
    folder.write_table(run_folder.SCORES, pl.concat(scores))
    tuning = [table for factor, one in found.items() if (table := _tuning(factor, one)) is not None]
    if tuning:
        folder.write_table(run_folder.TUNING, pl.concat(tuning))
    folder.write_json(run_folder.COMPARISON, contrasted_json(contrast, done))
    for factor, one in found.items():
        folder.write(run_folder.COMPARED[factor], functools.partial(_draw, one))
    sections = {factor: (one.table(), one.sentences()) for factor, one in found.items()}
    figures = {factor: run_folder.COMPARED[factor] for factor in found}
    folder.write_text(run_folder.SUMMARY, render_comparisons(str(folder.path), done.words, sections, figures))
    return done


def contrasted_json(contrast: Contrast, done: Contrasted) -> dict[str, Any]:
    """What was compared and found, as a JSON value."""
    return {
        "fallline": fallline.__version__,
        "run": str(done.folder),
        "settings": contrast.settings.to_json(),
        "score": done.words,
        "seeds": contrast.seeds,
        "tuning_seeds": contrast.tuning_seeds,
        "factors": {
            factor: {
                "best": one.ranking.best.name,
                "table": one.table(),
                "sentences": one.sentences(),
                "choices": {
                    standing.name: {
                        "place": standing.place,
                        "mean": standing.mean,
                        "low": standing.low,
                        "high": standing.high,
                        "settings": dict(one.settings[standing.name]),
                        "scores": one.scores[standing.name].tolist(),
                        "p": standing.p,
                        "cannot_be_told_from_the_best": standing.with_best,
                    }
                    for standing in one.ranking.standings
                },
            }
            for factor, one in done.found.items()
        },
    }


def _compared(
    contrast: Contrast,
    factor: str,
    names: tuple[str, ...],
    candidates: Candidates,
    prepared: Prepared,
    *,
    quiet: bool,
) -> Comparison:
    common, validation, test = candidates.common, prepared.validation, prepared.test
    assert validation is not None
    assert test is not None
    assert common.epochs is not None
    built = {name: functools.partial(_network, factor, name, candidates) for name in names}

    def rules(choice: str, learning_rate: float | None = None) -> list[Rule]:
        return network.rules(_settings(factor, choice, candidates, learning_rate), watched=True)

    tune: Any = None
    if contrast.tuning_seeds:
        rates = {name: _settings(factor, name, candidates, None).learning_rate or 1.0 for name in names}
        tune = {
            name: {"learning_rate": [float(f"{rate * by:.3g}") for by in FACTORS]}
            for name, rate in rates.items()
        }
    return compare(
        built,
        prepared.train.x,
        prepared.train.y,
        seeds=contrast.seeds,
        tune=tune,
        tuning_seeds=contrast.tuning_seeds or 1,
        validation=(validation.x, validation.y),
        test=(test.x, test.y),
        epochs=common.epochs,
        batch_size=common.batch_size,
        callbacks=rules,
        seed=contrast.settings.seed,
        verbose=0 if quiet else "auto",
    )


def _network(
    factor: str, name: str, candidates: Candidates, *, learning_rate: float | None = None, seed: int = 0
) -> Model:
    settings = _settings(factor, name, candidates, learning_rate)
    settings = dataclasses.replace(settings, seed=seed)
    initializer = name if factor == "initializers" else None
    model = network.build(settings, candidates.prepared, initializer=initializer)
    if factor == "optimizers" and name in NAMED:
        compiled = network.compiled(settings, candidates.prepared)
        model.compile(**{**compiled, "optimizer": replace(compiled["optimizer"], **NAMED[name])})
    return model


def _settings(factor: str, name: str, candidates: Candidates, learning_rate: float | None) -> Settings:
    """The complete settings of a choice."""
    chosen: dict[str, Any] = {} if learning_rate is None else {"learning_rate": learning_rate}
    if factor == "optimizers":
        chosen["optimizer"] = "sgd" if name in NAMED else name
    elif factor == "activations":
        chosen["activation"] = name
    elif factor == "regularizers":
        chosen |= _regularizer(name)
    return candidates.settings(chosen)


def _regularizer(name: str) -> dict[str, Any]:
    """`l2=0.001` as {"l2": 0.001} with no other regularisation; `none` as none at all."""
    nothing: dict[str, Any] = {**dict.fromkeys(REGULARIZERS, 0.0), "batch_norm": False}
    if name == "none":
        return nothing
    if name == "batch_norm":
        return {**nothing, "batch_norm": True}
    setting, equals, value = name.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if setting not in REGULARIZERS or not equals or not number > 0:
        raise UsageError(
            f'--regularizers: "{name}" is none; write none, batch_norm, '
            f"{', '.join(f'{known}=0.01' for known in REGULARIZERS)}."
        )
    return {**nothing, setting: number}


def _check(factor: str, name: str) -> None:
    """Refuses what is unknown, before data are read."""
    if factor == "optimizers" and name not in NAMED:
        optimizer = optimizers.get(name)
        if not isinstance(optimizer, optimizers.FirstOrderOptimizer):
            raise UsageError(f'--optimizers: "{name}" has no learning rate; it cannot be compared here.')
    elif factor == "activations":
        activations.get(name)
    elif factor == "initializers":
        initializers.get(name)
    elif factor == "regularizers":
        dataclasses.replace(Settings("data"), **_regularizer(name))


def _rows(factor: str, found: Comparison) -> dict[str, list[Any]]:
    """A row for each network that was compared."""
    rows = [
        (factor, name, seed, float(score))
        for name, scores in found.scores.items()
        for seed, score in zip(found.seeds, scores, strict=True)
    ]
    return {name: [row[k] for row in rows] for k, name in enumerate(("factor", "choice", "seed", "score"))}


def _tuning(factor: str, found: Comparison) -> pl.DataFrame | None:
    """A row for each value that was tried."""
    rows = [
        {"factor": factor, "choice": name, **one.settings, "score": one.score}
        for name, tried in found.tried.items()
        for one in tried
    ]
    return pl.DataFrame(rows) if rows else None


def _draw(found: Comparison, path: Path) -> None:
    from fallline.report.figures import save_figure

    save_figure(found.plot(), path)
