"""Are the defaults of `fallline train` good? Eleven real tables, no setting touched.

Question: on tables of people's everyday size, does the main job at its defaults predict as well as the best published
    networks for tables and as boosted trees, and what does it cost?
Baselines: a linear model, scikit-learn's MLP with early stopping and its histogram gradient boosting; RealMLP-TD and TabM
    of pytabkit 1.8.0 at their published defaults.
Metric: accuracy and log loss, or RMSE, on held-out test rows of five seeded divisions of at most 10,000 rows; differences
    paired over divisions; processor seconds of all processes, from the interpreter to the answers for the test rows (Fallline
    with an empty cache of programs, as on the first day).

    python benchmarks/tables.py                             what is not measured yet of this build; hours
    python benchmarks/tables.py --report                    the table of what is measured
    python benchmarks/tables.py --sets penguins,wine        some tables
    python benchmarks/tables.py --contenders fallline       some contenders
    python benchmarks/tables.py --options="--dropout 0"     other settings, as a build of their own

Each measurement is kept in `benchmarks/results/tables.json`: a run that is stopped goes on, and peers are measured once.
pytabkit lives in an environment of its own (`benchmarks/requirements-tables.txt`); `--pytabkit` names its Python. The tables are
read from `../shared/data`; `--data FOLDER` takes them from elsewhere.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from peers.tabular.kept import Kept
from peers.tabular.measured import CONTENDERS, OWN, build_of, measure
from peers.tabular.report import NAMES, lines_of, table_of
from peers.tabular.sets import ROWS, SETS, divide
from rich.console import Console

ROOT = Path(__file__).parents[1]
PYTABKIT = ROOT / "benchmarks" / ".venv-tables" / "bin" / "python"


def main() -> int:
    """Measures what the command line asks for and is not kept yet, and prints the table."""
    arguments = _arguments()
    kept, progress = Kept(arguments.kept), Console(stderr=True)
    build = f"{arguments.build or build_of(ROOT)} {arguments.options}".strip()
    contenders = arguments.contenders.split(",")
    if (
        {"realmlp", "tabm"} & set(contenders)
        and not arguments.report
        and not _has_pytabkit(arguments.pytabkit)
    ):
        progress.print(
            f"RealMLP and TabM are left out: {arguments.pytabkit} has no pytabkit. See benchmarks/requirements-tables.txt."
        )
        contenders = [name for name in contenders if name not in ("realmlp", "tabm")]
    for seed in [] if arguments.report else map(int, arguments.seeds.split(",")):
        for name in arguments.sets.split(","):
            _measure_all(arguments, kept, progress, name, seed, contenders, build)
    own = "fallline-thorough" if arguments.contenders == "fallline-thorough" else "fallline"
    console = Console(width=None if sys.stdout.isatty() else 170)
    found = [one for one in kept.found if one.rows == arguments.rows]
    console.print(table_of(found, build, own))
    for line in lines_of(found, build, own):
        console.print(line, soft_wrap=True, highlight=False)
    return 0


def _measure_all(
    arguments: argparse.Namespace,
    kept: Kept,
    progress: Console,
    name: str,
    seed: int,
    contenders: list[str],
    build: str,
) -> None:
    """One division: the contenders in turn, those that are not measured yet."""
    todo = [
        contender
        for contender in contenders
        if not kept.has(name, seed, contender, arguments.rows, build if contender in OWN else None)
    ]
    if not todo:
        return
    with tempfile.TemporaryDirectory() as folder:
        division = divide(arguments.data, name, seed, arguments.rows, Path(folder))
        for contender in todo:
            measured = measure(
                name,
                seed,
                contender,
                division,
                build=build,
                rows=arguments.rows,
                python=str(arguments.pytabkit),
                options=arguments.options,
                limit=arguments.limit,
            )
            kept.add(measured)
            said = (
                measured.failed or f"{measured.score:.4f}, {measured.error:.4g}, fit {measured.fit:.1f} CPU s"
            )
            progress.print(f"{name} {seed} {NAMES[contender]}: {said}", highlight=False)


def _has_pytabkit(python: Path) -> bool:
    if not python.exists():
        return False
    return not subprocess.run([python, "-c", "import pytabkit"], capture_output=True, check=False).returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", default=",".join(SETS), help="tables, separated by commas")
    parser.add_argument("--seeds", default="0,1,2,3,4", help="divisions, separated by commas")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of each table, test rows included")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--contenders", default=",".join(CONTENDERS), help="separated by commas")
    parser.add_argument("--options", default="", help="further options of fallline train")
    parser.add_argument("--build", default="", help="what to call this build; else its commit and options")
    parser.add_argument("--pytabkit", type=Path, default=PYTABKIT, help="the Python that has pytabkit")
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a contender is ended")
    parser.add_argument("--kept", type=Path, default=ROOT / "benchmarks" / "results" / "tables.json")
    parser.add_argument("--report", action="store_true", help="measure nothing, print what is kept")
    arguments = parser.parse_args()
    for given, known in ((arguments.sets, SETS), (arguments.contenders, CONTENDERS)):
        if unknown := [name for name in given.split(",") if name not in known]:
            parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
