"""What does a population cost, beside training its members one by one and beside what others do?

Question: 64 networks that differ in learning rate, dropout and seed: how long until all are trained, and what does one
    member cost as their number grows? With early stopping: how much is computed for nobody?
Baselines: 64 `fit`s of Fallline in a loop; Keras 3 (JAX) and PyTorch in a loop; scikit-learn's RandomizedSearchCV on all
    cores; a swarm as others build it, one jitted step of Flax and Optax under `vmap` in a Python loop.
Metric: the median over the rounds of a contender's time for 64 members over the population's in the same round; all take
    their turn in each round, warm. Keras, PyTorch and scikit-learn train a few members, scaled to 64: the table says so.

    python benchmarks/population_vs_loop.py                  everything, about ten minutes
    python benchmarks/population_vs_loop.py --quick          a tenth of the rows, one round
    python benchmarks/population_vs_loop.py --contenders population,fallline-loop --rounds 5
    python benchmarks/population_vs_loop.py --json result.json --swarm-python ~/envs/flax/bin/python

The case is `table`: 10,000 x 20, 64-64-3 with dropout behind the first layer, Adam, batch 32, 10 epochs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from peers import datasets
from peers.cases import CASES, Case
from peers.machine import machine
from peers.process import ContenderError, ContenderProcess, MissingContenderError
from rich.console import Console
from rich.table import Table

MEMBERS = 64
SIZES = (1, 4, 16, 64, 256, 1024)
TRAINED = {"fallline-loop": 8, "keras-loop": 4, "pytorch-loop": 4, "scikit-learn-search": 8}
"""Members that a contender trains in a round; its time is scaled to all."""

TARGETS = {
    "fallline-loop": 4,
    "keras-loop": 45,
    "pytorch-loop": 45,
    "scikit-learn-search": 12,
    "flax-swarm": 4,
}
"""How many times as long as the population a contender is to take."""

MOST_FOR_NOBODY = 1.15
CONTENDERS = ("population", *TARGETS)


class Bench:
    """A folder of rows, and the processes of contenders that train on them."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self.case = CASES["table"].reduced() if arguments.quick else CASES["table"]
        self._python = {"flax-swarm": arguments.swarm_python}
        self._folder = folder
        datasets.write(self.case, folder)

    def opened(self, name: str, case: Case) -> ContenderProcess:
        """A process that has trained once: what it compiled is warm."""
        process = ContenderProcess(self._python.get(name, sys.executable), name, case, self._folder)
        try:
            process.open()
            process.fit(0)
        except BaseException:
            process.close()
            raise
        return process


def compared(bench: Bench, names: list[str], rounds: int, say: Any) -> dict[str, Any]:
    """Seconds of each contender for all members, round by round."""
    processes: dict[str, ContenderProcess] = {}
    results: dict[str, dict[str, Any]] = {
        name: {"seconds": [], "trained": TRAINED.get(name, MEMBERS)} for name in names
    }
    for name in names:
        say(f"{name}: starts")
        try:
            processes[name] = bench.opened(name, replace(bench.case, members=TRAINED.get(name, MEMBERS)))
        except (ContenderError, MissingContenderError) as error:
            results[name]["error"] = str(error)
    try:
        for number in range(rounds):
            for name, process in processes.items():
                say(f"round {number + 1}: {name}")
                seconds = process.fit(number + 1)["seconds"]
                results[name]["seconds"].append(seconds * MEMBERS / results[name]["trained"])
    finally:
        for process in processes.values():
            process.close()
    return results


