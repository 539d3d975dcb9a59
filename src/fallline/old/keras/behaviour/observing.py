"""Callbacks of other years in a run: what they watch and read goes by the names of their years."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from fallline._tree import replace
from fallline.callbacks import Callback
from fallline.callbacks.callback import Logs
from fallline.engine import Rule
from fallline.old.keras.behaviour.spellings import Spelled, twin
from fallline.old.notices import say_once


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
    import string

    try:
        return [str(field) for _, field, _, _ in string.Formatter().parse(path) if field]
    except ValueError:
        return []


@contextlib.contextmanager
def observed(model: Any, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments of `fit` with callbacks that see what they expect; afterwards rules know how the run ended."""
    listed = given.get("callbacks")
    if listed is None:
        yield given
        return
    items = list(listed) if isinstance(listed, list | tuple) else [listed]
    validates = bool(given.get("validation_split")) or given.get("validation_data") is not None
    names = list(model.objective().directions) if model._traced is not None else []
    names += [f"val_{name}" for name in names]
    taken: list[tuple[Any, Any]] = []
    for item in items:
        if item is None:
            continue
        if isinstance(item, Rule):
            watched = item.watches
            if watched is not None and watched.startswith("val_") and not validates:
                say_once(
                    f"{type(item).__name__} watches {watched}, and there is no validation: it does nothing."
                )
                continue
            known = twin(watched, names) if watched else watched
            taken.append((item, item if known == watched else replace(item, monitor=known)))
        elif isinstance(item, Callback):
            taken.append((item, Seen(item)))
        else:
            taken.append((item, item))
    yield given | {"callbacks": [seen for _, seen in taken]}
    for own, _ in taken:
        if callable(told := getattr(own, "after_run", None)):
            told(model.history)
