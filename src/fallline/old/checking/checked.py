"""All that a program uses and that is not there."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from fallline.old.age import read_age
from fallline.old.checking.arguments import refused
from fallline.old.checking.around import files_not_there, modules_not_there
from fallline.old.checking.findings import Finding, Findings, Kind
from fallline.old.checking.objects import Kept
from fallline.old.checking.rooms import Absent, exports, resolve
from fallline.old.program import Program
from fallline.old.uses import Place, Uses, read_uses

_Told = tuple[Kind, str, str, Place]


def check(program: Program) -> Findings:
    """Looks up what a program uses, without running or importing it.

    Args:
        program: The program, see `fallline.old.program.read_program`.

    Returns:
        What is not there, and how many names were looked up.
    """
    style = read_age(program).style
    look_up = functools.cache(functools.partial(resolve, style=style))
    uses = read_uses(program, functools.partial(exports, style))
    told: dict[tuple[Kind, str, str], dict[Place, None]] = {}
    for kind, name, instead, place in _all(program, uses, look_up):
        told.setdefault((kind, name, instead), {})[place] = None
    findings = [Finding(*what, tuple(sorted(places))) for what, places in told.items()]
    main = [source.path for source in program.sources]
    order = {path: number for number, path in reversed(list(enumerate(main)))}
    findings.sort(
        key=lambda each: (order.get(each.places[0].path, 0), each.places[0].cell, each.places[0].line)
    )
    return Findings(program.path.name, len({use.name for use in uses.names}), tuple(findings))


def _all(
    program: Program, uses: Uses, look_up: functools._lru_cache_wrapper[Kept | Absent]
) -> Iterator[_Told]:
    asked = {text.text for text in uses.texts if text.of == "hasattr"}
    for use in uses.names:
        found = look_up(use.origin)
        if isinstance(found, Absent) and not use.guarded and found.name.split(".")[-1] not in asked:
            yield "scope" if found.outside else "name", found.name, found.why, use.place
    for call in uses.calls:
        found = look_up(call.origin)
        if not isinstance(found, Absent) and not call.guarded:
            for name, instead in refused(found, call.keywords):
                yield "argument", f"{shown(call.origin)}({name}=)", instead, call.place
    for name, instead, place in modules_not_there(program, uses):
        yield "module", name, instead, place
    for name, instead, place in files_not_there(program, uses):
        yield "file", name, instead, place


def shown(origin: str) -> str:
    """An origin as a person says it: `Sequential.fit` for a method, the dotted name for all else."""
    before, called, after = origin.rpartition("()")
    if not called or not after:
        return origin.replace("()", "")
    return before.replace("()", "").split(".")[-1] + after.replace("()", "")
