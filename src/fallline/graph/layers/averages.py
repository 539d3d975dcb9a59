"""Moving averages of batch normalisation: what they follow, and how they move."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core.building import convert, graph_of, node
from fallline.graph.core.dtypes import float32
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.variables import Variable, update
from fallline.graph.layers.arguments import axes_but

# --- formulas ---------------------------------------------------------------------------------------------


def _corrected(variance: Any, x: Any, *, axes: tuple[int, ...]) -> Any:
    """Bessel's correction n / (n - 1); of one row the variance is 0 as it is."""
    number = 1
    for axis in axes:
        number *= x.shape[axis]
    return variance * jnp.asarray(number / max(number - 1, 1), variance.dtype)


def _where(training: tuple[Any, ...], one: Any, other: Any) -> Any:
    return jnp.where(jnp.reshape(training[0], ()), one, other) if training else one


def _moved(old: Any, value: Any, decay: Any, *training: Any) -> Any:
    moved = old - (old - value.astype(old.dtype)) * decay.astype(old.dtype)
    return _where(training, moved, old)


def _squared(old: Any, deviation: Any, *training: Any, epsilon: float) -> Any:
    return _where(training, jnp.maximum(jnp.square(deviation) - jnp.asarray(epsilon, old.dtype), 0), old)


def _deviation(variance: Any, *, epsilon: float) -> Any:
    return jnp.sqrt(variance + jnp.asarray(epsilon, variance.dtype))


def _correction(
    mean: Any, deviation: Any, old_mean: Any, old_deviation: Any, *rest: Any, epsilon: float, given: tuple[str, ...]
) -> tuple[Any, Any]:  # fmt: skip
    """Ioffe (2017), algorithm 1: r and d, which lead from the batch's statistics to the moving ones."""
    old_deviation = jnp.maximum(old_deviation, jnp.asarray(epsilon**0.5, old_deviation.dtype))
    r, d = deviation / old_deviation, (mean - old_mean) / old_deviation
    bounds = dict(zip(given, (each.astype(r.dtype) for each in rest), strict=False))
    r = jnp.maximum(r, bounds.get("rmin", r))
    r = jnp.minimum(r, bounds.get("rmax", r))
    if "dmax" in bounds:
        d = jnp.clip(d, -bounds["dmax"], bounds["dmax"])
    training = rest[len(given) :]
    return _where(training, r, jnp.ones_like(r)), _where(training, d, jnp.zeros_like(d))


_CORRECTED = Formula(_corrected, differentiable=(0,))
_MOVED, _SQUARED = Formula(_moved, differentiable=False), Formula(_squared, differentiable=False)
_DEVIATION, _CORRECTION = Formula(_deviation), Formula(_correction, differentiable=False)


# --- nodes ------------------------------------------------------------------------------------------------


def _switch(training: bool | Tensor) -> list[Tensor]:
    return [training] if isinstance(training, Tensor) else []


def corrected(variance: Tensor, x: Tensor, axis: int) -> Tensor:
    """The variance with Bessel's correction, as TensorFlow's fused kernel hands it to the moving one."""
    assert x.sizes is not None
    axes = axes_but(len(x.sizes), [axis])
    return node("Mul", [variance, x], _CORRECTED, variance.sizes, name="corrected", axes=axes)


def moving_average_update(
    variable: Variable, value: Tensor, momentum: Any, training: bool | Tensor
) -> Tensor:
    """`variable -= (1 - momentum) (variable - value)`; where `training` is false it stays."""
    decay = convert(1.0 - momentum, None if isinstance(momentum, Tensor) else float32, name="decay")
    inputs = [variable._ref, value, decay, *_switch(training)]
    return update("AssignSub", variable, inputs, _MOVED, "AssignMovingAvg")


class Renormalization:
    """What batch renormalisation keeps beside the moving statistics: a mean and a deviation that training itself uses.

    Attributes:
        mean: The variable of the mean.
        deviation: That of the deviation.
        of_inference: The moving deviation, from which the moving variance is made.
        momentum: Of mean and deviation.
        clipping: Bounds "rmin", "rmax", "dmax" of the correction.
        epsilon: Added to variances.
    """

    def __init__(
        self, mean: Variable, deviation: Variable, of_inference: Variable, momentum: Any, clipping: dict[str, Any],
        epsilon: float,
    ) -> None:  # fmt: skip
        self.mean, self.deviation, self.of_inference = mean, deviation, of_inference
        self.momentum, self.clipping, self.epsilon = momentum, clipping, epsilon

    def correction(self, mean: Tensor, variance: Tensor, training: bool | Tensor) -> tuple[Tensor, Tensor]:
        """The factor r and the shift d of normalised values; 1 and 0 where `training` is false."""
        spread = self._deviation(variance)
        given = tuple(key for key in ("rmin", "rmax", "dmax") if self.clipping.get(key) is not None)
        bounds = [convert(self.clipping[key], float32) for key in given]
        inputs = [mean, spread, self.mean.value(), self.deviation.value(), *bounds, *_switch(training)]
        kinds = [(mean.dtype.base_dtype, mean.sizes)] * 2
        operation = graph_of(inputs).add(
            "Renorm",
            inputs,
            _CORRECTION,
            kinds,
            "renorm",
            attributes={"epsilon": self.epsilon, "given": given},
        )
        return operation.outputs[0], operation.outputs[1]

    def updates(
        self, means: tuple[Variable, Variable], mean: Tensor, variance: Tensor, momentum: Any, training: bool | Tensor
    ) -> list[Operation]:  # fmt: skip
        """The operations that bring the moving mean and variance up to date, after those of mean and deviation."""
        spread = self._deviation(variance)
        first = [
            moving_average_update(self.mean, mean, self.momentum, training),
            moving_average_update(self.deviation, spread, self.momentum, training),
        ]
        with get_default_graph().control_dependencies(first):
            moving = moving_average_update(means[0], mean, momentum, training)
            deviation = moving_average_update(self.of_inference, spread, momentum, training)
            inputs = [means[1]._ref, deviation, *_switch(training)]
            assigned = update("Assign", means[1], inputs, _SQUARED, "AssignNewValue", epsilon=self.epsilon)
        return [moving.op, assigned.op]

    def _deviation(self, variance: Tensor) -> Tensor:
        return node("Sqrt", [variance], _DEVIATION, variance.sizes, epsilon=self.epsilon)
