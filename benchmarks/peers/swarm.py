"""A swarm as others build it: Flax and Optax, one jitted step of all members under `vmap`, in a Python loop.

The data lie on the device once; each member has an order of rows of its own, made on the host each epoch.
"""

from __future__ import annotations

from typing import Any

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from peers.cases import Case
from peers.contender import EPSILON, Contender, Weights
from peers.datasets import Rows
from peers.swept import settings


class _Network(nn.Module):
    hidden: tuple[int, ...]
    classes: int

    @nn.compact  # type: ignore[untyped-decorator,unused-ignore]
    def __call__(self, x: Any, rate: Any, key: Any) -> Any:
        for number, units in enumerate(self.hidden):
            x = nn.relu(nn.Dense(units, kernel_init=nn.initializers.glorot_uniform())(x))
            if not number:
                # Flax's own Dropout takes no traced rate; this is what it computes.
                kept = jax.random.bernoulli(key, 1 - rate, x.shape)
                x = jnp.where(kept, x / (1 - rate), 0)
        return nn.Dense(self.classes, kernel_init=nn.initializers.glorot_uniform())(x)


class Swarm(Contender):
    """All members in one `vmap`."""

    def __init__(self, case: Case, rows: Rows) -> None:
        super().__init__(case, rows)
        self._network = _Network(case.hidden, case.classes)
        self._optimizer = optax.inject_hyperparams(optax.adam)(1e-3, eps=EPSILON)
        members = settings(case.members)
        self._rates = jnp.array([rate for rate, _, _ in members])
        self._dropouts = jnp.array([dropout for _, dropout, _ in members])
        self._seeds = jnp.array([seed for _, _, seed in members])
        self._begin = jax.jit(jax.vmap(self._initialised))  # noqa: TID251 (the swarm knows nothing of Fallline)
        own = (0, 0, 0, 0, 0, None, None)
        self._step = jax.jit(jax.vmap(self._stepped, in_axes=own), donate_argnums=(0, 1))  # noqa: TID251 (the swarm knows nothing of Fallline)

    def _initialised(self, seed: Any, rate: Any) -> Any:
        params = self._network.init(
            jax.random.key(seed), jnp.zeros((1, self.case.features)), 0.0, jax.random.key(0)
        )
        state = self._optimizer.init(params)
        state.hyperparams["learning_rate"] = rate
        return params, state

    def _stepped(self, params: Any, state: Any, dropout: Any, key: Any, rows: Any, x: Any, y: Any) -> Any:
        def loss(params: Any) -> Any:
            logits = self._network.apply(params, x[rows], dropout, key)
            return optax.softmax_cross_entropy_with_integer_labels(logits, y[rows]).mean()

        value, gradients = jax.value_and_grad(loss)(params)
        updates, state = self._optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state, value

    def prepare(self, seed: int) -> None:
        """Where the data lie."""
        self._generator = np.random.default_rng(seed)
        self._device = jax.device_put(self.x), jax.device_put(self.y)

    def train(self) -> float:
        """A Python loop over epochs and steps."""
        case = self.case
        params, state = self._begin(self._seeds, self._rates)
        keys = jax.random.split(jax.random.key(1), case.members)
        fold = jax.jit(jax.vmap(jax.random.fold_in, in_axes=(0, None)))  # noqa: TID251 (the swarm knows nothing of Fallline)
        number = 0
        for _ in range(case.epochs):
            order = np.stack([self._generator.permutation(case.rows) for _ in range(case.members)])
            losses = []
            for first in range(0, case.rows, case.batch_size):
                rows = jnp.asarray(order[:, first : first + case.batch_size])
                number += 1
                params, state, loss = self._step(
                    params, state, self._dropouts, fold(keys, number), rows, *self._device
                )
                losses.append(loss)
        self._params = jax.block_until_ready(params)
        return float(jnp.stack([each.mean() for each in losses]).mean())

    def weights(self) -> Weights:
        """Of the first member."""
        layers = [
            jax.tree.map(lambda leaf: np.asarray(leaf[0]), layer) for layer in self._params["params"].values()
        ]
        return [(layer["kernel"], layer["bias"]) for layer in layers]

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        return {"flax": flax.__version__, "optax": optax.__version__, "jax": jax.__version__}
