"""Optimizers whose step is a rule: one node for each variable, which writes it and its slots."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

import jax.numpy as jnp

from fallline.graph.core.building import convert
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variables import Variable, update
from fallline.graph.ops.arrays import cast
from fallline.graph.train.optimizer import Optimizer


@dataclasses.dataclass(frozen=True)
class OfRows:
    """A rule applied to the rows that a step touches; other rows and their slots stay as they are.

    Attributes:
        rule: (w, *slots, *numbers, g) -> (w, *slots).
        slots: How many slots it has.
    """

    rule: Callable[..., tuple[Any, ...]]
    slots: int

    def __call__(self, *arrays: Any, **attributes: Any) -> tuple[Any, ...]:
        """The new tables, from tables, numbers, rows of gradients and their places; those of one place are summed."""
        tables, numbers = arrays[: 1 + self.slots], arrays[1 + self.slots : -2]
        rows, places = arrays[-2:]
        if not places.size:
            return tables
        number = tables[0].shape[0]
        unique, position = jnp.unique(places, return_inverse=True, size=places.size, fill_value=number)
        summed = jnp.zeros_like(rows).at[position.reshape(-1)].add(rows)
        moved = self.rule(*(table[unique] for table in tables), *numbers, summed, **attributes)
        return tuple(table.at[unique].set(new, mode="drop") for table, new in zip(tables, moved, strict=True))


class RuleOptimizer(Optimizer):
    """An optimizer whose step is a rule, in one node for each variable.

    Attributes:
        kernel: TensorFlow's name of the node: `Apply<kernel>`, `SparseApply<kernel>`.
        rule: (w, *slots, *numbers, g) -> (w, *slots).
        slot_names: The slots, in the order of the rule.
    """

    kernel: ClassVar[str]
    rule: ClassVar[Any]
    slot_names: ClassVar[tuple[str, ...]] = ()

    def _numbers(self) -> dict[str, Any]:
        """The numbers of the rule, by the names of their constants."""
        raise NotImplementedError

    def _attributes(self) -> dict[str, Any]:
        """Switches of the rule."""
        return {}

    def _prepare(self) -> None:
        self._tensors = {
            name: convert(value() if callable(value) else value, name=name)
            for name, value in self._numbers().items()
        }

    def _rule(self) -> tuple[str, Callable[..., tuple[Any, ...]], tuple[str, ...]]:
        """The kernel, the rule and its slots."""
        return self.kernel, type(self).rule, self.slot_names

    def _given(self, var: Variable) -> tuple[list[Variable], list[Tensor]]:
        kind = var.dtype.base_dtype
        _, _, names = self._rule()
        slots = [self._slots[name][var.op] for name in names]
        return slots, [cast(each, kind) for each in self._tensors.values()]

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        kernel, rule, _ = self._rule()
        slots, numbers = self._given(var)
        inputs = [var._ref, *(each._ref for each in slots), *numbers, grad]
        attributes = self._attributes()
        return update(f"Apply{kernel}", var, inputs, Formula(rule, False), None, slots, **attributes)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        kernel, rule, _ = self._rule()
        slots, numbers = self._given(var)
        inputs = [var._ref, *(each._ref for each in slots), *numbers, grad.values, grad.indices]
        formula = Formula(OfRows(rule, len(slots)), False)
        return update(f"SparseApply{kernel}", var, inputs, formula, None, slots, **self._attributes())
