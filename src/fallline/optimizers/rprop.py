"""RProp: a step size for every parameter, from the signs of its gradients alone."""

from __future__ import annotations

from typing import Any, ClassVar, final

import jax
import jax.numpy as jnp

from fallline._ranges import NOT_NEGATIVE, POSITIVE, Range, checked_number, number
from fallline._tree import assign, tree
from fallline._types import Params, Scalar, as_dtype_of
from fallline.errors import UsageError
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers

_SHRINKING = Range("above 0 and below 1", low=0.0, high=1.0, low_open=True, high_open=True)
_GROWING = Range("above 1", low=1.0, low_open=True)


@optimizers.register("rprop")
@final
@tree
class RProp(FirstOrderOptimizer):
    """Moves each parameter against the sign of its gradient, by a step that grows while the sign stays.

    d <- min(eta_plus * d, d_max)   where g * g_before > 0
    d <- max(eta_minus * d, d_min)  where g * g_before < 0, and g <- 0 there: one step is left out
    p <- p - d * sign(g)

    A sign tells something only when the gradient is exact: every step needs all rows.

    Attributes:
        learning_rate: d before the first step; a schedule gives its first value.
        etas: (eta_minus, eta_plus): factors of d, the first above 0 and below 1, the second above 1.
        step_sizes: (d_min, d_max): bounds of d, above 0.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Riedmiller, Braun: A direct adaptive method for faster backpropagation learning: the RPROP algorithm,
        1993. Arguments, defaults and the step that is left out are those of PyTorch's Rprop.
    """

    # Each weight has a step of its own.
    has_one_rate: ClassVar[bool] = False
    full_batch: ClassVar[str | None] = (
        "RProp goes by the sign of the gradient, which a mini-batch's noise flips"
    )

    learning_rate: LearningRate = number(0.01, NOT_NEGATIVE)
    etas: Any = (0.5, 1.2)
    step_sizes: Any = (1e-6, 50.0)

    def __post_init__(self) -> None:
        FirstOrderOptimizer.__post_init__(self)
        etas = _pair("RProp: etas", self.etas, (_SHRINKING, _GROWING))
        step_sizes = _pair("RProp: step_sizes", self.step_sizes, (POSITIVE, POSITIVE))
        assign(self, etas=etas, step_sizes=step_sizes)

    def init_slots(self, params: Params) -> Slots:
        """No gradient before, and the first step size everywhere."""
        first = self.learning_rate_at(jnp.zeros((), jnp.int32))
        sizes = jax.tree.map(lambda p: jnp.full_like(p, as_dtype_of(first, p)), params)
        return {"previous_gradient": zeros_like(params), "step_size": sizes}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        shrink, grow = (as_dtype_of(eta, rate) for eta in self.etas)
        least, most = (as_dtype_of(size, rate) for size in self.step_sizes)
        # The product of two small gradients would underflow; that of their signs cannot.
        agree = jax.tree.map(
            lambda g, before: jnp.sign(g) * jnp.sign(before), gradients, slots["previous_gradient"]
        )

        def resized(size: jax.Array, agrees: jax.Array) -> jax.Array:
            factor = jnp.where(agrees > 0, grow, jnp.where(agrees < 0, shrink, 1))
            return jnp.clip(size * factor, least, most)

        sizes = jax.tree.map(resized, slots["step_size"], agree)
        used = jax.tree.map(lambda g, agrees: jnp.where(agrees < 0, 0, g), gradients, agree)
        new = jax.tree.map(lambda p, g, size: p - jnp.sign(g) * size, params, used, sizes)
        return new, {"previous_gradient": used, "step_size": sizes}


def _pair(where: str, given: Any, ranges: tuple[Range, Range]) -> tuple[Any, Any]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise UsageError(f"{where} must be two numbers, got {given!r:.60}.")
    first, second = (
        checked_number(f"{where}[{index}]", number, allowed)
        for index, (number, allowed) in enumerate(zip(given, ranges, strict=True))
    )
    if isinstance(first, float) and isinstance(second, float) and first > second:
        raise UsageError(f"{where} must rise, got {given!r:.60}.")
    return first, second
