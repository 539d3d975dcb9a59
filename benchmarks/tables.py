"""Are the defaults of `fallline train` good? Ten real tables, no setting touched.

Question: on tables of people's everyday size, does the main job at its defaults predict at least as well as
    scikit-learn's multi-layer perceptron with early stopping, and is it done sooner?
Baselines: a linear model, scikit-learn's MLP (`early_stopping=True`, else its defaults) and its histogram
    gradient boosting, each with median imputation, standardisation and one-hot encoding.
Metric: accuracy and log loss (classes) or R2 and RMSE (numbers) on held-out test rows, mean over three seeded
    splits of at most 10,000 rows (`sgemm`: all), and Fallline's log loss or RMSE over that of the MLP and of
    boosting; seconds of fitting (Fallline's include compiling) and of the whole process.

    python benchmarks/tables.py                        all tables, about half an hour
    python benchmarks/tables.py --sets penguins,wine   some of them
    python benchmarks/tables.py --rows 100000          more rows of each
    python benchmarks/tables.py --json result.json     with every single number

The tables are read from `../shared/data`; `--data FOLDER` takes them from elsewhere.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from fallline.data.reading import read_table

ROWS = 10_000
ALL = 10**9
TEST_FRACTION = 0.2
MEASURES = {True: ("accuracy", "log_loss"), False: ("r2", "rmse")}
"""Whether the target is a class -> Fallline's names of the score and of the error."""
CONTENDERS = ("linear", "mlp", "boosting", "fallline")
HEADINGS = {"linear": "linear", "mlp": "sklearn MLP", "boosting": "boosting", "fallline": "Fallline"}


@dataclasses.dataclass(frozen=True)
class RealTable:
    """A real table: its files, its target (a position), the kind of target, what to leave out, and rows used."""

    files: tuple[str, ...]
    target: int
    classes: bool
    drop: tuple[str, ...] = ()
    rows: int = ROWS


