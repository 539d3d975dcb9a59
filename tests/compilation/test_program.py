"""The one place that compiles: caches in memory and on disk, and the report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.compilation import program as compilation
from fallline.compilation.program import forget_programs
from fallline.engine import Program, compilation_report

SCRIPT = """
import numpy as np
import {first}
import fallline as fl
from fallline.engine import Program
assert Program(lambda x: x @ x, "square")(np.eye(3, dtype=np.float32)).shape == (3, 3)
report = fl.compilation_report()
print(report.cache_folder, [program.disk_hit for program in report.programs])
"""


def in_a_fresh_process(first: str = "math", **environment: str) -> tuple[str, str]:
    """The cache folder, and which programs came from disk, as a new process reports them."""
    script = SCRIPT.format(first=first)
    settings = {name: value for name, value in os.environ.items() if name != "FALLLINE_CACHE"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=settings | environment, capture_output=True, text=True, check=True
    )
    folder, _, hits = done.stdout.strip().partition(" ")
    return folder, hits


def test_one_structure_and_shape_compiles_once() -> None:
    program = Program(lambda x, y: {"sum": x + y}, "add two")
    before = len(compilation_report().programs)
    for value in (1.0, 2.0, 3.0):
        result = program(np.full(4, value, np.float32), np.ones(4, np.float32))
    np.testing.assert_array_equal(result["sum"], np.full(4, 4.0))
    assert len(compilation_report().programs) == before + 1
    made = compilation_report().programs[-1]
    assert (made.name, made.calls, made.arguments) == ("add two", 3, "4 4")
    assert made.trace_seconds > 0
    assert made.compile_seconds > 0
    program(np.ones(5, np.float32), np.ones(5, np.float32))
    assert len(compilation_report().programs) == before + 2, "another shape"
    Program(lambda x, y: {"sum": x - y}, "add two")(np.ones(4, np.float32), np.ones(4, np.float32))
    assert len(compilation_report().programs) == before + 3, "another function"


def test_the_report_is_a_table() -> None:
    Program(lambda x: jnp.sin(x), "sine")(np.ones((2, 3), np.float32))
    text = str(compilation_report())
    assert "sine" in text
    assert "2x3" in text
    assert max(map(len, text.splitlines())) <= 100


def test_compiled_code_is_kept_between_processes(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    assert in_a_fresh_process(FALLLINE_CACHE=str(folder)) == (str(folder), "[False]")
    assert in_a_fresh_process(FALLLINE_CACHE=str(folder)) == (str(folder), "[True]")


def test_the_cache_is_on_by_default_in_the_users_cache_folder(tmp_path: Path) -> None:
    folder, _ = in_a_fresh_process(XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
    assert Path(folder).is_relative_to(tmp_path)
    assert Path(folder).parts[-2:] == ("fallline", "programs")
    assert any(Path(folder).iterdir())


def test_what_is_compiled_for_fewer_processors_does_not_hold_others_to_them(tmp_path: Path) -> None:
    few = str((os.cpu_count() or 1) + 1)  # JAX's own key does not tell them from all
    assert in_a_fresh_process(FALLLINE_CACHE=str(tmp_path), NPROC=few) == (
        str(tmp_path / f"{few}-processors"),
        "[False]",
    )


def test_the_cache_can_be_switched_off() -> None:
    assert in_a_fresh_process(FALLLINE_CACHE="off") == ("None", "[False]")


def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert in_a_fresh_process(FALLLINE_CACHE=str(tmp_path / "file" / "cache")) == ("None", "[False]")


def test_a_users_own_jax_cache_is_respected(tmp_path: Path) -> None:
    own = tmp_path / "own"
    folder, _ = in_a_fresh_process(JAX_COMPILATION_CACHE_DIR=str(own), FALLLINE_CACHE=str(tmp_path / "ours"))
    assert folder == str(own)
    assert not (tmp_path / "ours").exists()


def test_the_programs_used_longest_ago_are_dropped_before_memory_maps_run_out(monkeypatch) -> None:
    def used(size: int) -> int:
        """How many programs compiling for arguments of a size made anew."""
        before = len(compilation_report().programs)
        assert np.asarray(program(np.ones(size, np.float32))).sum() == 2 * size
        return len(compilation_report().programs) - before

    program = Program(lambda x: x + x, "to be dropped")
    held = program.compile(np.ones(3, np.float32))
    assert [used(size) for size in (3, 4, 5, 3)] == [0, 1, 1, 0]
    before = compilation_report()
    monkeypatch.setattr(compilation, "_most_maps", lambda: 2)
    compilation._CACHE.drop(len(compilation._CACHE.programs) - 2)  # all but the two used last
    assert [used(size) for size in (5, 3)] == [0, 0]
    assert used(6) == 1  # makes room: of two, the one used longest ago goes
    assert used(3) == 0
    assert used(5) == 1
    assert np.asarray(held(np.ones(3, np.float32))).sum() == 6, "who uses a program keeps it"
    records = [entry.name for entry in compilation_report().programs]
    assert len(records) == len(before.programs) + 2, "the records of those dropped stay"


@pytest.mark.skipif(not compilation.MAPS.exists(), reason="memory maps are Linux's")
def test_dropping_programs_gives_their_memory_maps_back() -> None:
    def maps() -> int:
        return compilation.MAPS.read_bytes().count(b"\n")

    def program(x, size):
        for _ in range(size):
            x = jnp.tanh(x @ x)
        return x

    before = maps()
    for size in range(1, 9):
        Program(lambda x, size=size: program(x, size), f"tanh {size}")(np.eye(8, dtype=np.float32))
    full = maps()
    assert full > before
    forget_programs()
    assert maps() - before < 0.6 * (full - before)


def test_a_setting_of_jax_that_changes_the_numbers_is_another_program() -> None:
    program = Program(lambda x: x @ x, "precise square")
    argument = np.eye(3, dtype=np.float32)
    plain = program.compile(argument)
    with jax.default_matmul_precision("highest"):
        assert program.compile(argument) is not plain
    assert program.compile(argument) is plain
