"""Optimizers whose step is a rule: one node for each variable, which writes it and its slots."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import handed
from fallline.graph.core.failures import GraphShapeError
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variables import Variable, update
from fallline.graph.ops.arrays import cast
from fallline.graph.train.optimizer import Optimizer
from fallline.graph.train.schedules import number_or_schedule
from fallline.optimizers.tensorflow1.kinds import KINDS
from fallline.optimizers.tensorflow1.optimizer import TensorFlow1Optimizer


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


class RuleOptimizer(Optimizer, abc.ABC):
    """An optimizer whose step is a rule, in one node for each variable.

    Attributes:
        kind: The name of the rule among `fallline.optimizers.tensorflow1.kinds`.
        kernel: TensorFlow's name of the node: `Apply<kernel>`, `SparseApply<kernel>`.
    """

    kind: str
    kernel: str

    @abc.abstractmethod
    def _numbers(self) -> dict[str, Any]:
        """The tensors that the rule takes between its slots and the gradient, by the names of their constants."""

    @abc.abstractmethod
    def _settings(self) -> dict[str, Any]:
        """The numbers of the rule but the rate, by their names, for an optimizer of a run."""

    def as_optimizer(self) -> TensorFlow1Optimizer:
        """The optimizer of a run (`Model.compile`, `fl.train`) with this rule and these numbers.

        A rate that depends on the step, such as `tf.train.exponential_decay(...)`, becomes a schedule.

        Raises:
            GraphError: a number is a tensor, which has a value in sessions only.
        """
        return TensorFlow1Optimizer(
            number_or_schedule(f"{self._name}: learning_rate", self._learning_rate),
            self.kind,
            {
                name: number_or_schedule(f"{self._name}: {name}", value)
                for name, value in self._settings().items()
            },
        )

    _learning_rate: Any

    def _prepare(self) -> None:
        self._tensors = {
            name: handed(value() if callable(value) else value, name)
            for name, value in self._numbers().items()
        }
        for name, each in self._tensors.items():
            if each.sizes:
                raise GraphShapeError(
                    f"{self._name}: {name} must be one number, but {each.name} has shape {shapes.shown(each.sizes)}."
                )
        # Programs that show the rate read it under these names.
        self._learning_rate_tensor = self._lr_t = next(iter(self._tensors.values()))

    def _given(self, var: Variable) -> tuple[list[Variable], list[Tensor]]:
        kind = var.dtype.base_dtype
        slots = [self._slots[name][var.op] for name in KINDS[self.kind].slot_names]
        return slots, [cast(each, kind) for each in self._tensors.values()]

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        slots, numbers = self._given(var)
        inputs = [var._ref, *(each._ref for each in slots), *numbers, grad]
        formula = Formula(KINDS[self.kind].function, differentiable=False)
        return update(f"Apply{self.kernel}", var, inputs, formula, None, slots)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        slots, numbers = self._given(var)
        inputs = [var._ref, *(each._ref for each in slots), *numbers, grad.values, grad.indices]
        formula = Formula(OfRows(KINDS[self.kind].function, len(slots)), differentiable=False)
        return update(f"SparseApply{self.kernel}", var, inputs, formula, None, slots)