TABLES = {
    "adult": RealTable(("adult/adult-train.csv.gz",), -1, True),
    "california": RealTable(("california/housing.csv.gz",), -2, False),
    "covtype": RealTable(("covtype/covtype.20k.data.gz",), -1, True),
    # casual + registered is the target itself; the instant is a row number.
    "bike": RealTable(("bike/hour.csv.gz",), -1, False, ("instant", "casual", "registered")),
    "concrete": RealTable(("concrete/concrete.csv.gz",), -1, False),
    "diamonds": RealTable(("diamonds/diamonds.csv.gz",), -4, False),
    "letter": RealTable(("letter/letter-recognition.data.gz",), 0, True),
    "penguins": RealTable(("penguins/penguins.csv.gz",), 0, True),
    # One of four repeated measurements; the others give it away. Ten thousand rows would be another task.
    "sgemm": RealTable(
        ("sgemm/sgemm_product.csv.gz",), 14, False, ("Run2 (ms)", "Run3 (ms)", "Run4 (ms)"), ALL
    ),
    "wine": RealTable(("wine/winequality-red.csv.gz", "wine/winequality-white.csv.gz"), -1, False),
}


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One contender on one split: accuracy or R2, log loss or RMSE, seconds."""

    table: str
    seed: int
    contender: str
    score: float
    error: float
    fit_seconds: float
    whole_seconds: float


def main() -> int:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", default=",".join(TABLES), help="tables, separated by commas")
    parser.add_argument("--seeds", default="0,1,2", help="seeds of the splits, separated by commas")
    parser.add_argument("--rows", type=int, help="rows of each table; without, as the header says")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument(
        "--contenders", default=",".join(CONTENDERS), help="which of " + ", ".join(CONTENDERS)
    )
    parser.add_argument(
        "--options", default="", help="further options for fallline train, to try other defaults"
    )
    parser.add_argument("--json", type=Path, help="write every single number to this file")
    parser.add_argument("--fit", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fit:
        print(json.dumps(_fit_scikit(*arguments.fit)))
        return 0
    names = arguments.sets.split(",")
    if unknown := [name for name in names if name not in TABLES]:
        parser.error(f"unknown table {', '.join(unknown)}; known: {', '.join(TABLES)}")
    measurements: list[Measurement] = []
    progress = Console(stderr=True)
    for name in names:
        for seed in map(int, arguments.seeds.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                train, test, target = _split(arguments.data, name, seed, arguments.rows, Path(folder))
                for contender in arguments.contenders.split(","):
                    measured = _measure(name, seed, contender, train, test, target, arguments.options)
                    progress.print(
                        f"{name} split {seed} {HEADINGS[contender]}: {measured.score:.4f}, "
                        f"{measured.error:.4g} in {measured.fit_seconds:.1f} s",
                        highlight=False,
                    )
                    measurements.append(measured)
    _print(measurements)
    if arguments.json:
        content = [dataclasses.asdict(measured) for measured in measurements]
        arguments.json.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return 0


def _split(data: Path, name: str, seed: int, rows: int | None, folder: Path) -> tuple[Path, Path, str]:
    """Writes training and test rows as files, the same for every contender."""
    table = TABLES[name]
    frames = [read_table(data / file).frame for file in table.files]
    if len(frames) > 1:
        frames = [
            frame.with_columns(pl.lit(kind).alias("kind")) for kind, frame in zip("ab", frames, strict=True)
        ]
        frames = [frame.select("kind", *frame.columns[:-1]) for frame in frames]
    frame = pl.concat(frames)
    target = frame.columns[table.target]
    frame = frame.drop(table.drop).filter(pl.col(target).is_not_null())
    order = np.random.default_rng(seed).permutation(len(frame))[: rows or table.rows]
    cut = int(len(order) * TEST_FRACTION)
    paths = folder / "train.csv", folder / "test.csv"
    for path, chosen in zip(paths, (order[cut:], order[:cut]), strict=True):
        frame[chosen.tolist()].write_csv(path)
    return (*paths, target)


def _measure(
    table: str, seed: int, contender: str, train: Path, test: Path, target: str, options: str
) -> Measurement:
    classes = TABLES[table].classes
    started = time.perf_counter()
    if contender == "fallline":
        command = [
            sys.executable,
            "-m",
            "fallline",
            "train",
            str(train),
            "--target",
            target,
            "--test",
            str(test),
        ]
        command += ["--task", "regression"] if not classes else []
        command += [
            "--seed",
            str(seed),
            "--out",
            str(train.parent / "run"),
            "--json",
            "--quiet",
            *options.split(),
        ]
        answer = json.loads(_output(command))
        score, error = (answer["test"][measure] for measure in MEASURES[classes])
        fit_seconds = answer["seconds"]
    else:
        kind = "classes" if classes else "numbers"
        command = [
            sys.executable,
            __file__,
            "--fit",
            contender,
            str(train),
            str(test),
            target,
            f"{kind}:{seed}",
        ]
        answer = json.loads(_output(command))
        score, error, fit_seconds = answer["score"], answer["error"], answer["seconds"]
    return Measurement(table, seed, contender, score, error, fit_seconds, time.perf_counter() - started)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {done.returncode}:\n{done.stderr}")
    return done.stdout


def _fit_scikit(contender: str, train: str, test: str, target: str, kind_and_seed: str) -> dict[str, float]:
    """Fits one of scikit-learn's models on the files; runs in a process of its own."""
    from sklearn.metrics import log_loss, root_mean_squared_error

    kind, seed = kind_and_seed.split(":")
    frames = [_dates_as_days(read_table(path).frame) for path in (train, test)]
    targets = [frame[target].to_numpy() for frame in frames]
    frames = [frame.drop(target) for frame in frames]
    text = [name for name, dtype in frames[0].schema.items() if dtype in (pl.String, pl.Boolean)]
    numeric = [name for name in frames[0].columns if name not in text]
    matrices = [np.array(frame.select(numeric + text).rows(), dtype=object) for frame in frames]
    model = _model(contender, kind == "classes", int(seed), len(numeric), len(text))
    started = time.perf_counter()
    model.fit(matrices[0], targets[0])
    seconds = time.perf_counter() - started
    score = float(model.score(matrices[1], targets[1]))
    if kind == "classes":
        error = log_loss(targets[1], model.predict_proba(matrices[1]), labels=model.classes_)
    else:
        error = root_mean_squared_error(targets[1], model.predict(matrices[1]))
    return {"score": score, "error": float(error), "seconds": seconds}


