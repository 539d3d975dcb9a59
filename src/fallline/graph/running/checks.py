"""The checks of a run as a program of their own, which runs before it.

A run with checks must be able to give up, so that its variables cannot be changed where they lie: each step copies them. Where
what is checked comes from what is fed alone (labels, indices), a small program can check it first, and the run itself goes on
without checks. That pays for variables of some size: measured on a CPU, a step of Adagrad along 128 of 50,000 gathered rows
takes 0.4 ms in place and 36 ms with copies, one of Adam on three layers of 1,000 units 7 and 28 ms.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fallline.graph.core.nodes import Operation
from fallline.graph.errors import InvalidArgumentError
from fallline.graph.running.form import Form, Instruction
from fallline.graph.running.plan import Plan

PAYS = 2**20
"""Bytes of the variables that a run writes from which on its checks are a program of their own."""


@dataclasses.dataclass(frozen=True)
class Checks:
    """The checks of a run, as a program.

    Attributes:
        form: Some of the run's arguments -> for each check whether its rule is broken, and the values that it tells.
        places: Which of the run's arguments it takes.
        checks: The operations that check, with the number of values each tells.
    """

    form: Form
    places: tuple[int, ...]
    checks: tuple[tuple[Operation, int], ...]


def raise_broken(checks: Iterable[tuple[Operation, int]], results: Sequence[Any]) -> None:
    """Raises the error of the first broken rule.

    Args:
        checks: The operations that check, with the number of values each tells.
        results: For each whether its rule is broken, and these values.

    Raises:
        InvalidArgumentError: a value breaks a rule of an operation.
    """
    place = 0
    for operation, number in checks:
        if bool(results[place]):
            assert operation.complaint is not None
            # Out of a branch nothing is told.
            message = f"A value breaks a rule of {operation.type} within a branch of tf.cond."
            if number == len(operation.formula.checks or ()):
                message = operation.complaint(*map(np.asarray, results[place + 1 : place + 1 + number]))
            raise InvalidArgumentError(operation, operation, f"{message} [node '{operation.name}']")
        place += 1 + number


def parted(plan: Plan, values: Mapping[Operation, Any]) -> tuple[Checks | None, Plan]:
    """The checks of a run apart, where that pays and what they check comes from what is fed; and what remains of the run.

    Args:
        plan: The run.
        values: The values of the variables.
    """
    if not plan.checks or sum(values[each].nbytes for each in plan.written) < PAYS:
        return None, plan
    form, first = plan.form, len(plan.written) + len(plan.made) + len(plan.states)
    number = sum(1 + told for _, told in plan.checks)
    results = form.results[first : first + number]
    of_session = set(form.arguments[: len(plan.written) + len(plan.read) + len(plan.states)])
    told: list[int] = []
    place = 0
    for operation, count in plan.checks:
        if count != len(operation.formula.checks or ()):
            return None, plan
        told += results[place + 1 : place + 1 + count]
        place += 1 + count
    makers = _makers(form.instructions)
    if _needed(makers, told)[1] & of_session:
        return None, plan
    kept, taken = _needed(makers, results)
    places = tuple(place for place, argument in enumerate(form.arguments) if argument in taken)
    alone = Form(
        tuple(form.arguments[place] for place in places),
        tuple(each for each in form.instructions if id(each) in kept),
        results,
    )
    rest = Form(form.arguments, form.instructions, (*form.results[:first], *form.results[first + number :]))
    return Checks(alone, places, plan.checks), dataclasses.replace(plan, form=rest, checks=())


def _makers(instructions: Iterable[Instruction]) -> dict[int, Instruction]:
    """Place -> what computes it."""
    found: dict[int, Instruction] = {}
    for each in instructions:
        after = [] if each.state is None else [each.state[1]]
        checks = [] if each.checks is None else [each.checks]
        found |= dict.fromkeys([*each.outputs, *after, *checks], each)
    return found


def _needed(makers: Mapping[int, Instruction], places: Iterable[int]) -> tuple[set[int], set[int]]:
    """The instructions that compute places, by identity, and all places that they read."""
    kept: set[int] = set()
    seen: set[int] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        maker = makers.get(place)
        if maker is not None and id(maker) not in kept:
            kept.add(id(maker))
            waiting += [*maker.inputs, *([] if maker.state is None else [maker.state[0]])]
    return kept, seen
