"""A contender's process: one JSON object a line in, one a line out, until the input ends.

    {"do": "open", "contender": "keras-jax", "case": {...}, "folder": "..."}
        -> {"versions": {...}}
    {"do": "fit", "seed": 1}
        -> {"seconds": ..., "reported_loss": ..., "member_epochs": ..., "compile_seconds": ..., "peak_bytes": ...}
    {"do": "check"}
        -> {"loss": ...}, the loss of the trained weights, recomputed in NumPy

What fails answers {"error": "one line"}; a library that is not there, {"missing": "its name"}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from peers import datasets
from peers.cases import Case
from peers.contender import Contender, measured_loss

LIBRARIES = {
    "fallline": ("fallline",),
    "keras-jax": ("keras", "jax"),
    "keras-tensorflow": ("keras", "tensorflow"),
    "keras-torch": ("keras", "torch"),
    "pytorch": ("torch",),
    "scikit-learn": ("sklearn",),
    "population": ("fallline",),
    "fallline-loop": ("fallline",),
    "keras-loop": ("keras", "jax"),
    "pytorch-loop": ("torch",),
    "scikit-learn-search": ("sklearn",),
    "flax-swarm": ("flax", "optax"),
    "floor-numpy": ("numpy",),
    "floor-jax": ("jax",),
}
"""What a contender cannot be without."""


def contender_class(name: str) -> type[Contender]:
    """The class behind a contender's name; imports its library.

    Raises:
        ModuleNotFoundError: the library is not installed.
    """
    if name == "fallline":
        from peers.fallline import Fallline

        return Fallline
    if name in ("population", "fallline-loop"):
        from peers.populations import FalllineLoop, Population

        return Population if name == "population" else FalllineLoop
    if name == "flax-swarm":
        from peers.swarm import Swarm

        return Swarm
    if name.endswith(("-loop", "-search")):
        os.environ["KERAS_BACKEND"] = "jax"
        from peers import loops

        return loops.contender_class(name)
    if name.startswith("keras-"):
        os.environ["KERAS_BACKEND"] = name.removeprefix("keras-")
        from peers.keras import Keras

        return Keras
    if name == "pytorch":
        from peers.pytorch import PyTorch

        return PyTorch
    if name == "scikit-learn":
        from peers.scikit import ScikitLearn

        return ScikitLearn
    from peers.floor import JAXFloor, NumPyFloor

    return {"floor-numpy": NumPyFloor, "floor-jax": JAXFloor}[name]


def peak_bytes() -> int:
    """The largest resident set of this process so far.

    On Linux `getrusage` hands a child the peak of the process that started it, so the kernel's own
    count for this address space is read instead.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Session:
    """The contender of this process and what it is asked to do."""

    def __init__(self) -> None:
        self._contender: Contender | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do one request."""
        if request["do"] == "open":
            return self._open(request["contender"], Case.from_json(request["case"]), Path(request["folder"]))
        assert self._contender is not None
        if request["do"] == "fit":
            return self._fit(self._contender, request["seed"])
        return {"loss": measured_loss(self._contender.weights(), (self._contender.x, self._contender.y))}

    def _open(self, name: str, case: Case, folder: Path) -> dict[str, Any]:
        try:
            kind = contender_class(name)
        except ModuleNotFoundError as error:
            if error.name in LIBRARIES[name]:
                return {"missing": error.name}
            raise
        self._contender = kind(case, datasets.read(folder))
        return {"versions": self._contender.versions()}

    def _fit(self, contender: Contender, seed: int) -> dict[str, Any]:
        contender.prepare(seed)
        started = time.perf_counter()
        reported = contender.train()
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "reported_loss": reported,
            "member_epochs": contender.member_epochs(),
            "compile_seconds": contender.compile_seconds(),
            "peak_bytes": peak_bytes(),
        }


def main() -> None:
    """Serve until the input ends."""
    # Whatever a library prints goes to standard error; the answers keep standard output to themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    session = Session()
    for line in sys.stdin:
        try:
            answer = session.answer(json.loads(line))
        except Exception as error:  # a failing peer becomes one line in the table
            first = (str(error).strip() or "no message").splitlines()[0]
            answer = {"error": f"{type(error).__name__}: {first}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
