"""Rates from moving averages of squared gradients."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.variables import Variable, update
from fallline.graph.ops.arrays import cast
from fallline.graph.train.rule import RuleOptimizer


def _raised(power: Any, beta: Any) -> Any:
    return power * beta


_RAISED = Formula(_raised, differentiable=False)


class AdadeltaOptimizer(RuleOptimizer):
    """Steps as large as the past ones were: w <- w - rate sqrt(u + epsilon) / sqrt(a + epsilon) g."""

    kind = kernel = "Adadelta"

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            rho: Keeping rate of the means of squares.
            epsilon: Small number inside the roots.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.
        """
        super().__init__(use_locking, name)
        self._learning_rate, self._rho, self._epsilon = learning_rate, rho, epsilon

    def _numbers(self) -> dict[str, Any]:
        return {"lr": self._learning_rate, "rho": self._rho, "epsilon": self._epsilon}

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._zeros_slot(each, "accum", self._name)
            self._zeros_slot(each, "accum_update", self._name)

    def _settings(self) -> dict[str, Any]:
        return {"rho": self._rho, "epsilon": self._epsilon}


class RMSPropOptimizer(RuleOptimizer):
    """v <- decay v + (1 - decay) g^2, u <- momentum u + rate g / sqrt(v + epsilon), w <- w - u. v starts at 1."""

    kind = kernel = "RMSProp"

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor; it is inside the momentum.
            decay: Keeping rate of the mean of squares.
            momentum: Share of the step that is kept.
            epsilon: Small number inside the root.
            use_locking: Taken and left alone.
            centered: Whether to divide by the standard deviation, not by the root of the mean square.
            name: The name of its operations and slots.
        """
        super().__init__(use_locking, name)
        self._learning_rate, self._decay, self._momentum = learning_rate, decay, momentum
        self._epsilon = epsilon
        self.kind = self.kernel = "CenteredRMSProp" if centered else "RMSProp"

    def _numbers(self) -> dict[str, Any]:
        return {
            "learning_rate": self._learning_rate,
            "decay": self._decay,
            "momentum": self._momentum,
            "epsilon": self._epsilon,
        }

    def _create_slots(self, var_list: list[Variable]) -> None:
        for each in var_list:
            self._filled_slot(each, "rms", 1.0, called="ones")
            if self.kind == "CenteredRMSProp":
                self._zeros_slot(each, "mg", self._name)
            self._zeros_slot(each, "momentum", self._name)

    def _settings(self) -> dict[str, Any]:
        return {"decay": self._decay, "momentum": self._momentum, "epsilon": self._epsilon}


class AdamOptimizer(RuleOptimizer):
    """m, v <- moving means of g, g^2; w <- w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon).

    beta1^t and beta2^t are variables that all operations of this object share, and that each run of one of them multiplies.
    Rows of a table that are not gathered decay their means and move, too.
    """

    kind = kernel = "Adam"

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        """Takes the numbers.

        Args:
            learning_rate: A number, or a tensor.
            beta1: Keeping rate of the mean of g.
            beta2: Keeping rate of the mean of g^2.
            epsilon: Small number beside the root.
            use_locking: Taken and left alone.
            name: The name of its operations and slots.
        """
        super().__init__(use_locking, name)
        self._learning_rate, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon

    def _get_beta_accumulators(self) -> tuple[Variable, Variable]:
        graph = get_default_graph()
        return self._shared["beta1_power", graph], self._shared["beta2_power", graph]

    def _numbers(self) -> dict[str, Any]:
        return {
            "learning_rate": self._learning_rate,
            "beta1": self._beta1,
            "beta2": self._beta2,
            "epsilon": self._epsilon,
        }

    def _given(self, var: Variable) -> tuple[list[Variable], list[Tensor]]:
        slots, numbers = super()._given(var)
        kind = var.dtype.base_dtype
        powers = [cast(each.value(), kind) for each in self._get_beta_accumulators()]
        return slots, [*powers, *numbers]

    def _create_slots(self, var_list: list[Variable]) -> None:
        for name, value in (("beta1_power", self._beta1), ("beta2_power", self._beta2)):
            self._create_non_slot_variable(value, name)
        for each in var_list:
            self._zeros_slot(each, "m", self._name)
            self._zeros_slot(each, "v", self._name)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        return self._apply_dense(grad._as_tensor(), var)

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        betas = self._tensors["beta1"], self._tensors["beta2"]
        with get_default_graph().control_dependencies(update_ops):
            # Each on what the one before left: two operations of this object in one run multiply twice.
            raised = [
                update(
                    "Assign", power, [power._ref, cast(beta, power.dtype.base_dtype)], _RAISED, "Assign"
                ).op
                for power, beta in zip(self._get_beta_accumulators(), betas, strict=True)
            ]
        return super()._finish([*update_ops, *raised], name_scope)

    def _settings(self) -> dict[str, Any]:
        return {"beta1": self._beta1, "beta2": self._beta2, "epsilon": self._epsilon}
