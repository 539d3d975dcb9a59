"""Gradient descent: plain, with momentum, with penalties."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.variables import Variable
from fallline.graph.train.rule import RuleOptimizer


class GradientDescentOptimizer(RuleOptimizer):
    """w <- w - rate g."""

    kind = kernel = "GradientDescent"

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        """Takes the rate.

        Args:
            learning_rate: A number, or a tensor: a schedule, a placeholder.
            use_locking: Taken and left alone.
            name: The name of its operations.
        """
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _numbers(self) -> dict[str, Any]:
        return {"learning_rate": self._learning_rate}

    def _settings(self) -> dict[str, Any]:
        return {}


class MomentumOptimizer(RuleOptimizer):
    """a <- momentum a + g, w <- w - rate a; with Nesterov's w <- w - rate (g + momentum a). a starts at 0."""

    kind = kernel = "Momentum"

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            momentum: Share of the velocity that is kept; a number, or a tensor.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.
            use_nesterov: Whether to step from where the velocity leads.
        """
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum = learning_rate, momentum
        self.kind = "NesterovMomentum" if use_nesterov else "Momentum"

    def _numbers(self) -> dict[str, Any]:
        return {"learning_rate": self._learning_rate, "momentum": self._momentum}

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._zeros_slot(each, "momentum", self._name)

    def _settings(self) -> dict[str, Any]:
        return {"momentum": self._momentum}


class ProximalGradientDescentOptimizer(RuleOptimizer):
    """A step of gradient descent, then the proximal step of l1 and l2 penalties."""

    kind = kernel = "ProximalGradientDescent"

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            l1_regularization_strength: At least 0.
            l2_regularization_strength: At least 0.
            use_locking: Taken and left alone.
            name: The name of its operations.
        """
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _numbers(self) -> dict[str, Any]:
        return {
            "learning_rate": self._learning_rate,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
        }

    def _settings(self) -> dict[str, Any]:
        return {"l1_regularization_strength": self._l1, "l2_regularization_strength": self._l2}
