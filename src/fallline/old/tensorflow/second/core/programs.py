"""Compiled programs of what was recorded: one for each form and shapes of its arguments."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from fallline._tree import static, tree
from fallline.compilation.program import CompiledProgram, Program, settings_of_jax, signature, used_by

MOST = 500
"""How many programs are found again without being looked for."""


@tree
class _Stored:
    form: Any = static()


def _run(stored: _Stored, arrays: list[Any]) -> Any:
    return stored.form(*arrays)


class _Client:
    """Who uses the programs: while it lives they stay."""


_PROGRAM = Program(_run, "eager tape")
_known: dict[Any, weakref.ref[CompiledProgram]] = {}
_client = [_Client()]


def run(form: Callable[..., Any], arrays: Sequence[Any]) -> Sequence[Any]:
    """The leaves of what a form gives for arrays; compiled once for each form and shapes.

    Args:
        form: A pure function, equal and of one hash for equal computations.
        arrays: Its arguments.
    """
    key = (form, tuple(map(signature, arrays)), settings_of_jax())
    reference = _known.get(key)
    program = None if reference is None else reference()
    if program is None or program.executable is None:
        with used_by(_client[0]):
            program = _PROGRAM.compile(_Stored(form), list(arrays))
        if len(_known) >= MOST:
            _known.clear()
            _client[0] = _Client()
        _known[key] = weakref.ref(program)
    return program.flat(arrays)
