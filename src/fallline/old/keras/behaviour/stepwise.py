"""Models of the program's own that say in `train_step` how a batch trains them: `fit` calls it batch by batch.

Such a step is Python's own and no part of a compiled run: it takes as long as it takes. Rules of a run, such as
`EarlyStopping`, do not act in it; callbacks are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np

from fallline import history, models
from fallline.callbacks import Callback
from fallline.errors import NotReadyError
from fallline.history.outcome import Outcome
from fallline.layers import Layer
from fallline.models.assembled import Assembled
from fallline.models.deferred import NEVER_CALLED
from fallline.old.keras.behaviour.eagerly import as_tensors
from fallline.old.keras.behaviour.metrics import metric
from fallline.old.keras.behaviour.spellings import Spelled
from fallline.old.keras.behaviour.weights import Weight, weights_of
from fallline.old.notices import say_once


class Stepwise(models.Model):
    """What a model of the room has for steps that the program writes."""

    def __init_subclass__(cls) -> None:
        own = {name: vars(cls)[name] for name in NEVER_CALLED if name in vars(cls)}
        for name in own:
            delattr(
                cls, name
            )  # nothing else calls them, which a class is refused for; `fit` of this room does
        super().__init_subclass__()
        for name, method in own.items():
            setattr(cls, name, method)

    def _steps_itself(self) -> bool:
        return any("train_step" in vars(each) for each in type(self).__mro__)

    @property
    def compiled_loss(self) -> CompiledLoss:
        """The loss that `compile` was given, as `train_step` calls it."""
        held = self.__dict__.get("_compiled_loss")
        if held is None or held.compiled is not self._compiled:
            if self._compiled is None:
                raise NotReadyError(
                    f'model "{self.name}" is compiled without a loss, which its train_step asks for.'
                )
            held = self.__dict__["_compiled_loss"] = CompiledLoss(self)
        return held

    @property
    def compiled_metrics(self) -> CompiledLoss:
        """The metrics that `compile` was given, as `train_step` updates them."""
        return self.compiled_loss


def _compute_loss(
    self: Any, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, **_: Any
) -> Any:
    """The loss that `compile` was given, as Keras 3's `train_step` calls it."""
    del x
    return self.compiled_loss(y, y_pred, sample_weight)


