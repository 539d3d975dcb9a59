"""Losses that are tensors of the network: `add_loss`, and loss functions that read the network's own tensors.

Variational autoencoders of 2016 to 2022 are trained so. The loss tensors become outputs of a model of their own, which shares
the layers and is trained to make them small.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from fallline import models, ops
from fallline.errors import UsageError
from fallline.layers.base.tensor import Tensor
from fallline.old.keras.behaviour.files import Filed
from fallline.old.keras.behaviour.kinds import KINDS
from fallline.old.keras.behaviour.layers import Input
from fallline.old.keras.behaviour.tensors import in_room
from fallline.own.reads import is_foreign


def value_of_rows(y_true: Any, y_pred: Any) -> Any:
    """The loss of an output that is a loss itself."""
    del y_true
    return y_pred


def reads_tensors(loss: Any) -> bool:
    """Whether a loss is a function of the program's own that reads tensors of a network beside its arguments."""
    if not inspect.isfunction(loss) or not is_foreign(loss):
        return False
    found = inspect.getclosurevars(loss)
    return any(isinstance(value, Tensor) for value in (*found.nonlocals.values(), *found.globals.values()))


def flat_tensors(losses: Any) -> list[Tensor]:
    """Loss tensors, of functions without arguments what they give.

    Raises:
        UsageError: something is none.
    """
    found = []
    for loss in losses if isinstance(losses, list | tuple) else [losses]:
        value = loss() if callable(loss) and not isinstance(loss, Tensor) else loss
        if isinstance(value, int | float):
            continue
        if not isinstance(value, Tensor):
            raise UsageError(
                f"add_loss: expected a tensor made of the model's own, got {type(value).__name__}. Give a layer a "
                "regularizer, or compile a loss."
            )
        found.append(value)
    return found


class OfTensors(Filed, models.Model):
    """What a model of the room has for losses that are tensors.

    It is trained as another model, which shares its layers and whose outputs are the losses.
    """

    _added: tuple[Tensor, ...] = ()
    _lost: Any = None
    """A loss function that reads tensors of the network."""
    _alone: Any = None
    """The optimizer, where `compile` was given no loss that is a function of targets and outputs."""
    _trained: Any = None
    _kept_loss: Any = None

    def add_loss(self, losses: Any, inputs: Any = None, **kwargs: Any) -> None:
        """Adds tensors of the network to what is made small.

        Args:
            losses: A tensor, or a list of them, or functions without arguments that give one.
            inputs: Kept for Keras's argument order.
            kwargs: Kept for Keras's programs.
        """
        del inputs, kwargs
        self._added, self._trained = (*self._added, *flat_tensors(losses)), None

    @property
    def optimizer(self) -> Any:
        """The optimizer that `compile` was given, or that a class of the program's own keeps for its own steps; or None."""
        return super().optimizer if self._alone is None else self._alone

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        self._alone = optimizer

    @property
    def loss(self) -> Any:
        """The loss that `compile` was given, or that a class of the program's own keeps for its own steps; or None."""
        return super().loss if self._kept_loss is None else self._kept_loss

    @loss.setter
    def loss(self, loss: Any) -> None:
        self._kept_loss = loss

    def _is_of_tensors(self) -> bool:
        return bool(self._added) or self._lost is not None

    def _trained_model(self, y: Any) -> Any:
        """The model that is trained in the place of this one."""
        if self._trained is not None:
            return self._trained
        inputs, found = list(self.inputs), list(self._added)
        if self._lost is not None:
            target = Input(np.shape(y)[1:] or (1,), name="target")
            inputs.append(target)
            found.append(in_room(self._lost(target, self.output)))
        own = [] if self._compiled is None else list(self.outputs)
        made: Any = KINDS["functional"](inputs, [*own, *_joined(found)], dtype_policy=self.network.precision)
        losses: list[Any] = [value_of_rows] * (len(made.outputs) - len(own))
        metrics = None
        if self._compiled is not None:
            losses = [*self._compiled.losses(self.network), *losses]
            if (given := self._compiled.arguments()["metrics"]) is not None:
                metrics = [given if len(own) == 1 else None, *[None] * (len(losses) - 1)]
        made.compile(optimizer=self.optimizer, loss=losses, metrics=metrics)
        self._trained = made
        for verb in ("save", "save_weights", "predict", "get_layer"):
            made.__dict__[verb] = getattr(self, verb)
        return made

    def _rows_of_tensors(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Inputs and targets of the model that is trained."""
        rows = len(x if not isinstance(x, list | tuple | Mapping) else jax.tree.leaves(x)[0])
        own = [] if self._compiled is None else list(y) if isinstance(y, list | tuple) else [y]
        targets = [*own, *[np.zeros((rows, 1), "float32")] * (len(self._trained_model(y).outputs) - len(own))]
        if self._lost is not None:
            given = [*x] if isinstance(x, list | tuple) else [*x.values()] if isinstance(x, Mapping) else [x]
            array = np.asarray(y)
            x = [*given, array[:, None] if array.ndim == 1 else array]
        return x, targets if len(targets) > 1 else targets[0]

    def _of_tensors(self, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments of `fit` or `evaluate`, as the model takes them that is trained."""
        x, y = given.get("x"), given.get("y")
        if self._traced is None:
            self._shaped_by(self._checked_rows(x))
        now = dict(given)
        now["x"], now["y"] = self._rows_of_tensors(x, y)
        validation = given.get("validation_data")
        if validation is not None:
            parts = (*validation, None) if isinstance(validation, list | tuple) else (validation, None)
            now["validation_data"] = self._rows_of_tensors(parts[0], parts[1])
        return now


def _joined(tensors: list[Tensor]) -> list[Tensor]:
    """Losses as columns: those of one number a row in one sum."""
    columns = [in_room(ops.expand_dims(tensor, -1)) for tensor in tensors if tensor.row_shape == ()]
    others = [tensor for tensor in tensors if tensor.row_shape != ()]
    total = columns[:1]
    for column in columns[1:]:
        total = [total[0] + column]
    return [*total, *others]
