"""What is trained, and the ratios to reach."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

KERAS = ("keras-jax", "keras-tensorflow", "keras-torch")
PEERS = (*KERAS, "pytorch", "scikit-learn")
FALLLINE = "fallline"
FLOORS = ("floor-numpy", "floor-jax")


@dataclass(frozen=True)
class Case:
    """One data set, one network, one way to train it.

    Every network is a chain of dense layers with relu between them and softmax cross-entropy at the
    end, initialised with Glorot's uniform and zero biases, trained by Adam (rate 1e-3, epsilon 1e-7) on
    batches shuffled anew each epoch.

    Attributes:
        name: as typed after `--cases`.
        rows: number of training examples.
        features: inputs of the network.
        hidden: units of each hidden layer.
        classes: outputs of the network.
        batch_size: rows in one step.
        epochs: passes over the rows.
        images: the rows are Fashion-MNIST (or made-up images), stored as uint8 and scaled to 0..1.
        as_run: hold out 20 % for validation, watch the accuracy, stop early (with a patience that never
            stops here) and restore the best weights.
        members: networks trained at once or one after the other, in comparisons of populations: settings times seeds.
        patience: with `as_run`, epochs without a better validation loss after which a member stops; 0: never.
        steps_per_execution: Keras's argument of that name, 1 by default; the other contenders have none.
    """

    name: str
    rows: int
    features: int
    hidden: tuple[int, ...]
    classes: int
    batch_size: int
    epochs: int
    images: bool = False
    as_run: bool = False
    members: int = 1
    patience: int = 0
    steps_per_execution: int = 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Features, hidden units and classes in one chain."""
        return (self.features, *self.hidden, self.classes)

    @property
    def title(self) -> str:
        """The case in one line."""
        chain = " -> ".join(str(width) for width in self.widths[1:])
        extra = ", validation + accuracy + early stopping" if self.as_run else ""
        if self.steps_per_execution > 1:
            extra += f", Keras with steps_per_execution={self.steps_per_execution}"
        return (
            f"{self.name}: {self.rows:,} x {self.features} -> {chain}, "
            f"batch {self.batch_size}, {self.epochs} epochs{extra}"
        )

    def reduced(self) -> Case:
        """The same case on a tenth of the rows."""
        return replace(self, rows=self.rows // 10)

    def to_json(self) -> dict[str, Any]:
        """The fields, as JSON takes them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Case:
        """The inverse of `to_json`."""
        return cls(**{**fields, "hidden": tuple(fields["hidden"])})


_TABLE = Case("table", 10_000, 20, (64, 64), 3, batch_size=32, epochs=10)

CASES = {
    case.name: case
    for case in (
        _TABLE,
        Case("image", 60_000, 784, (128,), 10, batch_size=32, epochs=2, images=True),
        Case("wide", 20_000, 784, (1024, 1024), 10, batch_size=256, epochs=2),
        Case("stochastic", 2_000, 10, (16,), 2, batch_size=1, epochs=2),
        replace(_TABLE, name="table-as-run", as_run=True),
    )
}


@dataclass(frozen=True)
class Target:
    """Fallline's warm train time is to be `ratio` times shorter than that of every one of `peers`."""

    case: str
    wording: str
    peers: tuple[str, ...]
    ratio: float


TARGETS = (
    Target("table", "the fastest Keras backend", KERAS, 15),
    Target("table", "PyTorch", ("pytorch",), 15),
    Target("table", "scikit-learn", ("scikit-learn",), 8),
    Target("image", "the fastest Keras backend", KERAS, 3),
    Target("image", "PyTorch", ("pytorch",), 4),
    Target("image", "scikit-learn", ("scikit-learn",), 5),
    Target("wide", "the fastest of all", PEERS, 1.5),
    Target("stochastic", "each of them", PEERS, 50),
)

IN_LOOP_COST = 0.10
"""What validation and stopping inside the run may add to the time of a training step."""
