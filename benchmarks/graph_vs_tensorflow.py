"""How fast do TensorFlow-1 programs run, as they stand and in the compiled run?

Question: a loop of `sess.run(training_op, feed_dict=...)` costs a dispatch a step. What does it cost here, what on
    TensorFlow, and how much is left when the same graph trains as an objective of the compiled run?
Baseline: tensorflow.compat.v1 on the same CPU, in a process of its own; for the compiled run also the layer network of the
    same form.
Metric: seconds, all contenders in turn in each round; the median over the rounds of the ratio within a round.

    python benchmarks/graph_vs_tensorflow.py                     three minutes
    python benchmarks/graph_vs_tensorflow.py --rounds 9 --steps 5000
    python benchmarks/graph_vs_tensorflow.py --python benchmarks/.venv/bin/python --json result.json

TensorFlow lives in an environment of its own: `python -m venv benchmarks/.venv` and
`benchmarks/.venv/bin/pip install -r benchmarks/requirements.txt`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from peers.machine import machine
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
TARGETS = {"table, 32 rows a step": 2.0, "two variables": 3.0, "a program of 1,000 steps": 1.0}
"""How many times as fast as TensorFlow a loop of sess.run is to be."""
COMPILED, LIKE_LAYERS = 15.0, 1.1
"""How many times as fast as TensorFlow's loop the compiled run is to be; how much of the layer network's time it may take."""


class Process:
    """A worker with one library.

    Attributes:
        missing: Why it is not there, or None.
        about: What it says of itself.
    """

    def __init__(self, python: str, name: str) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "src")])}
        environment["FALLLINE_CACHE"] = environment["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp()
        self._process = subprocess.Popen(
            [python, "-m", "peers.graph_worker", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=HERE, env=environment,
        )  # fmt: skip
        self.about = self._answer()
        self.missing = self.about.get("missing")

    def ask(self, **command: Any) -> dict[str, Any]:
        """One command, and what it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"missing": "the process ended"}

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _arguments()
    console = Console(width=110)
    found = machine()
    console.print(
        f"{found['cpu']}, {found['cores']} cores, load {found['load_average'][0]:.2f}", highlight=False
    )
    pythons = {"fallline": sys.executable, "tensorflow": arguments.python}
    rows: dict[str, dict[str, list[float]]] = {}
    _measure_starts(rows, pythons, arguments)
    processes = {name: Process(python, name) for name, python in pythons.items()}
    there = {name: process for name, process in processes.items() if process.missing is None}
    for name, process in processes.items():
        console.print(f"{name}: {process.missing or process.about.get('version')}", highlight=False)
    for title, program in (("table, 32 rows a step", "table"), ("two variables", "two variables")):
        for _ in range(arguments.rounds):
            for name, process in there.items():
                _note(rows, title, name, process.ask(do="steps", program=program, steps=arguments.steps))
    _measure_runs(rows, there, arguments.rounds)
    for process in there.values():
        process.close()
    console.print(table(rows))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"machine": found, "seconds": rows}, indent=1) + "\n")


def _measure_starts(rows: dict[str, Any], pythons: dict[str, str], arguments: argparse.Namespace) -> None:
    """Imports, graph, first run and 1,000 steps, each in a fresh process with an empty cache on disk."""
    for _ in range(min(3, arguments.rounds)):
        for name, python in pythons.items():
            process = Process(python, name)
            if process.missing is None:
                found = process.ask(do="start", program="table", steps=1000)
                whole = {"seconds": found["seconds"] + process.about["import_seconds"]}
                _note(rows, "a program of 1,000 steps", name, whole)
                _note(rows, "  of it from the empty graph on", name, found)
                again = process.ask(do="start", program="table", steps=1000)
                _note(rows, "the same once more in the process", name, again)
                process.close()


def _measure_runs(rows: dict[str, Any], there: dict[str, Process], rounds: int) -> None:
    title = "ten epochs of 10,000 rows"
    turns = [(name, process, "loop") for name, process in there.items()]
    turns += [
        ("fallline, compiled", there["fallline"], "objective"),
        ("fallline, layers", there["fallline"], "layers"),
    ]
    for _, process, how in turns:
        process.ask(do="run", how=how)
    for _ in range(rounds):
        for name, process, how in turns:
            _note(rows, title, name, process.ask(do="run", how=how))


def _note(rows: dict[str, Any], title: str, name: str, answer: dict[str, Any]) -> None:
    if "seconds" in answer:
        rows.setdefault(title, {}).setdefault(name, []).append(answer["seconds"])


def table(rows: dict[str, dict[str, list[float]]]) -> Table:
    """Best seconds of each contender, and how many times as fast as TensorFlow's it is."""
    shown = Table(
        title="TensorFlow-1 programs: seconds, and times as fast as TensorFlow's sess.run",
        title_justify="left",
    )
    for heading in ("what", "contender", "best s", "x TensorFlow", "asked"):
        shown.add_column(heading, justify="left" if heading in ("what", "contender") else "right")
    for title, contenders in rows.items():
        base = contenders.get("tensorflow")
        for name, times in contenders.items():
            ratio = None if base is None or name == "tensorflow" else _ratio(base, times)
            asked = TARGETS.get(title) if name == "fallline" else None
            asked = COMPILED if name == "fallline, compiled" else asked
            shown.add_row(
                title, name, f"{min(times):.3f}", "" if ratio is None else f"{ratio:.2f}",
                "" if asked is None else f">= {asked:g}",
            )  # fmt: skip
        if "fallline, layers" in contenders:
            share = _ratio(contenders["fallline, compiled"], contenders["fallline, layers"])
            shown.add_row(title, "compiled graph / layer network", f"{share:.2f}", "", f"<= {LIKE_LAYERS:g}")
        shown.add_section()
    return shown


def _ratio(one: list[float], other: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other, strict=False))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often all take their turn (default 5)")
    parser.add_argument("--steps", type=int, default=2000, help="sess.run calls of a turn (default 2000)")
    parser.add_argument(
        "--python", default=str(HERE / ".venv/bin/python"), help="the Python that has TensorFlow"
    )
    parser.add_argument("--json", type=Path, help="a file for the seconds of every round")
    arguments = parser.parse_args()
    if not Path(arguments.python).exists():
        parser.error(
            f"no Python at {arguments.python}: make the environment that --help names, or give --python"
        )
    return arguments


if __name__ == "__main__":
    main()