def grown(bench: Bench, sizes: list[int], say: Any) -> list[dict[str, Any]]:
    """Time and memory of populations of several sizes, and the time of the swarm."""
    found = []
    for size in sizes:
        row: dict[str, Any] = {"members": size}
        case = replace(bench.case, members=size, epochs=max(1, min(bench.case.epochs, 640 // size)))
        for name in ("population", "flax-swarm"):
            say(f"{size} members: {name}")
            try:
                process = bench.opened(name, case)
            except (ContenderError, MissingContenderError) as error:
                row[name] = {"error": str(error)}
                continue
            answers = [process.fit(number) for number in (1, 2)]
            process.close()
            best = min(answer["seconds"] for answer in answers)
            scaled = best / size * bench.case.epochs / case.epochs
            row[name] = {"seconds_a_member": scaled, "peak_bytes": answers[-1]["peak_bytes"]}
        found.append(row)
    return found


def stopped(bench: Bench, rounds: int, say: Any) -> dict[str, float]:
    """Time of a member-epoch where members end at different times, over that where all run to the end."""
    say("early stopping")
    case = replace(bench.case, members=MEMBERS, as_run=True, epochs=3 * bench.case.epochs)
    whole, early = (bench.opened("population", replace(case, patience=patience)) for patience in (0, 2))
    ratios, epochs = [], 0
    try:
        for number in range(rounds):
            full, ended = whole.fit(number), early.fit(number)
            epochs = ended["member_epochs"]
            ratios.append((ended["seconds"] / epochs) / (full["seconds"] / full["member_epochs"]))
    finally:
        whole.close()
        early.close()
    return {"for_nobody": statistics.median(ratios), "member_epochs": epochs, "most": MEMBERS * case.epochs}


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _arguments()
    console, found = Console(width=110), machine()
    console.print(
        f"{found['cpu']}, {found['cores']} cores, load {found['load_average'][0]:.2f}", highlight=False
    )
    rounds = 1 if arguments.quick else arguments.rounds
    report: dict[str, Any] = {"machine": found, "quick": arguments.quick, "members": MEMBERS}
    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status("") as status:
        say = status.update if sys.stderr.isatty() else lambda words: print(words, file=sys.stderr)
        bench = Bench(arguments, Path(folder))
        report["contenders"] = compared(bench, arguments.contenders, rounds, say)
        console.print(_contenders(report["contenders"]))
        if arguments.sizes:
            report["sizes"] = grown(bench, arguments.sizes, say)
            console.print(_sizes(report["sizes"]))
        if not arguments.no_stopping:
            report["early_stopping"] = stopped(bench, rounds, say)
            console.print(_stopping(report["early_stopping"]))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


def _contenders(results: dict[str, Any]) -> Table:
    table = Table(title=f"{MEMBERS} members, learning rate x dropout x seed")
    for column in ("contender", "trained", "s, median", "ms a member", "x population", "target"):
        table.add_column(column, justify="left" if column == "contender" else "right")
    own = results.get("population", {}).get("seconds", [])
    for name, result in results.items():
        seconds = result["seconds"]
        if not seconds:
            table.add_row(name, result.get("error", ""))
            continue
        ratio = statistics.median(a / b for a, b in zip(seconds, own, strict=True)) if own else float("nan")
        result["ratio"] = ratio
        trained = str(MEMBERS) if result["trained"] == MEMBERS else f"{result['trained']}, scaled"
        median = statistics.median(seconds)
        target = f"{TARGETS[name]}" if name in TARGETS else ""
        table.add_row(name, trained, f"{median:.2f}", f"{median / MEMBERS * 1e3:.1f}", f"{ratio:.1f}", target)
    return table


def _sizes(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="one member, as the population grows")
    for column in ("members", "ms a member", "MiB in all", "swarm: ms a member", "MiB in all"):
        table.add_column(column, justify="right")
    for row in rows:
        cells = [str(row["members"])]
        for name in ("population", "flax-swarm"):
            one = row[name]
            missing = "error" in one
            cells += [
                "" if missing else f"{one['seconds_a_member'] * 1e3:.1f}",
                "" if missing else f"{one['peak_bytes'] / 2**20:.0f}",
            ]
        table.add_row(*cells)
    return table


def _stopping(found: dict[str, float]) -> str:
    return (
        f"early stopping: {found['member_epochs']:.0f} of {found['most']:.0f} member-epochs trained, each in "
        f"{found['for_nobody']:.2f} times the time of one where nobody stops (at most {MOST_FOR_NOBODY})"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else "",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = lambda text: text.split(",")  # noqa: E731
    parser.add_argument(
        "--contenders", type=names, default=list(CONTENDERS), help="which, with commas between"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--sizes", type=lambda text: [int(each) for each in text.split(",") if each], default=list(SIZES)
    )
    parser.add_argument("--no-stopping", action="store_true", help="leave early stopping out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one round, sizes to 64")
    parser.add_argument("--swarm-python", default=sys.executable, help="a Python that has flax and optax")
    parser.add_argument("--json", type=Path, help="a file for every number")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.sizes = [size for size in arguments.sizes if size <= MEMBERS]
    return arguments


if __name__ == "__main__":
    main()
