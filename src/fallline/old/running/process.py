"""What a program may take for its own process: its arguments, its main module, the modules beside it, its exit."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import random
import signal
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fallline.errors import FalllineWarning
from fallline.old.notices import say_once
from fallline.old.program import Program
from fallline.old.whose import lies_beside

STATES = {
    "fallline.config": "fallline.own.settings",
    "fallline.graph.core.graph": "fallline.graph.core.fresh",
    "fallline.old.tensorflow.second.core.seeds": "fallline.old.tensorflow.second.core.fresh",
}
"""Modules that keep what lasts as long as a process -> where it is put back."""
NOISE = (DeprecationWarning, PendingDeprecationWarning, SyntaxWarning, ResourceWarning)
"""Warnings to those who keep a program up: not said of one that is years old."""


@contextlib.contextmanager
def own_process(program: Program, arguments: Sequence[str]) -> Iterator[types.ModuleType]:
    """Within, the process is the program's; after, all of it is as it was before.

    Args:
        program: The program.
        arguments: What follows its name on the command line.

    Yields:
        Its main module.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_settings())
        stack.enter_context(_fresh_state())
        stack.enter_context(_modules_beside(program))
        stack.enter_context(_path(program.path.parent.resolve()))
        main = stack.enter_context(_main_module(program))
        stack.enter_context(_command_line([str(program.path), *arguments]))
        stack.enter_context(_warnings_in_a_line())
        stack.enter_context(_interrupts())
        stack.enter_context(_end_of_process(main))
        if program.path.suffix == ".ipynb":
            stack.enter_context(contextlib.chdir(program.path.parent))
        yield main


@contextlib.contextmanager
def _main_module(program: Program) -> Iterator[types.ModuleType]:
    main = types.ModuleType("__main__")
    vars(main).update(__builtins__=__builtins__, __annotations__={})
    if program.path.suffix != ".ipynb":
        main.__file__ = str(program.path.resolve())
    before = sys.modules["__main__"]
    sys.modules["__main__"] = main
    try:
        yield main
    finally:
        sys.modules["__main__"] = before


@contextlib.contextmanager
def _command_line(arguments: list[str]) -> Iterator[None]:
    before = sys.argv
    sys.argv = arguments
    try:
        yield
    finally:
        sys.argv = before


@contextlib.contextmanager
def _path(folder: Path) -> Iterator[None]:
    before = list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = before


@contextlib.contextmanager
def _modules_beside(program: Program) -> Iterator[None]:
    """Modules of other folders that have the names of the program's own are set aside; its own are forgotten after."""
    folder = program.path.parent.resolve()
    names = {_name(source.path.resolve(), folder) for source in program.beside}
    aside = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in [*sys.modules]:
            if name not in before and _lies_beside(sys.modules[name], program.path):
                del sys.modules[name]
        sys.modules.update(aside)


def _name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _lies_beside(module: types.ModuleType, program: Path) -> bool:
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", None) or ()), None)
    return isinstance(file, str) and lies_beside(file, program)


@contextlib.contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """What Fallline warns of is one line, said once; what concerns nobody who runs an old program is not shown."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.resetwarnings()
        for category in NOISE:
            warnings.simplefilter("ignore", category)
        warnings.filterwarnings("ignore", "Animation was deleted", UserWarning)  # nobody watches it
        warnings.filterwarnings("always", category=FalllineWarning)
        shown = warnings.showwarning

        def show(message: Any, category: type[Warning], *rest: Any, **named: Any) -> None:
            if issubclass(category, FalllineWarning) or "is an older spelling" in str(message):
                say_once(" ".join(str(message).split()))
            else:
                shown(message, category, *rest, **named)

        warnings.showwarning = show
        yield


@contextlib.contextmanager
def _interrupts() -> Iterator[None]:
    """Ctrl-C is the program's own KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _end_of_process(main: types.ModuleType) -> Iterator[None]:
    """As Python ends: threads are waited for, then what the program left to `atexit` is called, the last first."""
    before = set(threading.enumerate())
    left: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
    register, unregister = atexit.register, atexit.unregister

    def registered(function: Callable[..., Any], *positional: Any, **named: Any) -> Callable[..., Any]:
        if sys._getframe(1).f_globals is not vars(main):
            return register(function, *positional, **named)
        left.append((function, positional, named))
        return function

    def unregistered(function: Callable[..., Any]) -> None:
        left[:] = [each for each in left if each[0] != function]
        unregister(function)

    vars(atexit).update(register=registered, unregister=unregistered)
    try:
        yield
        for thread in threading.enumerate():
            if thread not in before and not thread.daemon and _is_of(thread, main):
                thread.join()
    finally:
        vars(atexit).update(register=register, unregister=unregister)
        while left:
            function, positional, named = left.pop()
            try:
                function(*positional, **named)
            except Exception:
                traceback.print_exc()  # as Python does, and goes on


def _is_of(thread: threading.Thread, main: types.ModuleType) -> bool:
    """Whether a thread runs the program's code; those of a library's pool end when Python does, told by the library."""
    runs = getattr(thread, "_target", None) or type(thread).run
    return getattr(runs, "__globals__", None) is vars(main)


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """The generators that a program seeds, its environment, log and streams are after what they were before."""
    python = random.getstate()
    streams = sys.stdin, sys.stdout, sys.stderr
    loggers = [
        (each, list(each.handlers), each.level) for each in map(logging.getLogger, (None, "tensorflow"))
    ]
    hook, limit = sys.excepthook, sys.getrecursionlimit()
    numpy: Any = sys.modules.get("numpy")
    state = None if numpy is None else numpy.random.get_state()
    environment = dict(os.environ)
    try:
        yield
    finally:
        random.setstate(python)
        sys.stdin, sys.stdout, sys.stderr = streams
        for logger, handlers, level in loggers:
            logger.handlers[:] = handlers
            logger.setLevel(level)
        sys.excepthook = hook
        sys.setrecursionlimit(limit)
        if state is not None:
            numpy.random.set_state(state)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


@contextlib.contextmanager
def _fresh_state() -> Iterator[None]:
    """Settings, graphs, sessions and flags as in a new process; nothing is loaded for it."""
    with contextlib.ExitStack() as stack:
        loaded = [name for name in STATES if name in sys.modules]
        for name in loaded:
            stack.enter_context(import_module(STATES[name]).as_in_a_new_process())
        try:
            yield
        finally:
            for name in STATES:
                if name in sys.modules and name not in loaded:
                    import_module(STATES[name]).begin_anew()
