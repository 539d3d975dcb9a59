"""One contender on one division: its scores on the test rows, and what it cost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from peers.tabular.sets import Division

FITS = Path(__file__).parent / "fits.py"
PEERS = ("linear", "mlp", "boosting", "realmlp", "tabm")
OWN = ("fallline", "fallline-thorough")
CONTENDERS = (*PEERS, *OWN)
LEAST_SHARE = 1e-15
"""A share of 0 of the true class would be an infinite log loss; scikit-learn clips there in 64 bits."""


@dataclass(frozen=True)
class Measurement:
    """What one contender did on one division.

    Args:
        set, seed, contender: Which.
        build: Of which build of Fallline, with its options; of a peer the versions of its packages.
        rows: Rows of the table, test rows included, that were drawn.
        score: Accuracy, or R2.
        error: Log loss in nats, or RMSE in the target's unit.
        fit: Processor seconds of fitting; of Fallline those of all of `fallline train`, compiling included.
        whole: Processor seconds of all processes, from interpreter to answers.
        wall: Seconds of the same.
        failed: Why there is nothing of all that; empty where there is.
    """

    set: str
    seed: int
    contender: str
    build: str = ""
    rows: int = 0
    score: float = float("nan")
    error: float = float("nan")
    fit: float = float("nan")
    whole: float = float("nan")
    wall: float = float("nan")
    failed: str = ""


def measure(
    name: str,
    seed: int,
    contender: str,
    division: Division,
    *,
    build: str,
    rows: int,
    python: str,
    options: str,
    limit: float,
) -> Measurement:
    """Runs a contender in processes of its own, and scores what it says.

    Args:
        name: The table.
        seed: Of the division, and of the contender.
        contender: One of `CONTENDERS`.
        division: The rows.
        build: What this build of Fallline is called.
        rows: Rows that were drawn.
        python: The interpreter that has pytabkit.
        options: Further options of `fallline train`.
        limit: Wall seconds after which a contender is ended.
    """
    folder = division.train.parent / contender
    folder.mkdir()
    answers = folder / "answers.npz"
    before, started = _children(), time.perf_counter()
    of: dict[str, Any] = {"set": name, "seed": seed, "contender": contender, "rows": rows}
    of |= {"build": build} if contender in OWN else {}
    try:
        if contender in OWN:
            fit = _fallline(contender, division, seed, folder, options, limit)
            said = _read_csv(folder / "said.csv", division)
        else:
            interpreter = python if contender in ("realmlp", "tabm") else sys.executable
            kind = "classes" if division.classes else "numbers"
            given = [
                str(division.train),
                str(division.test),
                division.target,
                kind,
                str(seed),
                str(answers),
            ]
            _run([interpreter, str(FITS), contender, *given], limit, folder)
            found = np.load(answers)
            said, fit = _read_npz(found, division), float(found["fit"])
            of["build"] = str(found["versions"])
    except subprocess.TimeoutExpired:
        return Measurement(**of, failed=f"not done after {limit:g} s")
    except RuntimeError as error:
        return Measurement(**of, failed=str(error))
    costs: dict[str, Any] = {"fit": fit, "whole": _children() - before, "wall": time.perf_counter() - started}
    score, wrong = scored(said, division)
    return Measurement(**of, score=score, error=wrong, **costs)


def scored(said: np.ndarray, division: Division) -> tuple[float, float]:
    """Accuracy and log loss of shares (rows, known classes), or R2 and RMSE of values.

    A row of a class that no training row is of counts as wrong, with the least share.
    """
    truth = division.truth
    if not division.classes:
        errors = said - truth
        return 1 - float(np.mean(errors**2) / np.var(truth)), float(np.sqrt(np.mean(errors**2)))
    places = {name: place for place, name in enumerate(division.known)}
    codes = np.asarray([places.get(name, -1) for name in truth])
    shares = np.where(codes >= 0, said[np.arange(len(codes)), codes], 0.0)
    right = said.argmax(axis=1) == codes
    return float(right.mean()), float(-np.log(np.clip(shares, LEAST_SHARE, 1)).mean())


def _fallline(
    contender: str, division: Division, seed: int, folder: Path, options: str, limit: float
) -> float:
    """`fallline train` and `fallline predict`, as a person runs them; the processor seconds of the former."""
    run = str(folder / "run")
    command = [sys.executable, "-m", "fallline"]
    task = [] if division.classes else ["--task", "regression"]
    more = ["--effort", "thorough"] if contender == "fallline-thorough" else []
    before = _children()
    # Without test rows: the simpler models of the report are no part of the contender.
    train = [*command, "train", str(division.train), "--target", division.target, "--test", "0", *task, *more]
    _run([*train, "--seed", str(seed), "--out", run, "--force", "--quiet", *options.split()], limit, folder)
    fit = _children() - before
    _run([*command, "predict", run, str(division.test), "--out", str(folder / "said.csv")], limit, folder)
    return fit


def _run(command: list[str], limit: float, folder: Path) -> None:
    # OpenMP's threads that wait by spinning would count as work: RealMLP on concrete 8.5 processor seconds, or 32 to 83.
    # An empty cache of programs each time: what a person waits for who trains on a table for the first time.
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "FALLLINE_CACHE": str(folder / "cache")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=limit, env=environment
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise RuntimeError(lines[-1][:200])


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read_csv(path: Path, division: Division) -> np.ndarray:
    table = pl.read_csv(path)
    if not division.classes:
        return table["prediction"].to_numpy()
    return table.select(f"probability_{name}" for name in division.known).to_numpy()


def _read_npz(found: Any, division: Division) -> np.ndarray:
    if not division.classes:
        return np.asarray(found["values"])
    order = [found["names"].tolist().index(name) for name in division.known]
    return np.asarray(found["shares"])[:, order]


def build_of(root: Path) -> str:
    """The commit that is checked out, with a + where files differ from it."""
    git = ["git", "-C", str(root)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(
        [*git, "status", "--porcelain", "src"], capture_output=True, text=True, check=False
    )
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "") if not head.returncode else "unknown"