def _dates_as_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates as days since 1970: as categories every day would be one of its own."""
    frame = frame.with_columns(pl.selectors.temporal().cast(pl.Date).cast(pl.Int32))
    for name in [name for name, dtype in frame.schema.items() if dtype == pl.String]:
        dates = frame[name].str.to_date("%Y-%m-%d", strict=False)
        if dates.null_count() == frame[name].null_count():
            frame = frame.with_columns(dates.cast(pl.Int32).alias(name))
    return frame


def _model(contender: str, classes: bool, seed: int, numeric: int, text: int) -> Any:
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

    numbers, words = list(range(numeric)), list(range(numeric, numeric + text))
    as_text = FunctionTransformer(lambda values: np.where(values == None, "missing", values).astype(str))  # noqa: E711
    as_float = FunctionTransformer(lambda values: values.astype(float))
    if contender == "boosting":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        columns = ColumnTransformer([("n", as_float, numbers), ("t", make_pipeline(as_text, codes), words)])
        boosting = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        return make_pipeline(columns, boosting(random_state=seed, categorical_features=words))
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scaled = make_pipeline(as_float, SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("n", scaled, numbers), ("t", make_pipeline(as_text, one_hot), words)])
    if contender == "linear":
        return make_pipeline(columns, LogisticRegression(max_iter=1000) if classes else RidgeCV())
    if classes:
        return make_pipeline(columns, MLPClassifier(early_stopping=True, max_iter=1000, random_state=seed))
    network = MLPRegressor(early_stopping=True, max_iter=1000, random_state=seed)
    return make_pipeline(columns, TransformedTargetRegressor(network, transformer=StandardScaler()))


def _print(measurements: list[Measurement]) -> None:
    contenders = [name for name in CONTENDERS if any(m.contender == name for m in measurements)]
    table = Table(
        title="Accuracy | log loss, or R2 | RMSE (mean of the splits); seconds of fitting | of the process"
    )
    table.add_column("table")
    for name in contenders:
        table.add_column(HEADINGS[name], justify="right")
    peers = [name for name in ("mlp", "boosting") if {"fallline", name} <= set(contenders)]
    for name in peers:
        table.add_column(f"error / {HEADINGS[name]}'s", justify="right")
    for name in dict.fromkeys(m.table for m in measurements):
        cells = [name + ("" if TABLES[name].classes else " (R2)")]
        errors: dict[str, np.ndarray[Any, Any]] = {}
        for contender in contenders:
            own = [m for m in measurements if m.table == name and m.contender == contender]
            errors[contender] = np.array([m.error for m in own])
            score = np.mean([m.score for m in own])
            fit, whole = (
                np.median([getattr(m, f"{kind}_seconds") for m in own]) for kind in ("fit", "whole")
            )
            cells.append(f"{score:.4f} | {errors[contender].mean():.4g}\n{fit:.1f} | {whole:.1f} s")
        for peer in peers:
            ratios = errors["fallline"] / errors[peer]
            spread = ratios.std(ddof=1) / np.sqrt(len(ratios)) if len(ratios) > 1 else float("nan")
            cells.append(f"{ratios.mean():.3f}\n± {spread:.3f}")
        table.add_row(*cells)
    Console(width=None if sys.stdout.isatty() else 150).print(table)


if __name__ == "__main__":
    sys.exit(main())
