"""How long does a person wait for a trained network, with Fallline and with its peers?

Question: the same data, network, initialisation, optimizer, batch size and epochs: who is done first,
    warm and in a fresh process, and what stands between each of them and the matrix products alone?
Baselines: Keras 3 on JAX, TensorFlow and PyTorch; PyTorch eager; scikit-learn's MLP; the floor, which
    is the matrix products alone in NumPy's BLAS and in a bare JAX loop.
Metric: the median over the rounds of a contender's warm train time over Fallline's in the same round.
    Beside it: cold process to trained network, compile time, final loss, peak memory.

`benchmarks/README.md` says how to make the peers' environment, and what each column means.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from peers.cases import CASES, PEERS
from peers.machine import machine
from peers.measure import CaseMeasurement, Schedule
from peers.results import CaseResult
from peers.tables import print_case, print_in_loop_cost
from rich.console import Console

EXAMPLES = """examples:
  python benchmarks/fit_vs_peers.py                                   everything, about ten minutes
  python benchmarks/fit_vs_peers.py --quick                           a tenth of the rows, one round
  python benchmarks/fit_vs_peers.py --cases table,stochastic --rounds 9
  python benchmarks/fit_vs_peers.py --peers pytorch,scikit-learn --json result.json
  python benchmarks/fit_vs_peers.py --cases table --keras-steps 32    Keras, tuned by hand
  python benchmarks/fit_vs_peers.py --peer-python ~/envs/peers/bin/python
"""


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 130)
    found = machine()
    console.print(
        f"{found['cpu']}, {found['cores']} cores, load {found['load_average'][0]:.2f}", highlight=False
    )
    if arguments.quick:
        console.print("quick: a tenth of the rows; the targets are meant for all of them", highlight=False)
    results: dict[str, CaseResult] = {}
    interrupted = False
    with Console(stderr=True).status("") as status:
        schedule = Schedule(
            peers=arguments.peers,
            rounds=1 if arguments.quick else arguments.rounds,
            cold=1 if arguments.quick else arguments.cold,
            python=sys.executable,
            peer_python=arguments.peer_python,
            say=status.update if sys.stderr.isatty() else _say_plainly,
        )
        for name in arguments.cases:
            case = CASES[name].reduced() if arguments.quick else CASES[name]
            case = replace(case, steps_per_execution=arguments.keras_steps)
            measurement = CaseMeasurement(case, schedule)
            results[name] = measurement.result
            try:
                measurement.run()
            except KeyboardInterrupt:
                interrupted = True
            print_case(console, measurement.result)
            if interrupted:
                break
    print_in_loop_cost(console, results)
    if arguments.json is not None:
        report = {"machine": found, "quick": arguments.quick, "interrupted": interrupted}
        report["cases"] = [result.to_json() for result in results.values()]
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    return 130 if interrupted else 0


def _say_plainly(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Train the same networks with Fallline and its peers, in turn, and compare.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cases, peers = ", ".join(CASES), ", ".join(PEERS)
    parser.add_argument(
        "--cases", type=_names("case", CASES), metavar="A,B", default=list(CASES), help=f"of {cases}"
    )
    parser.add_argument(
        "--peers", type=_names("peer", PEERS), metavar="A,B", default=list(PEERS), help=f"of {peers}; or none"
    )
    parser.add_argument("--rounds", type=_positive, default=5, metavar="N", help="warm rounds (default 5)")
    parser.add_argument(
        "--cold", type=_positive, default=2, metavar="N", help="fresh processes for a cold number (default 2)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the rows, one round, one cold process"
    )
    parser.add_argument(
        "--keras-steps",
        type=_positive,
        default=1,
        metavar="N",
        help="Keras's steps_per_execution (default 1)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to FILE")
    parser.add_argument(
        "--peer-python",
        type=lambda path: str(Path(path).expanduser().absolute()),
        default=_default_peer_python(),
        metavar="PATH",
        help="interpreter of the peers (default: benchmarks/.venv/bin/python if it exists, else this one)",
    )
    return parser.parse_args()


def _names(noun: str, known: Iterable[str]) -> Callable[[str], list[str]]:
    names = list(known)

    def parse(text: str) -> list[str]:
        if text == "none":
            return []
        asked = [part.strip() for part in text.split(",") if part.strip()]
        for name in asked:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(names)}."
                raise argparse.ArgumentTypeError(f'unknown {noun} "{name}". {hint}')
        return asked

    return parse


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text}")
    return int(text)


def _default_peer_python() -> str:
    own = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


if __name__ == "__main__":
    sys.exit(main())
