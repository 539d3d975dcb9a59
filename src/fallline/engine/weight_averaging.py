"""The even mean of the weights that a run passes through, with which it ends."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int

from fallline._ranges import whole
from fallline._tree import assign, tree
from fallline._types import Number, Scalar
from fallline.engine.objective import Variables
from fallline.engine.stopping import Rule, RunFacts, of_members
from fallline.errors import UsageError
from fallline.optimizers.averaging import running_mean
from fallline.registry.argument_names import check_names


@tree
class AveragedWeights:
    """Where averaging stands: how many weights are in the mean, and the mean."""

    count: Int[Array, ""]
    mean: Variables


@check_names
@tree
class StochasticWeightAveraging(Rule):
    """Ends a run with the mean of the weights at the ends of its late epochs.

        w_SWA <- w_SWA + (w - w_SWA) / n,  n = 1, 2, ... at the ends of the epochs that count

    The weights that training goes on with stay as they are; what an epoch records is of those, not of the mean. The rate
    is for you to set: constant and rather large from `start_from_epoch` on, or in cycles of `every` epochs. Where the
    network normalises by batches, call `models.update_batch_statistics(model, x)` after the run: until then it has the mean
    of the moving averages, which belongs to no weights.

    Args:
        start_from_epoch: Epochs at the beginning that do not count; in the paper three quarters of them all.
        every: Epochs from one that counts to the next; the first is the `every`-th after the beginning.

    Raises:
        UsageError: an argument is no such number; at the start of the run, when no epoch would count.

    Source: Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, Averaging weights leads to wider optima and better
    generalization (2018), algorithm 1 (where the weights at the beginning are in the mean too).
    """

    start_from_epoch: Number = 0
    every: Number = 1

    def __post_init__(self) -> None:
        for name, least in (("start_from_epoch", 0), ("every", 1)):
            value = whole(f"StochasticWeightAveraging: {name}", getattr(self, name), least=least)
            assign(self, **{name: np.int32(value)})

    def bound(self, facts: RunFacts) -> StochasticWeightAveraging:
        """Itself, in a run that is long enough.

        Raises:
            UsageError: the run ends before an epoch counts.
        """
        if int(self.start_from_epoch) + int(self.every) > facts.epochs:
            raise UsageError(
                f"StochasticWeightAveraging: the run ends after {facts.epochs} epochs, and the first that counts is epoch "
                f"{int(self.start_from_epoch) + int(self.every)}. Lower start_from_epoch or every, or train longer."
            )
        return self

    @property
    def restores(self) -> bool:
        """The run ends with the mean."""
        return True

    def init(self, variables: Variables) -> AveragedWeights:
        """No weights in the mean yet."""
        return AveragedWeights(jnp.asarray(0, jnp.int32), variables)

    def observe(
        self,
        state: AveragedWeights,
        epoch: Array,
        results: dict[str, Scalar],
        validated: Array,
        variables: Variables,
    ) -> tuple[AveragedWeights, Bool[Array, ""]]:
        """Takes the weights into the mean where the epoch counts; it never stops the run."""
        del results, validated
        since = epoch - self.start_from_epoch + 1
        counts = (since > 0) & (since % self.every == 0)
        count = state.count + counts.astype(jnp.int32)

        def mean(before: Any, now: Any) -> Any:
            # What counts, such as a seed, has no mean.
            return running_mean(before, now, count, counts) if jnp.issubdtype(now.dtype, jnp.inexact) else now

        return AveragedWeights(count, jax.tree.map(mean, state.mean, variables)), jnp.asarray(False)

    def finish(self, state: AveragedWeights, variables: Variables) -> Variables:
        """The mean, where there is one: a run that was interrupted may have ended before."""
        return of_members(np.asarray(state.count) > 0, state.mean, variables)
