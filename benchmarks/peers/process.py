"""The coordinator's end of a contender's process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from peers.cases import Case

BENCHMARKS = Path(__file__).resolve().parents[1]

DROPPED = ("PYTHONDONTWRITEBYTECODE", "KERAS_BACKEND", "JAX_COMPILATION_CACHE_DIR", "FALLLINE_CACHE")
"""Settings of the caller that would make one contender's start slower or faster than another's."""


class ContenderError(Exception):
    """A contender answered with an error, or its process ended."""


class MissingContenderError(Exception):
    """The library of a contender is not installed."""


class ContenderProcess:
    """A fresh process with one contender in it; its clock starts before the process does.

    Args:
        python: the interpreter to run.
        contender: its name.
        case: what to train.
        folder: where the rows lie.
        settings: environment variables for this process.

    Raises:
        MissingContenderError: the interpreter does not exist.
    """

    def __init__(
        self, python: str, contender: str, case: Case, folder: Path, settings: dict[str, str] | None = None
    ) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._opening = {"do": "open", "contender": contender, "case": case.to_json(), "folder": str(folder)}
        self._started = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                [python, "-P", "-m", "peers.worker"],
                env=_environment(settings or {}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                start_new_session=True,  # Ctrl-C is the coordinator's alone
            )
        except OSError as error:
            self._log.close()
            raise MissingContenderError(f"cannot run {python}: {error.strerror}") from error

    def open(self) -> dict[str, str]:
        """Import the library and read the rows; return the versions of what does the work."""
        versions: dict[str, str] = self._ask(self._opening)["versions"]
        return versions

    def fit(self, seed: int) -> dict[str, Any]:
        """Train a fresh network; see `worker` for the answer."""
        return self._ask({"do": "fit", "seed": seed})

    def check(self) -> float:
        """Loss of the network trained last, recomputed from its weights."""
        return float(self._ask({"do": "check"})["loss"])

    def age(self) -> float:
        """Seconds since just before the process was started."""
        return time.perf_counter() - self._started

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ContenderError(f"its process ended ({self._process.wait()}): {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "missing" in answer:
            raise MissingContenderError(answer["missing"])
        if "error" in answer:
            raise ContenderError(answer["error"])
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing on standard error"


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    inherited = [str(Path(part).absolute()) for part in kept.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), *inherited]),
        # The question is asked of the CPU; a machine with a GPU would answer another one.
        "CUDA_VISIBLE_DEVICES": "",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **settings,
    }
