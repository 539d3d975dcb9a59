"""Any transformation of Optax as an optimizer."""

from __future__ import annotations

from typing import Any, Protocol, final, runtime_checkable

import jax

from fallline._tree import PyTree, static, tree
from fallline._types import Params
from fallline.errors import UsageError
from fallline.optimizers.optimizer import GradientOptimizer, OptimizerState


@runtime_checkable
class GradientTransformation(Protocol):
    """What Optax calls a gradient transformation: a named pair of two pure functions."""

    @property
    def init(self) -> Any:
        """Params -> state."""

    @property
    def update(self) -> Any:
        """(gradients, state, params) -> (updates, state)."""


@final
@tree
class OptaxOptimizer(GradientOptimizer):
    """Runs a transformation of Optax: p <- p + u, with u its update for the gradient.

    The numbers of a transformation are closed in its functions. They are structure here, so that another
    learning rate compiles another program, and a population cannot vary them: use an optimizer of Fallline
    for that.

    Attributes:
        transformation: An `optax.GradientTransformation`, such as `optax.lion(1e-4)`.
        name: A name of your own.

    Source:
        DeepMind: The DeepMind JAX ecosystem, 2020 (Optax).
    """

    transformation: GradientTransformation = static()
    name: str | None = static(default=None)

    def get_config(self) -> dict[str, Any]:
        """There is none.

        Raises:
            UsageError: always; the numbers of a transformation are closed in its functions.
        """
        raise UsageError(
            "cannot save an optimizer of Optax: its numbers are closed in functions. Use an optimizer of Fallline."
        )

    def init_slots(self, params: Params) -> PyTree:
        """The state of the transformation."""
        with jax.numpy_dtype_promotion("standard"):
            return self.transformation.init(params)

    def update(
        self, gradients: Params, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState]:
        """One step of the transformation.

        Args:
            gradients: Derivatives of the loss, a tree like `params`.
            state: The state that `init` or the last `update` returned.
            params: Tree of parameter arrays.

        Returns:
            The new parameters and the new state.
        """
        # Optax mixes integer counters with float rates, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            updates, slots = self.transformation.update(gradients, state.slots, params)
        params = jax.tree.map(lambda p, u: p + u.astype(p.dtype), params, updates)
        return params, OptimizerState(state.step + 1, slots)
