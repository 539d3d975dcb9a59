"""Numbers are leaves: stacked or alone, one program gives each object's own answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

from fallline._tree import canonical, is_static, stack
from fallline.engine import compilation_report
from fallline.optimizers import SGD, FirstOrderOptimizer

from .answers import compiled, data_for, same
from .entry import Entry
from .table import TABLE_OF_ALL, WITH_NUMBERS

NO_EFFECT = {
    "optimizers.SGD": {"loss_scale_factor": "taken back from the gradients, exactly for a power of 2"},
}
"""Numbers that change no answer, each with the reason."""


def one_at_a_time(line: Entry) -> Iterator[tuple[str, Any]]:
    """The objects that differ from the first in one number alone, of a tuple in one of its numbers."""
    for name, number in line.numbers.items():
        if not isinstance(number.one, tuple):
            yield name, line.made(**{name: number.other})
            continue
        for place, other in enumerate(number.other):
            changed = [*number.one[:place], other, *number.one[place + 1 :]]
            yield f"{name}[{place}]", line.made(**{name: tuple(changed)})


def differ(one: Any, other: Any) -> bool:
    """Whether two trees of arrays differ anywhere, in a single bit."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return any(not np.array_equal(a, b, equal_nan=True) for a, b in pairs)


@pytest.mark.parametrize("line", WITH_NUMBERS, ids=str)
def test_other_numbers_are_the_same_program(line: Entry) -> None:
    made, other, data = canonical(line.made()), canonical(line.other()), data_for(line)
    assert jax.tree.structure(made) == jax.tree.structure(other)
    kinds = [[(np.shape(leaf), leaf.dtype) for leaf in jax.tree.leaves(tree)] for tree in (made, other)]
    assert kinds[0] == kinds[1]
    program = compiled(line)
    first = program(made, data)
    before = len(compilation_report().programs)
    idle = {
        name for name, changed in one_at_a_time(line) if not differ(program(canonical(changed), data), first)
    }
    assert len(compilation_report().programs) == before
    assert idle == NO_EFFECT.get(line.name, {}).keys() & line.numbers.keys()


@pytest.mark.parametrize("line", WITH_NUMBERS, ids=str)
def test_stacked_members_equal_the_solo_answers(line: Entry) -> None:
    alone = [line.made(), line.other()]
    data = data_for(line)
    together = compiled(line, members=True)(stack(alone), data)
    for member, made in enumerate(alone):
        solo = compiled(line)(canonical(made), data)
        same(jax.tree.map(lambda leaf, k=member: leaf[k], together), solo, f"member {member}")


@pytest.mark.parametrize("line", WITH_NUMBERS, ids=str)
def test_each_number_alone_is_a_leaf(line: Entry) -> None:
    structure = jax.tree.structure(line.made())
    for name, number in line.numbers.items():
        assert jax.tree.structure(line.made(**{name: number.other})) == structure, name


def leaves_of(cls: type[Any]) -> set[str]:
    """The arguments of a class that are numbers of a run, those of objects within it left out."""
    roles = ("activation", "initializer", "regularizer", "constraint")
    return {
        field.name
        for field in dataclasses.fields(cls)
        if field.init and not is_static(field) and field.name.rpartition("_")[2] not in roles
    }


def test_every_number_is_changed_somewhere() -> None:
    changed: dict[type[Any], set[str]] = {}
    for line in TABLE_OF_ALL:
        changed.setdefault(line.cls, set()).update(line.numbers)
    # What every first-order optimizer has is changed in the lines of the simplest.
    inherited = {cls: changed[SGD] if issubclass(cls, FirstOrderOptimizer) else set() for cls in changed}
    missing = {
        f"{cls.__name__}.{name}"
        for cls, names in changed.items()
        for name in leaves_of(cls) - names - inherited[cls]
    }
    assert not missing, sorted(missing)
