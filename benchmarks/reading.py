"""What does it cost to look at every cell? A large table of mixed columns, from the file to typed columns.

Question: Fallline decides by all rows how each column is written. How much time and memory does that take beside a
    reader that is told every type and trusts it?
Baseline: `polars.read_csv` with the right type of each column given (what it has no type for - 1,234.50, 12%, yes and
    no - it keeps as text), and the same without types, all text.
Metric: seconds from the file to a typed table, each contender in a fresh process, in turn, the median of the rounds;
    the peak of the process's memory beyond that of one that has only imported the library, over the size of the
    typed table. `--start FOLDER` adds another build of Fallline (its `src` folder) for comparison.

    python benchmarks/reading.py                    1,000,000 rows, about a minute
    python benchmarks/reading.py --rows 100000 --rounds 5
    python benchmarks/reading.py --json result.json
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from peers.machine import machine
from rich.console import Console
from rich.table import Table

CONTENDERS = {
    "typed": "polars, types given",
    "text": "polars, all text",
    "fallline": "Fallline",
    "start": "Fallline, other build",
}
TYPES = {
    **{f"measure_{k}": pl.Float64 for k in range(9)},
    **{f"gappy_{k}": pl.Float64 for k in range(2)},
    **{f"count_{k}": pl.Int64 for k in range(6)},
    **{f"kind_{k}": pl.String for k in range(3)},
    "day_0": pl.Date,
    "day_1": pl.Date,
    "moment": pl.Datetime,
    "flag": pl.Boolean,
    "agreed": pl.String,
    "amount": pl.String,
    "share": pl.String,
    "key": pl.String,
}


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--start", type=Path, metavar="SRC", help="the src folder of another build")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single number to this file")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(read(*arguments.read)))
        return
    names = [name for name in CONTENDERS if name != "start" or arguments.start]
    console = Console(width=110)
    console.print(str(machine()["cpu"]), highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        size = write_table(path, arguments.rows)
        console.print(
            f"{arguments.rows:,} rows, {len(TYPES) + 2} columns, {path.stat().st_size / 1e6:.0f} MB as CSV, "
            f"{size / 1e6:.0f} MB typed",
            highlight=False,
        )
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for _ in range(arguments.rounds):
            for name in names:
                runs[name].append(_measure(name, path, arguments.start))
    console.print(_table(runs, size))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"machine": machine(), "typed_bytes": size, "runs": runs}, indent=1)
        )


def write_table(path: Path, rows: int) -> int:
    """Writes the table; the number of bytes that its typed columns take in memory."""
    rng = np.random.default_rng(0)
    start = np.datetime64("2020-01-01", "us")
    columns: dict[str, Any] = {f"measure_{k}": rng.normal(size=rows).round(4) for k in range(9)}
    for k in range(2):
        columns[f"gappy_{k}"] = pl.Series(rng.normal(size=rows).round(2)).set(
            pl.Series(rng.random(rows) < 0.1), None
        )
    columns |= {f"count_{k}": rng.integers(0, 10 ** (k + 1), rows) for k in range(6)}
    words = np.array(["oak", "beech", "ash", "birch", "alder", "larch", "spruce", "pine", "yew", "elm"])
    columns |= {f"kind_{k}": words[rng.integers(0, 10, rows)] for k in range(3)}
    columns |= {
        f"day_{k}": (start + rng.integers(0, 1500, rows) * np.timedelta64(1, "D")).astype("M8[D]")
        for k in range(2)
    }
    columns["moment"] = pl.Series(start + rng.integers(0, 10**8, rows) * np.timedelta64(1, "s")).dt.to_string(
        "%Y-%m-%d %H:%M:%S"
    )
    columns["flag"] = rng.random(rows) < 0.5
    columns["agreed"] = np.where(rng.random(rows) < 0.7, "yes", "no")
    amounts = rng.integers(100_000, 99_999_999, rows)
    columns["amount"] = [f"${value / 100:,.2f}" for value in amounts]
    columns["share"] = [f"{value}%" for value in rng.integers(0, 101, rows)]
    columns["key"] = [f"ID{value:08d}" for value in rng.permutation(rows)]
    columns["gap"] = pl.Series(rng.integers(0, 5, rows)).set(pl.Series(rng.random(rows) < 0.02), None)
    columns["y"] = (columns["measure_0"] * 3 + columns["count_0"]).round(3)
    frame = pl.DataFrame(columns)
    frame.write_csv(path)
    return int(frame.estimated_size())


def read(contender: str, path: str) -> dict[str, float]:
    """Reads the table as one contender does, in this process."""
    if contender in ("fallline", "start"):
        frame, seconds, before = _read_by_fallline(path)
    else:
        before, started = _peak(), time.perf_counter()
        types = TYPES | {"gap": pl.Int64, "y": pl.Float64}
        frame = (
            pl.read_csv(path, schema=types) if contender == "typed" else pl.read_csv(path, infer_schema=False)
        )
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "bytes": _peak() - before, "columns": frame.width, "rows": frame.height}


def _read_by_fallline(path: str) -> tuple[pl.DataFrame, float, int]:
    try:
        from fallline.data.reading import read_table
    except ImportError:  # a build from before the forms
        from fallline.data.tables import read_table  # type: ignore[attr-defined,no-redef]
    before, started = _peak(), time.perf_counter()
    table: Any = read_table(path)
    return getattr(table, "frame", table), time.perf_counter() - started, before


def _peak() -> int:
    """The most memory that this process has held, in bytes; getrusage would count its parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def _measure(name: str, path: Path, start: Path | None) -> dict[str, float]:
    environment = dict(os.environ)
    if name == "start":
        environment["PYTHONPATH"] = str(start)
    command = [sys.executable, __file__, "--read", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _table(runs: dict[str, list[dict[str, float]]], size: int) -> Table:
    table = Table(box=None)
    for heading in ("", "seconds", "x polars typed", "memory, MB", "x typed table"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, measured in runs.items():
        seconds = statistics.median(run["seconds"] for run in measured)
        ratio = statistics.median(
            run["seconds"] / typed["seconds"] for run, typed in zip(measured, runs["typed"], strict=True)
        )
        peak = statistics.median(run["bytes"] for run in measured)
        table.add_row(
            CONTENDERS[name], f"{seconds:.2f}", f"{ratio:.2f}", f"{peak / 1e6:.0f}", f"{peak / size:.2f}"
        )
    return table


if __name__ == "__main__":
    main()
