"""The one place that compiles: programs, their cache in memory and on disk, and the record of both.

Nothing else in the package calls `jax.jit`. A `Program` is a pure function with what its closure holds; calling
it compiles once per structure and shapes of its arguments, and remembers how long that took. A program stays while
a model that used it lives; of those whose models are gone the ones used last stay, so that the next model of a loop
finds them. All the same, the programs used longest ago are dropped before a process runs out of memory maps. Between
processes the compiled code is kept in the user's cache folder.

    FALLLINE_CACHE=off      keeps nothing on disk
    FALLLINE_CACHE=DIR      keeps it there

A cache folder set in JAX's own configuration is respected and not changed.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
import itertools
import math
import os
import time
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh

from fallline import config
from fallline._files import cache_folder, processors
from fallline.compilation.cores import offer_all_cores
from fallline.compilation.environment import require_known_settings
from fallline.compilation.uncompiled import Uncompiled, runs_uncompiled
from fallline.errors import FalllineError
from fallline.own.look import outline
from fallline.own.reads import Own
from fallline.own.shown import fields_shown
from fallline.own.tracing import in_a_trace

offer_all_cores()

MAPS = Path("/proc/self/maps")
"""The memory maps of this process, on Linux."""

SETTINGS = (
    "jax_default_matmul_precision",
    "jax_numpy_dtype_promotion",
    "jax_default_device",
    "jax_enable_x64",
    "jax_disable_jit",
    "jax_debug_nans",
    "jax_debug_infs",
)

UNUSED = 32
"""How many programs stay that no living model uses. Each holds 1 to 3 MB; a model takes three to six."""

FOR_THE_NEXT_MODEL = 16
"""How many of them `clear_session` leaves, so that a loop of like models compiles once."""

_CACHE_HIT_EVENT = "/jax/compilation_cache/cache_hits"


@dataclasses.dataclass
class CompiledProgram:
    """One compiled program and what it cost.

    Attributes:
        name: What the program does.
        arguments: Shapes of its largest arguments, for the reader.
        trace_seconds: Time in which Python built the program.
        compile_seconds: Time in which XLA compiled it, or loaded it from disk.
        disk_hit: Whether it came from the cache on disk.
        calls: How often it was called.
        executable: The code, of the leaves of its arguments, or what Python runs in its place; None once it was
            dropped.
        outputs: The structure of what it gives.
        users: The models and other clients that called it and still live.
    """

    name: str
    arguments: str
    trace_seconds: float
    compile_seconds: float
    disk_hit: bool
    calls: int
    executable: jax.stages.Compiled | Uncompiled | None = dataclasses.field(repr=False)
    outputs: Any = dataclasses.field(repr=False)
    users: weakref.WeakSet[Any] = dataclasses.field(default_factory=weakref.WeakSet, repr=False)

    @functools.cached_property
    def operations(self) -> float:
        """Floating-point operations as XLA counts them, every loop body once; 0 where it does not say."""
        assert self.executable is not None
        analysis = self.executable.cost_analysis() or {}
        return float(analysis.get("flops", 0.0))

    @property
    def like(self) -> Any:
        """What it gives, as shapes and types; None where Python runs it."""
        told = getattr(self.executable, "out_info", None)
        return None if told is None else jax.tree.unflatten(self.outputs, told)

    def __call__(self, *arguments: Any) -> Any:
        """Runs the program on arguments of the structure and shapes it was compiled for."""
        return jax.tree.unflatten(self.outputs, self.flat(jax.tree.leaves(arguments)))

    def flat(self, leaves: Sequence[Any]) -> Sequence[Any]:
        """The same from leaves to leaves, for those who call it so often that taking trees apart would count."""
        assert self.executable is not None
        self.calls += 1
        return self.executable(*leaves)


@dataclasses.dataclass(frozen=True)
class CompilationReport:
    """What was compiled in this process, how often it was used and how long compiling took.

    Printing it shows a table.

    Attributes:
        programs: One entry per program: those dropped, then those in memory, last used last.
        cache_folder: Where compiled code is kept between processes, or None.
    """

    __repr__ = fields_shown

    programs: tuple[CompiledProgram, ...]
    cache_folder: str | None

    @property
    def seconds(self) -> float:
        """Total time spent tracing and compiling."""
        return sum(program.trace_seconds + program.compile_seconds for program in self.programs)

    def __str__(self) -> str:
        from io import StringIO

        from rich.console import Console
        from rich.table import Table

        hits = sum(program.disk_hit for program in self.programs)
        table = Table(
            title=f"{len(self.programs)} programs compiled in {self.seconds:.2f} s, {hits} of them from disk",
            caption=f"cache: {self.cache_folder or 'off'}",
        )
        for heading in ("program", "arguments", "trace s", "compile s", "from disk", "calls"):
            table.add_column(heading, justify="left" if heading in ("program", "arguments") else "right")
        for program in self.programs:
            table.add_row(
                program.name,
                program.arguments,
                f"{program.trace_seconds:.2f}",
                f"{program.compile_seconds:.2f}",
                "yes" if program.disk_hit else "no",
                str(program.calls),
            )
        console = Console(file=StringIO(), width=100)
        console.print(table)
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()


class _Cache:
    """Compiled programs of this process, by function, settings, structure and shapes; last used last."""

    def __init__(self) -> None:
        self.programs: dict[Hashable, CompiledProgram] = {}
        self.dropped: list[CompiledProgram] = []
        self.disk_hits = 0
        self.folder: str | None = None
        self._prepared = False

    def prepare(self) -> None:
        """Switches the disk cache on, once, before the first compilation."""
        if self._prepared:
            return
        require_known_settings()
        self._prepared = True
        jax.monitoring.register_event_listener(self._on_event)
        own = jax.config.values["jax_compilation_cache_dir"]
        if own is not None:
            self.folder = str(own)
            return
        folder = cache_folder()
        if folder is None:
            return
        if processors() != os.cpu_count():
            # JAX's key does not hold it: one compiled here would hold others to as few.
            folder /= f"{processors()}-processors"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # a read-only home directory costs the cache, not the training
        self.folder = str(folder)
        jax.config.update("jax_compilation_cache_dir", self.folder)
        # JAX's own thresholds skip programs that compile in under a second: ours are nearly all of those.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)

    def find(self, key: Hashable) -> CompiledProgram | None:
        """The program of a key, which becomes the one last used."""
        found = self.programs.pop(key, None)
        if found is not None:
            self.programs[key] = found
        return found

    def drop(self, count: int) -> None:
        """Drops the programs used longest ago; only their records stay. A run that uses one keeps it to its end."""
        self._drop(list(self.programs)[:count])

    def drop_unused(self, kept: int) -> None:
        """Drops the programs of which no user lives, but for those used last."""
        unused = [key for key, program in self.programs.items() if not program.users]
        self._drop(unused[: max(0, len(unused) - kept)])

    def _drop(self, keys: Sequence[Hashable]) -> None:
        for key in keys:
            record = dataclasses.replace(self.programs.pop(key), executable=None, outputs=None)
            self.dropped.append(dataclasses.replace(record, users=weakref.WeakSet()))

    def make_room(self) -> None:
        """Drops programs of models that are gone, and half of all where their code fills half of the process's maps.

        Each program holds some 50 to 250 of them; at the limit, 65,530 on most Linux machines, the process crashes.
        """
        self.drop_unused(UNUSED - 1)  # with the one that comes
        if MAPS.exists() and MAPS.read_bytes().count(b"\n") > _most_maps() // 2:
            self.drop(len(self.programs) // 2)

    def _on_event(self, event: str, **_: Any) -> None:
        if event == _CACHE_HIT_EVENT:
            self.disk_hits += 1


_CACHE = _Cache()


def forget_programs() -> None:
    """Drops every compiled program from memory; what lies on disk stays."""
    _CACHE.drop(len(_CACHE.programs))


config.clear_session_calls.append(lambda: _CACHE.drop_unused(FOR_THE_NEXT_MODEL))


_user: contextvars.ContextVar[Any] = contextvars.ContextVar("user of programs", default=None)


@contextlib.contextmanager
def used_by(client: Any) -> Iterator[None]:
    """While it lasts, programs are used by this client: they stay in memory while it lives."""
    token = _user.set(client)
    try:
        yield
    finally:
        _user.reset(token)


class Program:
    """A pure function that is compiled once per structure and shapes of its arguments.

    Two programs are one where their functions have the same code and closure. A program that is kept holds nothing of the
    trees that it was compiled for: a model that is deleted is freed.

    Args:
        function: A pure function of trees of arrays.
        name: What it does, as the compilation report shows it.
        donate: Positions of arguments whose memory the result may reuse. They are invalid after the call.
        runs_once: Whether compiling matters more than running, as for initial weights.
        finds_repeats: Whether what is asked twice in a loop must be found to be one. XLA takes what is the same in each
            round out of the loop first, once for either, and no longer sees that the rest is equal.
        wide: Whether its loops are long enough for the widest vectors of a CPU, such as those over members side by side.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        donate: tuple[int, ...] = (),
        runs_once: bool = False,
        finds_repeats: bool = False,
        wide: bool = False,
    ) -> None:
        self._function = function
        self._name = name
        self._donate = donate
        # Drawing the weights of three layers compiles in 0.2 s instead of 0.45 s, and runs as fast.
        self._options: dict[str, str | bool] | None = (
            {"xla_backend_optimization_level": "0"} if runs_once else None
        )
        if finds_repeats:
            self._options = {"xla_disable_hlo_passes": "while-loop-invariant-code-motion"}
        if wide:  # where there are none of 512 bits, it says nothing
            self._options = {**(self._options or {}), "xla_cpu_prefer_vector_width": "512"}

    def __call__(self, *arguments: Any) -> Any:
        """Runs the function, compiling it first if this structure is new."""
        return self.compile(*arguments)(*arguments)

    def compile(self, *arguments: Any) -> CompiledProgram:
        """The compiled program for arguments like these, from memory, from disk, or made now."""
        leaves, structure = jax.tree.flatten(arguments)
        signatures = tuple(map(signature, leaves))
        function = Own(self._function)
        key = (self._name, function.reads, outline(structure), signatures, settings_of_jax())
        found = _CACHE.find(key)
        if found is None:
            _CACHE.make_room()
            found = self._compile(arguments, leaves, structure)
            _CACHE.programs[key] = found
        if (user := _user.get()) is not None:
            found.users.add(user)
        return found

    def _compile(self, arguments: tuple[Any, ...], leaves: list[Any], structure: Any) -> CompiledProgram:
        _CACHE.prepare()
        hits = _CACHE.disk_hits
        started = time.perf_counter()
        outputs: list[Any] = []

        def program(*leaves: Any) -> Any:
            given, told = jax.tree.flatten(self._function(*jax.tree.unflatten(structure, leaves)))
            outputs.append(told)
            return given

        # The name is in the cache key on disk and in profiles.
        program.__name__ = program.__qualname__ = self._name.replace(" ", "_")
        ends = list(itertools.accumulate(len(jax.tree.leaves(argument)) for argument in arguments))
        donated = [place for which in self._donate for place in range(*([0, *ends][which : which + 2]))]
        try:
            if as_python := runs_uncompiled():
                executable: Any = Uncompiled(program)
                executable.shapes(leaves)
            else:
                with in_a_trace():
                    lowered = jax.jit(program, donate_argnums=donated).lower(*leaves)
        except FalllineError as error:
            # A mistake in the user's arguments: without JAX's frames and its remark about them.
            error.__notes__ = []
            raise error.with_traceback(None) from None
        traced = time.perf_counter()
        if not as_python:
            executable = lowered.compile(self._options)
        compiled = time.perf_counter()
        shapes = sorted(map(np.shape, leaves), key=math.prod, reverse=True)
        return CompiledProgram(
            name=self._name,
            arguments=" ".join("x".join(map(str, shape)) for shape in shapes[:2] if shape),
            trace_seconds=traced - started,
            compile_seconds=compiled - traced,
            disk_hit=_CACHE.disk_hits > hits,
            calls=0,
            executable=executable,
            outputs=outputs[-1],
        )


