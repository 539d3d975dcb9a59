"""Why a training is as it is: what was left to Fallline, in sentences."""

from __future__ import annotations

from fallline.experiment import network
from fallline.experiment.network import Facts
from fallline.experiment.settings import Settings


def reasons(given: Settings, chosen: Settings, about: Facts) -> tuple[str, ...]:
    """What `network.with_defaults` chose that differs from table to table, and by what.

    Args:
        given: The settings as the person gave them: of what stands there nothing is said.
        chosen: The complete settings.
        about: What the choice was made by.
    """
    said = {
        "layers": _layers(chosen, about),
        "numbers": _numbers(chosen, about),
        "schedule": _schedule(chosen, about),
        "monitor": _monitor(chosen, about),
        "dropout": _dropout(chosen, about),
    }
    return tuple(text for name, text in said.items() if getattr(given, name) is None and text)


def _layers(chosen: Settings, about: Facts) -> str:
    few = network.HIDDEN_UNITS[0][0]
    units = " and ".join(map(str, chosen.layers or ()))
    if about.rows < few:
        return (
            f"Hidden units {units}: fewer than {few} training rows are learned by heart by a wider network."
        )
    return f"Hidden units {units}: {about.rows:,} training rows; early stopping guards a wide network."


def _numbers(chosen: Settings, about: Facts) -> str:
    columns = f"{about.numbers} column{'' if about.numbers == 1 else 's'} of numbers"
    if chosen.numbers == "bins":
        if not about.numbers:
            return ""
        why = (
            "the inputs of folds differ"
            if chosen.folds is not None
            else f"of fewer than {network.EMBEDDED_ROWS:,} training rows waves learn chance"
        )
        return f"Bins for {columns}: {why}."
    if chosen.numbers == "periodic":
        return f"Waves in place of bins for {columns}: on tables of classes with {network.EMBEDDED_ALONE} or more they were better alone."
    return f"Waves beside the bins for {columns}: both together were better than either."


def _schedule(chosen: Settings, about: Facts) -> str:
    if chosen.schedule == "cosine":
        noise = (
            "and like rows agree"
            if about.task == "regression"
            else "and the validation rows can tell a temperature"
        )
        return (
            f"The learning rate falls over {chosen.epochs} epochs: there are rows enough ({about.rows:,}) {noise}; long steps would "
            "keep an error that need not be."
        )
    if about.task == "regression" and about.noise >= network.NOISY:
        return f"The learning rate stays: like rows leave {about.noise:.0%} of the target open, and the best epoch is an early one."
    return ""


def _monitor(chosen: Settings, about: Facts) -> str:
    if chosen.monitor == "loss":
        return ""
    return (
        f"The epoch is that of the lowest loss at the best temperature on {about.watching:,} validation rows: a network often learns "
        "to tell classes apart while it claims too much, which a temperature takes back."
    )


def _dropout(chosen: Settings, about: Facts) -> str:
    if chosen.dropout:
        return f"Dropout {chosen.dropout:g}: little, as early stopping guards already."
    return f"No dropout: {about.rows:,} training rows of little noise cannot be learned by heart by this network."
