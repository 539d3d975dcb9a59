"""Follow the regularised leader."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.failures import GraphError
from fallline.graph.core.variables import Variable
from fallline.graph.ops.math import maximum
from fallline.graph.train.rule import RuleOptimizer


class FtrlOptimizer(RuleOptimizer):
    """Follow the regularised leader: the weight is solved for at each step, and exactly 0 where l1 outweighs it."""

    kind = kernel = "Ftrl"

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float | None = None,
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            learning_rate_power: How the rate falls with the sum of g^2; at most 0.
            initial_accumulator_value: The sum of g^2 before the first step, at least 0.
            l1_regularization_strength: At least 0.
            l2_regularization_strength: At least 0.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.
            accum_name: The name of the slot of g^2, if another.
            linear_name: The name of the linear slot, if another.
            l2_shrinkage_regularization_strength: Of a penalty on the weight itself; at least 0.
            beta: Added to the root of the sum; None: 0.

        Raises:
            GraphError: a number is out of its range.
        """
        for argument, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise GraphError(f"{argument} {value:f} needs to be positive or zero")
        if learning_rate_power > 0.0:
            raise GraphError(f"learning_rate_power {learning_rate_power:f} needs to be negative or zero")
        super().__init__(use_locking, name)
        self._learning_rate, self._power, self._initial = (
            learning_rate,
            learning_rate_power,
            initial_accumulator_value,
        )
        self._l1, self._l2, self._shrinkage = (
            l1_regularization_strength,
            l2_regularization_strength,
            l2_shrinkage_regularization_strength,
        )
        self.kind = self.kernel = "FtrlV2" if self._shrinkage > 0.0 else "Ftrl"
        self._accum_name, self._linear_name, self._beta = accum_name, linear_name, beta or 0.0

    def _numbers(self) -> dict[str, Any]:
        rate = self._learning_rate() if callable(self._learning_rate) else self._learning_rate
        l2: Any = self._l2
        if self._beta:
            l2 = self._l2 + self._beta / (2.0 * maximum(rate, 1e-36))  # type: ignore[operator]
        shrinkage = {"l2_shrinkage_regularization_strength": self._shrinkage} if self._shrinkage else {}
        return {
            "learning_rate": rate,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": l2,
            **shrinkage,
            "learning_rate_power": self._power,
        }

    def _settings(self) -> dict[str, Any]:
        settings = {
            "learning_rate_power": self._power,
            "initial_accumulator_value": self._initial,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
            "beta": self._beta,
        }
        return settings | (
            {"l2_shrinkage_regularization_strength": self._shrinkage} if self._shrinkage else {}
        )

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._filled_slot(each, "accum", self._initial, self._accum_name or self._name, "mul")
            self._zeros_slot(each, "linear", self._linear_name or self._name)
