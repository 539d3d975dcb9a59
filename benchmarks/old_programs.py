"""How long does a person wait for a program of other years, from its start to its end?

Question: a script of 2016 to 2021 is run as it stands: interpreter, imports, graph or model, compiling, training, output.
    How long does that take here, how long on the libraries that can still run it?
Baseline: graph programs on TensorFlow 2's compat.v1; Keras programs on Keras 3 (on JAX; --backends names others) and on
    Keras 2 (tf_keras on TensorFlow), of which the fastest counts.
Metric: seconds of whole processes, all contenders in turn in each round; the median over the rounds; the baseline's over
    Fallline's; the geometric mean over the ten programs. The same of processor seconds, which other work on the machine
    disturbs less (but threads that help each other count twice). Fallline runs twice: with an empty cache of compiled programs, as
    in its first run ever, and with what that run left, as in any other.

    python benchmarks/old_programs.py                  ten minutes
    python benchmarks/old_programs.py --rounds 1 --only graph_line keras_digits
    python benchmarks/old_programs.py --tensorflow PYTHON --keras PYTHON --json result.json

TensorFlow and Keras live in environments of their own: see requirements.txt; `pip install tf_keras` beside TensorFlow.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peers.machine import machine
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "old_programs" / "programs").glob("*.py"))
ASKED, ASKED_OF_EACH = 2.0, 1.0
"""How many times as fast in the geometric mean, and how many each at least."""
TRAIN_ROWS, TEST_ROWS = 21000, 1000
FIRST, AGAIN = "fallline, empty cache", "fallline"


@dataclass(frozen=True)
class Contender:
    """Who runs a program.

    Attributes:
        name: As the table has it.
        command: What stands before the program's path.
        environment: What it needs besides.
        kinds: Which programs it runs, by the beginning of their names.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    kinds: tuple[str, ...] = ("graph", "keras")


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _arguments()
    console = Console(width=120)
    about = machine()
    console.print(
        f"{about['cpu']}, {about['cores']} cores, load {about['load_average'][0]:.2f}", highlight=False
    )
    seconds: dict[str, dict[str, list[float]]] = {}
    processor: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as at:
        data = Path(at) / "data"
        make_data(data)
        for program in PROGRAMS:
            if not arguments.only or any(program.stem.startswith(each) for each in arguments.only):
                seconds[program.stem], processor[program.stem] = measure(
                    program, contenders(arguments), Path(at), data, arguments.rounds
                )
                console.print(_line(program.stem, seconds[program.stem]), highlight=False)
    console.print(table(seconds, "programs of other years, start to end: median seconds"))
    console.print(table(processor, "the same in processor seconds"))
    if arguments.json is not None:
        arguments.json.write_text(
            json.dumps({"machine": about, "seconds": seconds, "processor": processor}, indent=1) + "\n"
        )


def contenders(arguments: argparse.Namespace) -> list[Contender]:
    """Those that there are."""
    here = {"PYTHONPATH": str(HERE.parent / "src")}
    run = (sys.executable, "-m", "fallline", "run")
    found = [Contender(FIRST, run, here), Contender(AGAIN, run, here)]
    driver = str(HERE / "old_programs" / "as_tensorflow.py")
    found.append(Contender("tensorflow compat", (arguments.tensorflow, driver), {}, ("graph",)))
    found.append(Contender("keras 2 on tensorflow", (arguments.tensorflow, driver), {}, ("keras",)))
    found += [
        Contender(f"keras 3 on {backend}", (arguments.keras,), {"KERAS_BACKEND": backend}, ("keras",))
        for backend in arguments.backends
    ]
    return found


Times = dict[str, list[float]]


def measure(program: Path, who: list[Contender], at: Path, data: Path, rounds: int) -> tuple[Times, Times]:
    """Seconds and processor seconds of each contender in each round; none where it cannot run the program."""
    seconds: Times = {}
    processor: Times = {}
    failed: set[str] = set()
    for _ in range(rounds):
        cache = Path(tempfile.mkdtemp(dir=at))  # that Fallline's second turn finds as its first has left it
        for each in who:
            if program.name.startswith(each.kinds) and each.name not in failed:
                took = _run(program, each, Path(tempfile.mkdtemp(dir=at)), data, cache)
                if took is None:
                    failed.add(each.name)
                else:
                    seconds.setdefault(each.name, []).append(took[0])
                    processor.setdefault(each.name, []).append(took[1])
    return seconds, processor


