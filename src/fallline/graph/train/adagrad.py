"""Rates from the sum of squared gradients."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.building import convert
from fallline.graph.core.failures import GraphError
from fallline.graph.core.variables import Variable
from fallline.graph.train.descent import ProximalGradientDescentOptimizer
from fallline.graph.train.rule import RuleOptimizer


class AdagradOptimizer(RuleOptimizer):
    """a <- a + g^2, w <- w - rate g / sqrt(a): without an epsilon."""

    kind = kernel = "Adagrad"

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            initial_accumulator_value: a before the first step, above 0.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.

        Raises:
            GraphError: a would start at 0 or below.
        """
        _positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._initial = learning_rate, initial_accumulator_value

    def _numbers(self) -> dict[str, Any]:
        return {"learning_rate": self._learning_rate}

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._filled_slot(each, "accumulator", self._initial)

    def _settings(self) -> dict[str, Any]:
        return {"initial_accumulator_value": self._initial}


class AdagradDAOptimizer(RuleOptimizer):
    """Dual averaging: the weight is solved for from the sums of g and g^2 at each step; its start does not count."""

    kind = kernel = "AdagradDA"

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            global_step: The variable that counts steps; `minimize` must be given it too.
            initial_gradient_squared_accumulator_value: The sum of g^2 before the first step, above 0.
            l1_regularization_strength: At least 0.
            l2_regularization_strength: At least 0.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.

        Raises:
            GraphError: the sum would start at 0 or below.
        """
        _positive("initial_gradient_squared_accumulator_value", initial_gradient_squared_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._global_step = learning_rate, global_step
        self._initial = initial_gradient_squared_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _numbers(self) -> dict[str, Any]:
        return {
            "learning_rate": self._learning_rate,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
            "step": convert(self._global_step) + 1,  # type: ignore[operator]
        }

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._zeros_slot(each, "gradient_accumulator", self._name)
            self._filled_slot(each, "gradient_squared_accumulator", self._initial)

    def _settings(self) -> dict[str, Any]:
        return {
            "initial_accumulator_value": self._initial,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
        }


class ProximalAdagradOptimizer(ProximalGradientDescentOptimizer):
    """A step of Adagrad, then the proximal step of l1 and l2 penalties with the same lengths."""

    kind = kernel = "ProximalAdagrad"

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            initial_accumulator_value: The sum of g^2 before the first step, above 0.
            l1_regularization_strength: At least 0.
            l2_regularization_strength: At least 0.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.

        Raises:
            GraphError: the sum would start at 0 or below.
        """
        _positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(
            learning_rate, l1_regularization_strength, l2_regularization_strength, use_locking, name
        )
        self._initial = initial_accumulator_value

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._filled_slot(each, "accumulator", self._initial)

    def _settings(self) -> dict[str, Any]:
        return {
            "initial_accumulator_value": self._initial,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
        }


def _positive(name: str, value: float) -> None:
    if value <= 0.0:
        raise GraphError(f"{name} must be positive: {value}")