def _compute_metrics(self: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
    """The metrics that `compile` was given, brought up to date."""
    del x, sample_weight
    self.compiled_loss.update_state(y, y_pred)
    return {one.name: one.result() for one in self.compiled_loss.metrics}


# Not as methods of the class: such a class is refused, as nothing else calls them.
for _name, _method in (("compute_loss", _compute_loss), ("compute_metrics", _compute_metrics)):
    setattr(Stepwise, _name, _method)


class CompiledLoss:
    """The loss and the metrics of a model, each with what it has seen of the epoch.

    Attributes:
        compiled: What `compile` was given.
        metrics: The mean of the loss, and the metrics.
    """

    def __init__(self, model: Any) -> None:
        self.compiled = model._compiled
        objective = model.objective()
        self._loss = model._compiled.losses(model.network)[0]
        own = [each for head in objective.heads for each in (*head.metrics, *head.weighted_metrics)]
        self.metrics = [metric("Mean")(name="loss"), *own]

    def __call__(
        self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        """The loss of a batch; what regularizers add included."""
        loss = self._loss(y, y_pred, sample_weight)
        for penalty in regularization_losses or ():
            loss = loss + penalty
        self.metrics[0].update_state(loss)
        return loss

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch to the metrics."""
        del sample_weight
        for one in self.metrics[1:]:
            one.update_state(np.asarray(y), np.asarray(y_pred))


def held_weights(model: Any) -> tuple[list[Weight], list[Weight]]:
    """The weights of the layers and models that a model without a network of its own holds, and that are built."""
    trained: list[Weight] = []
    others: list[Weight] = []
    for part in held_parts(model):
        if isinstance(part, models.Sequential) and part._traced is None:
            continue  # of which nothing is known yet
        own = (part.trainable_weights, part.non_trainable_weights)
        pair = own if isinstance(part, Assembled) else weights_of(part)
        trained += pair[0]
        others += pair[1]
    return trained, others


def held_parts(model: Any) -> list[Any]:
    """The layers and models that a model keeps as attributes, also within lists."""
    found: dict[int, Any] = {}
    for value in vars(model).values():
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, Layer | Assembled):
                found.setdefault(id(item), item)
    return list(found.values())


def fit(model: Any, given: dict[str, Any]) -> history.History:
    """Trains a model by its own `train_step`.

    Args:
        model: The model.
        given: The arguments of `fit` by today's names.
    """
    data = [given.get("x"), given.get("y"), given.get("sample_weight")]
    arrays = [None if each is None else jax.tree.map(np.asarray, each) for each in data]
    rows = len(jax.tree.leaves(arrays[0])[0])
    size, epochs, first = (
        int(given.get("batch_size") or 32),
        int(given.get("epochs", 1)),
        int(given.get("initial_epoch") or 0),
    )
    shuffles, random = given.get("shuffle", True), np.random.default_rng(model._seed)
    callbacks = list(_callbacks(given.get("callbacks")))
    params = {
        "epochs": epochs,
        "initial_epoch": first,
        "steps": -(-rows // size),
        "batch_size": size,
        "validation_freq": 1,
    }
    recorded: dict[str, list[float]] = {}
    model.stop_training = False
    for callback in callbacks:
        callback.set_params(params)
        callback.set_model(model)
        callback.on_train_begin({})
    ran = []
    for epoch in range(first, epochs):
        for callback in callbacks:
            callback.on_epoch_begin(epoch, {})
        logs = _epoch(
            model, arrays, random.permutation(rows) if shuffles else np.arange(rows), size, "train_step"
        )
        if (validation := given.get("validation_data")) is not None and _defines(model, "test_step"):
            parts = validation if isinstance(validation, list | tuple) else (validation,)
            held = [
                None if each is None else jax.tree.map(np.asarray, each) for each in (*parts, None, None)[:3]
            ]
            order = np.arange(len(jax.tree.leaves(held[0])[0]))
            found = _epoch(model, held, order, size, "test_step")
            logs |= {f"val_{name}": value for name, value in found.items()}
        for name, value in logs.items():
            recorded.setdefault(name, []).append(value)
        ran.append(epoch)
        shown = Spelled(logs)
        for callback in callbacks:
            callback.on_epoch_end(epoch, shown)
        if model.stop_training:
            break
    for callback in callbacks:
        callback.on_train_end({})
    outcome = Outcome("completed", len(ran), f"Trained {len(ran)} epochs by the model's own train_step.")
    values = {name: np.asarray(column) for name, column in recorded.items()}
    return history.History(values, ran, outcome, 0.0, 0.0, params)


def _epoch(model: Any, arrays: list[Any], order: Any, size: int, step: str) -> dict[str, float]:
    """What the last batch of an epoch gave: running means, as programs keep them."""
    for one in _metrics(model):
        one.reset_state() if hasattr(one, "reset_state") else one.reset_states()
    logs: Mapping[str, Any] = {}
    for start in range(0, len(order), size):
        taken = order[start : start + size]
        batch = [None if each is None else jax.tree.map(lambda array: array[taken], each) for each in arrays]  # noqa: B023
        parts = [as_tensors(each) for each in batch if each is not None]
        logs = getattr(model, step)(parts[0] if len(parts) == 1 else tuple(parts))
    return {name: float(np.asarray(value)) for name, value in logs.items() if np.ndim(value) == 0}


def _metrics(model: Any) -> Iterator[Any]:
    yield from model.metrics
    if (held := model.__dict__.get("_compiled_loss")) is not None:
        yield from held.metrics


def _defines(model: Any, name: str) -> bool:
    return any(name in vars(each) for each in type(model).__mro__)


def _callbacks(given: Any) -> Iterator[Callback]:
    for item in given if isinstance(given, list | tuple) else [] if given is None else [given]:
        if isinstance(item, Callback):
            yield item
        elif item is not None:
            say_once(f"{type(item).__name__} does not act where a model trains by its own train_step.")