def _run(program: Path, who: Contender, folder: Path, data: Path, cache: Path) -> tuple[float, float] | None:
    shutil.copy(program, folder)
    for path in data.iterdir():
        (folder / path.name).symlink_to(path)
    environment = os.environ | who.environment | {"FALLLINE_CACHE": str(cache), "MPLBACKEND": "agg"}
    start, before = time.perf_counter(), _processor_seconds()
    done = subprocess.run(
        [*who.command, program.name], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start, _processor_seconds() - before
    if done.returncode:
        print(f"{program.stem}: {who.name} fails: {done.stderr.strip()[-300:]}", file=sys.stderr)
    shutil.rmtree(folder)
    return None if done.returncode else took


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_data(folder: Path) -> None:
    """Digits as four idx files and as an npz file: noisy pictures of ten patterns."""
    (folder / "MNIST_data").mkdir(parents=True)
    random = np.random.default_rng(0)
    patterns = random.integers(0, 256, (10, 28, 28)) * (random.uniform(size=(10, 28, 28)) < 0.2)
    noise = random.integers(0, 256, (256, 28, 28)) * (random.uniform(size=(256, 28, 28)) < 0.2)
    both: dict[str, Any] = {}
    for part, name, rows in (("train", "train", TRAIN_ROWS), ("t10k", "test", TEST_ROWS)):
        labels = random.integers(0, 10, rows).astype(np.uint8)
        images = np.maximum(patterns[labels], noise[random.integers(0, 256, rows)]).astype(np.uint8)
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            with gzip.open(folder / "MNIST_data" / f"{part}-{kind}-ubyte.gz", "wb", compresslevel=1) as file:
                sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
                file.write(bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes())
        both |= {f"x_{name}": images, f"y_{name}": labels}
    np.savez(folder / "digits.npz", **both)


# --- what comes out -----------------------------------------------------------------------------------------


def _best(times: dict[str, list[float]]) -> tuple[str, float] | None:
    """The fastest of the others, and its seconds."""
    others = {
        name: statistics.median(each) for name, each in times.items() if not name.startswith("fallline")
    }
    return min(others.items(), key=lambda pair: pair[1]) if others else None


def ratio(times: dict[str, list[float]], how: str) -> float | None:
    """How many times as fast Fallline is as the fastest of the others."""
    best = _best(times)
    return best[1] / statistics.median(times[how]) if best is not None and how in times else None


def _line(name: str, times: dict[str, list[float]]) -> str:
    shown = ", ".join(f"{who} {statistics.median(each):.2f} s" for who, each in times.items())
    return f"{name}: {shown}"


def table(seconds: dict[str, dict[str, list[float]]], title: str) -> Table:
    """Medians, ratios, and their geometric means."""
    shown = Table(title=title, title_justify="left")
    for heading in ("program", FIRST, AGAIN, "fastest other", "s", "x, empty cache", "x"):
        shown.add_column(heading, justify="left" if heading in ("program", "fastest other") else "right")
    ratios: dict[str, list[float]] = {FIRST: [], AGAIN: []}
    for name, times in seconds.items():
        best = _best(times) or ("none", math.nan)
        cells = []
        for how in (FIRST, AGAIN):
            found = ratio(times, how)
            cells.append("" if found is None else f"{found:.2f}")
            if found is not None:
                ratios[how].append(found)
        own = [f"{statistics.median(times[how]):.2f}" if how in times else "" for how in (FIRST, AGAIN)]
        shown.add_row(name, *own, best[0], f"{best[1]:.2f}", *cells)
    shown.add_section()
    means = [f"{statistics.geometric_mean(ratios[how]):.2f}" if ratios[how] else "" for how in (FIRST, AGAIN)]
    worst = [f"{min(ratios[how]):.2f}" if ratios[how] else "" for how in (FIRST, AGAIN)]
    shown.add_row("geometric mean", "", "", f"asked: >= {ASKED:g}", "", *means)
    shown.add_row("slowest", "", "", f"asked: >= {ASKED_OF_EACH:g}", "", *worst)
    return shown


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    own = str(HERE / ".venv/bin/python")
    parser.add_argument("--rounds", type=int, default=3, help="how often all take their turn (default 3)")
    parser.add_argument("--only", nargs="+", default=[], help="programs, by the beginning of their names")
    parser.add_argument("--tensorflow", default=own, help="the Python that has TensorFlow and tf_keras")
    parser.add_argument("--keras", default=own, help="the Python that has Keras 3 and its backends")
    parser.add_argument(
        "--backends", nargs="+", default=["jax"], help="of Keras 3 (default jax, its fastest here)"
    )
    parser.add_argument("--json", type=Path, help="a file for the seconds of every round")
    arguments = parser.parse_args()
    for python in (arguments.tensorflow, arguments.keras):
        if not Path(python).exists():
            parser.error(f"no Python at {python}: make the environment that --help names, or name it")
    return arguments


if __name__ == "__main__":
    main()
