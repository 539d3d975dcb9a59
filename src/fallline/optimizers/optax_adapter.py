"""Any transformation of Optax as an optimizer."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any, Protocol, final, runtime_checkable

import jax
import jax.numpy as jnp

from fallline._tree import PyTree, static, tree
from fallline._types import Params, Scalar
from fallline.errors import FalllineError, UsageError
from fallline.optimizers.optimizer import GradientOptimizer, OptimizerState, Problem
from fallline.own.functions import signature_of

_REMEDIES = {
    "attribute 'fast'": "It wants parameters in pairs (lookahead): keep averages with use_ema=True of an optimizer of "
    "Fallline instead.",
    "batch dimension": "It wants the gradient of each row (differential privacy), of which a step keeps only the mean.",
}
"""A piece of what a transformation says -> what to do about it."""


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

    A transformation that asks for more than the gradient is given it: `value`, `grad` and `value_fn` (line searches,
    `lbfgs`, `polyak_sgd`, `reduce_on_plateau`), `obj_fn` (`sophia`), `grad_fn` (`sam` in opaque mode), each of the loss
    of the batch; who asks for none pays nothing. Of `schedule_free` the weights of the model are the averages x, at
    which it is evaluated; each step takes its gradient at y = b1 x + (1 - b1) z, as the transformation wants it.

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
        """The state of the transformation, random keys as the numbers that they are made of.

        Raises:
            UsageError: the transformation fails; says which, and why.
        """
        with self._named():
            return jax.tree.map(_as_numbers, self.transformation.init(params))

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """The gradient at the parameters, and one step of the transformation, which is given what it asks for.

        Raises:
            UsageError: the transformation fails; says which, and why.
        """
        at = _mixed(state.slots, params, to_train=True)
        (value, left), gradients = jax.value_and_grad(problem.loss, has_aux=True)(at)

        def value_fn(params: Params, *_: Any, **__: Any) -> Scalar:
            return problem.loss(params)[0]

        def grad_fn(params: Params, *_: Any) -> Params:
            return jax.grad(value_fn)(params)

        offered = {"value": value, "grad": gradients, "value_fn": value_fn}
        moved, after = self._moved(gradients, state, at, offered, {"obj_fn": value_fn, "grad_fn": grad_fn})
        return _mixed(after.slots, moved, to_train=False), after, value, left

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
        return self._moved(gradients, state, params, {}, {})

    def _moved(
        self,
        gradients: Params,
        state: OptimizerState,
        params: Params,
        offered: dict[str, Any],
        named: dict[str, Any],
    ) -> tuple[Params, OptimizerState]:
        """The parameters and the state after a step.

        Args:
            gradients: The derivatives.
            state: The state.
            params: The parameters.
            offered: What is given to a transformation that takes more than these.
            named: What is given besides to one that fails without it and names it: others refuse what they do not know.
        """
        with self._named():
            slots = self._with_keys(state.slots, params)
            taken = self._taken(offered)
            try:
                updates, slots = self.transformation.update(gradients, slots, params, **taken)
            except (TypeError, ValueError) as error:
                lacking = {name: item for name, item in named.items() if name in str(error)}
                if not lacking:
                    raise
                updates, slots = self.transformation.update(gradients, slots, params, **taken, **lacking)
            slots = jax.tree.map(_as_numbers, slots)
        params = jax.tree.map(lambda p, u: p + u.astype(p.dtype), params, updates)
        return params, OptimizerState(state.step + 1, slots)

    def _with_keys(self, slots: PyTree, params: Params) -> PyTree:
        """The state as the transformation wrote it, random keys as keys."""
        kinds: list[Any] = []

        def init(params: Params) -> None:
            leaves = jax.tree.leaves(self.transformation.init(params))
            kinds.extend(jax.random.key_impl(leaf) if _is_key(leaf) else None for leaf in leaves)

        jax.eval_shape(init, params)
        leaves, structure = jax.tree.flatten(slots)
        restored = [
            leaf if kind is None else jax.random.wrap_key_data(leaf, impl=kind)
            for leaf, kind in zip(leaves, kinds, strict=True)
        ]
        return jax.tree.unflatten(structure, restored)

    def _taken(self, offered: dict[str, Any]) -> dict[str, Any]:
        """What the transformation takes of what is offered."""
        signature = signature_of(self.transformation.update)
        parameters = () if signature is None else signature.parameters.values()
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return offered
        names = {parameter.name for parameter in parameters}
        return {name: item for name, item in offered.items() if name in names}

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """What goes wrong within a transformation, in its name."""
        try:
            # Optax mixes integer counters with float rates, which strict promotion refuses.
            with jax.numpy_dtype_promotion("standard"):
                yield
        except FalllineError:
            raise
        except Exception as error:  # whatever a transformation raises
            which = getattr(self.transformation.update, "__qualname__", "").partition(".")[0]
            remedies = [text for piece, text in _REMEDIES.items() if piece in str(error)]
            remedy = " ".join(remedies) or "Choose another transformation, or an optimizer of Fallline."
            raise UsageError(
                f'optimizer: the transformation "{which}" of Optax fails: {type(error).__name__}: {error!s:.300} {remedy}'
            ) from error


def _as_numbers(leaf: Any) -> Any:
    """A random key as numbers, which are packed and saved as all others are."""
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _is_key(leaf: Any) -> bool:
    return bool(jnp.issubdtype(jnp.result_type(leaf), jax.dtypes.prng_key))


def _mixed(slots: PyTree, params: Params, *, to_train: bool) -> Params:
    """Of `schedule_free`, y for x, or x for y: y = b1 x + (1 - b1) z. Of all others the parameters as they are.

    Raises:
        UsageError: the transformation trains some of the parameters without a schedule, and others with one.

    Source: Defazio et al., "The road less scheduled" (2024), eq. 4; optax.contrib.schedule_free_eval_params.
    """

    def is_free(node: Any) -> bool:
        return type(node).__name__ == "ScheduleFreeState"

    for found in filter(is_free, jax.tree.leaves(slots, is_leaf=is_free)):
        of_z: Any = jax.tree.structure(found.z)
        if of_z != jax.tree.structure(params):
            raise UsageError(
                'optimizer: "schedule_free" of Optax is for all parameters here, not for some of them. Take it out of '
                "partition, multi_transform or masked."
            )
        params = jax.tree.map(functools.partial(_free, found.b1, to_train=to_train), params, found.z)
    return params


def _free(b1: Any, one: Any, z: Any, *, to_train: bool) -> Any:
    mixed = b1 * one + (1 - b1) * z if to_train else (one - (1 - b1) * z) / b1
    return mixed.astype(one.dtype)