def over_devices(function: Callable[..., Any], mesh: Mesh, inputs: Any, outputs: Any) -> Callable[..., Any]:
    """A function that runs on each device of a mesh with that device's part of the arguments."""
    return jax.shard_map(function, mesh=mesh, in_specs=inputs, out_specs=outputs, check_vma=False)


def compilation_report() -> CompilationReport:
    """What this process compiled so far: programs, times, calls and cache hits. Print it for a table."""
    return CompilationReport((*_CACHE.dropped, *_CACHE.programs.values()), _CACHE.folder)


def settings_of_jax() -> Hashable:
    """The settings of JAX that change what a program computes, as they are in this context."""
    return tuple(getattr(jax.config, name) for name in SETTINGS)


@functools.cache
def _most_maps() -> int:
    try:
        return int(Path("/proc/sys/vm/max_map_count").read_text())
    except (OSError, ValueError):
        return 65_530


def signature(leaf: Any) -> Hashable:
    """What XLA distinguishes about an argument: shape, type, weak type and placement."""
    if isinstance(
        leaf, np.ndarray | np.generic
    ):  # asked first: whether it is of JAX takes three times as long
        return leaf.shape, leaf.dtype
    if isinstance(leaf, jax.Array):
        weak = getattr(leaf, "weak_type", False)  # keys of randomness have none
        return leaf.shape, leaf.dtype, weak, leaf.sharding if leaf.committed else None
    return getattr(leaf, "shape", ()), getattr(leaf, "dtype", type(leaf))
