"""The floor: the matrix products of a run and nothing else.

For each layer and step the forward product x W and the two backward ones, x' D and D W'; the first
layer needs no gradient of its inputs, so it has only x' D. No activations, loss, optimizer, shuffle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.contender import Contender, Weights


class _Products(Contender):
    def prepare(self, seed: int) -> None:
        """Make the kernels and what the products write into."""
        random = np.random.default_rng(seed)
        pairs = zip(self.case.widths[:-1], self.case.widths[1:], strict=True)
        # Glorot's scale keeps products of products far from overflow and from slow denormals.
        self._kernels = [
            random.normal(size=pair, scale=np.sqrt(2 / sum(pair))).astype(np.float32) for pair in pairs
        ]

    def weights(self) -> Weights:
        """None: nothing is learned."""
        return []


class NumPyFloor(_Products):
    """The products through NumPy's BLAS, into buffers made before."""

    def prepare(self, seed: int) -> None:
        """Make the kernels and what the products write into."""
        super().prepare(seed)
        batch = self.case.batch_size
        self._outputs = [np.empty((batch, units), np.float32) for units in self.case.widths[1:]]
        self._deltas = [np.empty((batch, units), np.float32) for units in self.case.widths[:-1]]
        self._gradients = [np.empty_like(kernel) for kernel in self._kernels]

    def train(self) -> None:
        """All products of the run; the last short batch is left out."""
        batch = self.case.batch_size
        full = self.case.rows - self.case.rows % batch
        for _ in range(self.case.epochs):
            for start in range(0, full, batch):
                self._step(self.x[start : start + batch])

    def _step(self, inputs: Any) -> None:
        chain = [inputs, *self._outputs]
        for index, kernel in enumerate(self._kernels):
            np.matmul(chain[index], kernel, out=chain[index + 1])
        delta = chain[-1]
        for index in reversed(range(len(self._kernels))):
            np.matmul(chain[index].T, delta, out=self._gradients[index])
            if index > 0:
                delta = np.matmul(delta, self._kernels[index].T, out=self._deltas[index])

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        return {"numpy": np.__version__}


class JAXFloor(_Products):
    """The products in one `lax.scan` over the batches, compiled once."""

    _epoch: Any = None
    _batches: Any = None

    def prepare(self, seed: int) -> None:
        """Make the kernels and what the products write into."""
        import jax
        import jax.numpy as jnp

        super().prepare(seed)
        if self._epoch is None:
            batch = self.case.batch_size
            full = self.case.rows - self.case.rows % batch
            self._batches = jnp.asarray(self.x[:full].reshape(-1, batch, self.case.features))
            self._epoch = jax.jit(_scan)  # noqa: TID251 (the floor knows nothing of Fallline)
            self.train()

    def train(self) -> None:
        """All products of the run; the last short batch is left out."""
        for _ in range(self.case.epochs):
            gradients = self._epoch(self._kernels, self._batches)
        for gradient in gradients:
            gradient.block_until_ready()

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        import jax

        return {"jax": jax.__version__}


def _scan(kernels: list[Any], batches: Any) -> list[Any]:
    import jax
    import jax.numpy as jnp

    def step(_: list[Any], inputs: Any) -> tuple[list[Any], None]:
        # The gradients are carried and overwritten: kept alive at no cost of their own.
        chain = [inputs]
        for kernel in kernels:
            chain.append(chain[-1] @ kernel)
        delta, gradients = chain[-1], []
        for index in reversed(range(len(kernels))):
            gradients.append(chain[index].T @ delta)
            if index > 0:
                delta = delta @ kernels[index].T
        return gradients[::-1], None

    return jax.lax.scan(step, [jnp.zeros_like(kernel) for kernel in kernels], batches)[0]
