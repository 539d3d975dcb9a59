"""How a run can end, and what each ending tells the user."""

from __future__ import annotations

import enum

from fallline.history.outcome import Outcome

ADVICE = "Try a learning rate ten times smaller, clipnorm=1 in the optimizer, or scaled inputs."
"""What helps most who meets a loss that is not finite."""


class Status(enum.IntEnum):
    """The state of one member inside the compiled run; a `between` may set it to STOPPED."""

    RUNNING = 0
    EARLY_STOPPED = 1
    DIVERGED = 2
    STOPPED = 3


def completed(first_epoch: int, epochs: int, best_epoch: int | None) -> Outcome:
    """All planned epochs were trained."""
    kept = "" if best_epoch is None else f" The weights are those of epoch {best_epoch + 1}, the best."
    if epochs == first_epoch:
        trained = "There was no epoch to train: epochs is not beyond initial_epoch."
    elif epochs == first_epoch + 1:
        trained = f"Trained epoch {epochs}." if first_epoch else "Trained 1 epoch."
    elif first_epoch:
        trained = f"Trained epochs {first_epoch + 1} to {epochs}."
    else:
        trained = f"Trained all {epochs} epochs."
    return Outcome("completed", epochs, f"{trained}{kept}", best_epoch=best_epoch)


def early_stopped(epochs: int, best_epoch: int | None) -> Outcome:
    """A stopping rule ended the run."""
    kept = (
        "The last weights are kept; restore_best_weights=True keeps the best."
        if best_epoch is None
        else f"The weights are those of epoch {best_epoch + 1}, the best."
    )
    message = f"Stopped after epoch {epochs}, since it no longer improved. {kept}"
    return Outcome("early_stopped", epochs, message, best_epoch=best_epoch)


def diverged(first_epoch: int, epoch: int, step: int, best_epoch: int | None) -> Outcome:
    """The loss or the weights stopped being finite."""
    kept = f"of epoch {epoch}, the last good ones"
    if best_epoch is not None:
        kept = f"of epoch {best_epoch + 1}, the best"
    elif epoch == first_epoch:
        kept = "that this run began with"
    return Outcome(
        "diverged",
        epoch,
        f"The loss stopped being finite in epoch {epoch + 1}, step {step + 1}; the weights are those {kept}. {ADVICE}",
        step=step,
        best_epoch=best_epoch,
    )


def stopped(epochs: int, best_epoch: int | None) -> Outcome:
    """A callback ended the run."""
    return Outcome(
        "early_stopped", epochs, f"Stopped by a callback after epoch {epochs}.", best_epoch=best_epoch
    )


def paused(epochs: int, planned: int, best_epoch: int | None) -> Outcome:
    """The run was to take a part of its epochs, and goes on with `resume`."""
    message = f"Paused after epoch {epochs} of {planned}."
    return Outcome("paused", epochs, message, best_epoch=best_epoch)


def failed(epochs: int, step: int, error: BaseException) -> Outcome:
    """The run itself raised an error."""
    where = _after(epochs, step)
    return Outcome(
        "failed",
        epochs,
        f"Failed {where} with {type(error).__name__}: {error!s:.200} The weights shown last are kept. Train on with "
        f"initial_epoch={epochs} once the cause is gone.",
        step=step,
    )


def interrupted(epochs: int, step: int, best_epoch: int | None) -> Outcome:
    """The user stopped the run."""
    if not epochs and not step:
        return Outcome("interrupted", 0, "Interrupted before the first step; nothing was trained.", step=0)
    where = _after(epochs, step)
    return Outcome(
        "interrupted",
        epochs,
        f"Interrupted {where}; what was trained is kept. Train on with initial_epoch={epochs}.",
        step=step,
        best_epoch=best_epoch,
    )


def _after(epochs: int, step: int) -> str:
    counted = [
        f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in ((epochs, "epoch"), (step, "step"))
    ]
    return f"after {' and '.join(counted if step else counted[:1])}"
