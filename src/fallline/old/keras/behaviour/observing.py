"""Callbacks of other years in a run: what they watch and read goes by the names of their years."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Iterator, Mapping
from typing import Any

from fallline._tree import replace
from fallline.callbacks import Callback, LambdaCallback
from fallline.callbacks.callback import Logs
from fallline.engine import LearningRateScheduler, ReduceLROnPlateau, Rule
from fallline.old.keras.behaviour.spellings import Spelled, twin
from fallline.old.notices import say_once
from fallline.own.reads import is_foreign


class Seen(Callback):
    """A callback that is shown what is recorded under the names of other years too, and watches it under today's.

    Attributes:
        own: The program's callback.
    """

    def __init__(self, own: Callback) -> None:
        super().__init__()
        self.own = own

    def resume(self) -> Any:
        """As the callback."""
        return self.own.resume()

    def on_resume(self, resume: Any) -> None:
        """As the callback."""
        self.own.on_resume(resume)

    def set_model(self, model: Any) -> None:
        """As the callback."""
        self.own.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """As the callback, with the names of older Keras."""
        self.params = params
        self.own.set_params(
            params
            | {
                "nb_epoch": params.get("epochs"),
                "nb_sample": params.get("rows"),
                "samples": params.get("rows"),
            }
        )

    @property
    def may_assign(self) -> bool:
        """Whether it is of the program's own and called between epochs, where it may assign a learning rate."""
        own = type(self.own)
        return (is_foreign(own) or own is LambdaCallback) and self.own.granularity() != "boundary"

    def on_train_begin(self, logs: Logs = None) -> None:
        """As the callback."""
        self.own.on_train_begin(logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """As the callback."""
        self.own.on_train_end(Spelled(logs or {}))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """As the callback."""
        self.own.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """As the callback; what it writes into the logs stays there."""
        logs = {} if logs is None else logs
        shown = Spelled(logs)
        if isinstance(monitor := getattr(self.own, "monitor", None), str):
            known = twin(monitor, logs)
            if known != monitor:
                shown = shown.spelled([monitor])
        if (path := getattr(self.own, "filepath", None)) is not None:
            shown = shown.spelled(_named_in(str(path)))
        before = dict(shown)
        self.own.on_epoch_end(epoch, shown)
        logs.update({name: value for name, value in shown.items() if name not in before})

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """As the callback."""
        self.own.on_train_batch_begin(batch, {"batch": batch, "size": self.params.get("batch_size")})

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """As the callback, with the place and the size of the batch as older Keras told them."""
        told = {"batch": batch, "size": self.params.get("batch_size")}
        self.own.on_train_batch_end(batch, Spelled(told | (logs or {})))

    def on_boundary(self, boundary: Any) -> None:
        """As the callback."""
        self.own.on_boundary(boundary)

    def close(self) -> None:
        """As the callback."""
        self.own.close()

    def require_known_hooks(self) -> None:
        """Hooks that no run calls are said, and are no error: the program runs without them."""
        try:
            self.own.require_known_hooks()
        except ValueError as error:
            say_once(str(error))

    def granularity(self) -> str:
        """As the callback."""
        return self.own.granularity()

    @property
    def reads_epochs(self) -> bool:
        """As the callback."""
        return self.own.reads_epochs


def _named_in(path: str) -> list[str]:
    """The names that the path of a file asks to be filled in."""
    try:
        return [str(field) for _, field, _, _ in string.Formatter().parse(path) if field]
    except ValueError:
        return []


@contextlib.contextmanager
def observed(model: Any, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments of `fit` with callbacks that see what they expect; afterwards rules know how the run ended."""
    listed = given.get("callbacks")
    items = list(listed) if isinstance(listed, list | tuple) else [] if listed is None else [listed]
    validates = bool(given.get("validation_split")) or given.get("validation_data") is not None
    directions = model.objective().directions if model._traced is not None else None
    if any(isinstance(item, LearningRateScheduler) for item in items):
        # As in Keras, where a schedule writes over whatever a plateau has set.
        items = [item for item in items if not isinstance(item, ReduceLROnPlateau)]
    pairs = [(item, _seen(item, directions, validates)) for item in items if item is not None]
    pairs = [(own, seen) for own, seen in pairs if seen is not None]
    model._assigns_rates = any(isinstance(seen, Seen) and seen.may_assign for _, seen in pairs)
    yield given | {"callbacks": [seen for _, seen in pairs]}
    for own, _ in pairs:
        if callable(told := getattr(own, "after_run", None)):
            told(model.history)


def _seen(item: Any, directions: Mapping[str, str | None] | None, validates: bool) -> Any:
    """A callback as the run takes it; None for one that has nothing to watch."""
    if isinstance(item, Rule):
        return _watching(item, directions, validates)
    if not isinstance(item, Callback):
        return item
    if getattr(item, "save_best_only", False) and item.mode == "auto" and directions is not None:  # type: ignore[attr-defined]
        item.mode = _mode(item.monitor, directions)  # type: ignore[attr-defined]
    return Seen(item)


def _watching(rule: Rule, directions: Mapping[str, str | None] | None, validates: bool) -> Rule | None:
    """A rule that watches what is recorded, under today's name; None where it is not, which Keras warned of."""
    watched = rule.watches
    if watched is None:
        return rule
    kind, known = type(rule).__name__, watched
    if directions is not None:
        names = [*directions, *(f"val_{name}" for name in directions if validates)]
        known = twin(watched, names)
        if known not in names and watched not in ("loss", "val_loss"):
            say_once(f"{kind} watches {watched}, which is not recorded: it does nothing.")
            return None
    if known.startswith("val_") and not validates:
        say_once(f"{kind} watches {watched}, and there is no validation: it does nothing.")
        return None
    changes = {} if known == watched else {"monitor": known}
    if getattr(rule, "mode", None) == "auto" and directions is not None:
        changes["mode"] = _mode(known, directions)
    return replace(rule, **changes) if changes else rule


def _mode(name: str, directions: Mapping[str, str | None]) -> str:
    """Which way is better, by the name alone where the metric does not say: as Keras guessed."""
    plain = twin(name, [*directions, *(f"val_{each}" for each in directions)]).removeprefix("val_")
    guessed = "max" if "acc" in plain or "auc" in plain or plain.startswith("fmeasure") else "min"
    return directions.get(plain) or guessed
