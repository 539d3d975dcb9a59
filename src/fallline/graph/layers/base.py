"""What layers of a graph have in common: their scope, their variables, and what they add to collections."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node
from fallline.graph.core.dtypes import as_dtype, float32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.shapes import TensorShape
from fallline.graph.core.variable_scopes import VariableScope, get_variable, variable_scope
from fallline.graph.core.variables import Variable
from fallline.graph.layers.arguments import initializer_of, snake_case


class Layer:
    """A layer: makes its variables when it is first called, and uses them again at each call.

    A layer of one's own makes its variables in `build(input_shape)` by `add_weight`, sets `self.built = True`, and computes in
    `call(inputs)`.

    Attributes:
        name: Its name. Names of variables and operations stand in a scope of that name, or of the kind of layer, made unique.
        trainable: Whether its variables are trained.
        built: Whether it has its variables.
        updates: The operations that its calls added to UPDATE_OPS.
        losses: The regularisation losses that it added.
    """

    def __init__(
        self,
        trainable: bool = True,
        name: Any = None,
        dtype: Any = None,
        activity_regularizer: Callable[[Any], Any] | None = None,
        _scope: Any = None,
        _reuse: Any = None,
    ) -> None:
        """Makes a layer.

        Args:
            trainable: Whether its variables are trained.
            name: Its name, or a variable scope.
            dtype: Of its variables; by default that of its first input.
            activity_regularizer: A function of the outputs; its value over the batch size is a regularisation loss.
            _scope: The scope of its variables, or its name.
            _reuse: Whether its variables exist.
        """
        kind = snake_case(type(self).__name__)
        self._base_name = name.name if isinstance(name, VariableScope) else name or kind
        self.name = name if isinstance(name, str) and name else _numbered(kind)
        self.trainable, self.built = trainable, False
        self._dtype = None if dtype is None else as_dtype(dtype).base_dtype
        self.activity_regularizer = activity_regularizer
        self._reuse = _reuse
        self._scope: VariableScope | None = None
        self._trained: list[Variable] = []
        self._fixed: list[Variable] = []
        self.losses: list[Any] = []
        self.updates: list[Operation] = []
        self.input_shape: TensorShape | None = None
        self.output_shape: TensorShape | None = None
        if _scope is not None:
            with variable_scope(_scope) as self._scope:
                pass

    # For the kinds of layers to say

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of a shape."""
        del input_shape
        self.built = True

    def call(self, inputs: Any, *arguments: Any, **keywords: Any) -> Any:
        """The outputs for inputs."""
        raise NotImplementedError(f"{type(self).__name__} writes no call(inputs), which gives its outputs.")

    # Calling

    def __call__(self, inputs: Any, *arguments: Any, scope: Any = None, **keywords: Any) -> Any:
        """The outputs for inputs; the first call makes the variables.

        Raises:
            GraphError, GraphShapeError, GraphTypeError: the inputs are none that the layer takes.
        """
        self._set_scope(scope)
        reuse = True if self.built else self._reuse
        with self._within(reuse):
            inputs = self._taken(inputs)
            if not self.built:
                first = inputs[0] if isinstance(inputs, list | tuple) else inputs
                self._dtype = self._dtype or first.dtype.base_dtype
                self.build(
                    [each.shape for each in inputs] if first is not inputs else TensorShape(first.sizes)
                )
                self.built = True
            outputs = self.call(inputs, *arguments, **keywords)
            if self.activity_regularizer is not None:
                self._regularize_outputs(outputs)
        self.input_shape = getattr(inputs, "shape", None)
        self.output_shape = getattr(outputs, "shape", None)
        return outputs

    def apply(self, inputs: Any, *arguments: Any, **keywords: Any) -> Any:
        """The outputs for inputs."""
        return self(inputs, *arguments, **keywords)

    def _taken(self, inputs: Any) -> Any:
        if isinstance(inputs, list | tuple):
            return [convert(each) for each in inputs]
        return convert(inputs)

    def _set_scope(self, scope: Any = None) -> None:
        if self._scope is None:
            if self._reuse:
                entering = variable_scope(self._base_name if scope is None else scope)
            else:
                entering = variable_scope(scope, default_name=self._base_name)
            with entering as self._scope:
                pass

    @contextlib.contextmanager
    def _within(self, reuse: Any) -> Iterator[None]:
        """Its scope of variables, and the scope of names that it was first entered with."""
        assert self._scope is not None
        with (
            variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as entered,
            get_default_graph().name_scope(entered.original_name_scope),
        ):
            yield

    # Variables and losses

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Callable[[Any], Any] | None = None,
        trainable: bool | None = None,
        constraint: Callable[[Any], Any] | None = None,
        **_: Any,
    ) -> Variable:
        """Makes or finds a variable of the layer."""
        self._set_scope()
        trained = self.trainable and trainable is not False
        before = set(map(id, get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES)))
        with self._within(True if self.built else self._reuse):
            variable = get_variable(
                name, shape, dtype or self._dtype or float32, initializer_of(initializer),
                trainable=trained, constraint=constraint,
            )  # fmt: skip
            if regularizer is not None and id(variable) not in before:
                with get_default_graph().name_scope(f"{name}/Regularizer"):
                    loss = regularizer(variable)
                self.add_loss(loss)
        kept = self._trained if trainable is not False else self._fixed
        if variable not in kept:
            kept.append(variable)
        return variable

    add_variable = add_weight

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds regularisation losses."""
        del inputs
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            if loss is not None:
                self.losses.append(loss)
                get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds operations to UPDATE_OPS."""
        del inputs
        for update in updates if isinstance(updates, list | tuple) else [updates]:
            operation = update.op if isinstance(update, Tensor) else update
            self.updates.append(operation)
            get_default_graph().add_to_collection(GraphKeys.UPDATE_OPS, operation)

    def _regularize_outputs(self, outputs: Tensor) -> None:
        assert self.activity_regularizer is not None
        with get_default_graph().name_scope("ActivityRegularizer"):
            total = self.activity_regularizer(outputs)
            loss = node("RealDiv", [convert(total), outputs], _PER_ROW, total.sizes, name="truediv")
        self.add_loss(loss)

    # What it has

    @property
    def dtype(self) -> str | None:
        """The type of its variables, by name."""
        return None if self._dtype is None else self._dtype.name

    @property
    def scope_name(self) -> str:
        """The variable scope of its variables.

        Raises:
            GraphError: it was not called yet.
        """
        if self._scope is None:
            raise GraphError(
                f'No name available for layer scope because the layer "{self.name}" has not been used yet. The scope name is '
                "determined the first time the layer instance is called."
            )
        return self._scope.name

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that are trained."""
        return list(self._trained) if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that are not."""
        return list(self._fixed) if self.trainable else [*self._trained, *self._fixed]

    @property
    def variables(self) -> list[Variable]:
        """All variables."""
        return [*self._trained, *self._fixed]

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables

    def count_params(self) -> int:
        """How many numbers its variables hold.

        Raises:
            GraphError: it has none yet.
        """
        if not self.built:
            raise GraphError(
                f"{self.name}: count_params() before the layer was built; call it on a tensor first."
            )
        return sum(shapes.count(each._ref.sizes) or 0 for each in self.variables)


def _per_row(total: Any, outputs: Any) -> Any:
    return total / jnp.asarray(outputs.shape[0], total.dtype)


_PER_ROW = Formula(_per_row, differentiable=(0,))


def _numbered(kind: str) -> str:
    counts = get_default_graph().building.setdefault("layer names", {})
    counts[kind] = counts.get(kind, 0) + 1
    return f"{kind}_{counts[kind]}"
