"""Keras's name for what every run does: it ends when the loss is no longer finite."""

from __future__ import annotations

import numpy as np

from fallline._ranges import truth
from fallline.callbacks.callback import Callback
from fallline.engine import Boundary
from fallline.engine.endings import ADVICE, Status
from fallline.registry.argument_names import check_names


@check_names
class TerminateOnNaN(Callback):
    """Ends training when the loss is no longer finite: what every run does, with this callback or without.

    A run ends with the epoch in which a loss or a weight stopped being finite, with the weights of the last good
    epoch; `history.outcome` names the epoch and the step. The callback is there so that Keras's programs run;
    it costs nothing.

    Args:
        raise_error: Whether `fit` then raises an error, after the weights are kept.

    Source: Keras 3 for names and arguments.

    Differs from Keras: the loss is looked at when the epoch ends, not after each batch, and the weights are those of
        the last good epoch, not the broken ones.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = truth("TerminateOnNaN: raise_error", raise_error)

    def on_boundary(self, boundary: Boundary) -> None:
        """Raises the error that was asked for.

        Raises:
            RuntimeError: the run diverged.
        """
        if self.raise_error and int(np.asarray(boundary.state.status)) == Status.DIVERGED:
            raise RuntimeError(
                f"the loss stopped being finite in epoch {boundary.epoch}, step {int(boundary.state.bad_step) + 1}. "
                + ADVICE
            )
