"""PyTorch, eager, in its fastest idioms on a CPU.

The rows stay one tensor: shuffled by one index each epoch and cut into views (a `DataLoader`, which
collates row by row, takes several times as long). Adam is `fused`, a quarter faster here than the
default. The loss is summed on tensors, without a transfer each step. Threads at their default.
"""

from __future__ import annotations

import copy
from typing import Any

import torch  # type: ignore[import-not-found,unused-ignore]
from torch import nn  # type: ignore[import-not-found,unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]
from torch.utils.data import TensorDataset  # type: ignore[import-not-found,unused-ignore]

from peers.cases import Case
from peers.contender import EPSILON, LEARNING_RATE, VALIDATION, Contender, Weights
from peers.datasets import Rows


class PyTorch(Contender):
    """A hand-written loop, as PyTorch's users write it."""

    def __init__(self, case: Case, rows: Rows) -> None:
        super().__init__(case, rows)
        held_out = int(case.rows * VALIDATION) if case.as_run else 0
        x, y = torch.from_numpy(self.x), torch.from_numpy(self.y).long()
        split = case.rows - held_out
        self._training = TensorDataset(x[:split], y[:split])
        self._validation = TensorDataset(x[split:], y[split:])
        self._model: Any = None
        self._optimizer: Any = None

    def prepare(self, seed: int) -> None:
        """Make a new network."""
        torch.manual_seed(seed)
        layers: list[Any] = []
        for inputs, units in zip(self.case.widths[:-1], self.case.widths[1:], strict=True):
            layer = nn.Linear(inputs, units)
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
            layers += [layer, nn.ReLU()]
        self._model = nn.Sequential(*layers[:-1])
        self._optimizer = torch.optim.Adam(
            self._model.parameters(), lr=LEARNING_RATE, eps=EPSILON, fused=True
        )

    def train(self) -> float:
        """One loop over epochs and batches."""
        return self._train_as_run() if self.case.as_run else self._train()

    def _train(self) -> float:
        x, y = self._training.tensors
        for _ in range(self.case.epochs):
            order = torch.randperm(len(x))
            total = torch.zeros(())
            for inputs, targets in self._batches(x[order], y[order]):
                total += self._step(inputs, targets)[0].detach() * len(inputs)
        return float(total / len(x))

    def _train_as_run(self) -> float:
        x, y = self._training.tensors
        best, best_weights, waited = float("inf"), self._model.state_dict(), 0
        for _ in range(self.case.epochs):
            order = torch.randperm(len(x))
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for inputs, targets in self._batches(x[order], y[order]):
                loss, logits = self._step(inputs, targets)
                total += loss.detach() * len(inputs)
                correct += (logits.detach().argmax(dim=1) == targets).sum()
            validation_loss = self._validate()[0]
            if validation_loss < best:
                best, best_weights, waited = validation_loss, copy.deepcopy(self._model.state_dict()), 0
            else:
                waited += 1
                if waited >= self.case.epochs:
                    break
        self._model.load_state_dict(best_weights)
        return float(total / len(x))

    def _batches(self, x: Any, y: Any) -> Any:
        return zip(x.split(self.case.batch_size), y.split(self.case.batch_size), strict=True)

    def _step(self, inputs: Any, targets: Any) -> tuple[Any, Any]:
        self._optimizer.zero_grad()
        logits = self._model(inputs)
        loss = functional.cross_entropy(logits, targets)
        loss.backward()
        self._optimizer.step()
        return loss, logits

    def _validate(self) -> tuple[float, float]:
        x, y = self._validation.tensors
        self._model.eval()
        with torch.no_grad():
            logits = self._model(x)
            loss = functional.cross_entropy(logits, y)
            accuracy = (logits.argmax(dim=1) == y).float().mean()
        self._model.train()
        return float(loss), float(accuracy)

    def weights(self) -> Weights:
        """Kernels and biases of the trained network."""
        layers = [layer for layer in self._model if isinstance(layer, nn.Linear)]
        return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in layers]

    def versions(self) -> dict[str, str]:
        """Versions of what does the work."""
        return {"torch": torch.__version__, "torch threads": str(torch.get_num_threads())}
