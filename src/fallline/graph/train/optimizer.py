"""What the optimizers of a graph share: gradients of a loss, a node for the update of each variable, slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fallline.graph.core import shapes
from fallline.graph.core.building import convert
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphStateError, GraphTypeError
from fallline.graph.core.gradients import gradients
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.core.variables import IDENTITY, Variable, assign_add, variable_of
from fallline.graph.train.slots import constant_of, make_slot


class Optimizer:
    """An optimizer of a graph: `minimize` gives the operation that takes a step.

    Those who write one of their own derive from it, and write `_prepare`, `_create_slots`, `_apply_dense` and, for gradients of
    gathered tables, `_apply_sparse`, as in TensorFlow.
    """

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    def __init__(self, use_locking: bool = False, name: str = "Optimizer") -> None:
        """Names it.

        Args:
            use_locking: Taken and left alone: steps of one session follow each other.
            name: The name of its operations and slots.

        Raises:
            GraphError: the name is empty.
        """
        if not name:
            raise GraphError("Must specify the optimizer name")
        self._use_locking, self._name = use_locking, name
        self._slots: dict[str, dict[Operation, Variable]] = {}
        self._shared: dict[tuple[str, Any], Variable] = {}

    def get_name(self) -> str:
        """Its name."""
        return self._name

    # --- steps ---

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """The operation that takes a step: `compute_gradients`, then `apply_gradients`.

        Args:
            loss: A tensor of floats; of several numbers the sum is made smaller.
            global_step: A variable that each step adds 1 to.
            var_list: The variables that move; by default all trainable ones.
            gate_gradients: Taken and left alone.
            aggregation_method: Taken and left alone.
            colocate_gradients_with_ops: Taken and left alone.
            name: Of the operation; by default that of the optimizer.
            grad_loss: Weights of the numbers of the loss.

        Raises:
            GraphError: there are no variables, or the loss depends on none of them.
            GraphTypeError: the loss is no tensor of floats, or something in the list is no variable.
        """
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(gradient is None for gradient, _ in pairs):
            raise GraphError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
                f"variables {[str(variable) for _, variable in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The gradient of the loss for each variable, as pairs (gradient, variable); None where it does not depend on it.

        The arguments are those of `minimize`; the gradient of a table that is only gathered from is an `IndexedSlices`.

        Raises:
            GraphError: there are no variables.
            GraphTypeError: the loss is no tensor of floats, or something in the list is no variable.
        """
        del aggregation_method, colocate_gradients_with_ops
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise GraphError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH. Not "
                f"{gate_gradients}"
            )
        target = convert(loss() if callable(loss) else loss)
        self._assert_valid_dtypes([target, *([] if grad_loss is None else [convert(grad_loss)])])
        if var_list is None:
            variables = get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)
        else:
            variables = flat(var_list)
        if not variables:
            raise GraphError("No variables to optimize.")
        for each in variables:
            if not isinstance(each, Variable | Tensor):
                raise GraphTypeError(f"Argument is not a tf.Variable: {each!r}; var_list takes variables.")
        found = gradients(target, variables, grad_ys=grad_loss)
        pairs = list(zip(found, variables, strict=True))
        self._assert_valid_dtypes([variable for gradient, variable in pairs if gradient is not None])
        return pairs

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """The operation that takes a step along given gradients.

        Args:
            grads_and_vars: Pairs (gradient, variable); those with None are left out.
            global_step: A variable that each step adds 1 to, after the variables moved.
            name: Of the operation; by default that of the optimizer.

        Raises:
            GraphError: no gradient is given.
            GraphShapeError: a gradient has another shape than its variable.
            GraphTypeError: a pair is none, or a gradient no tensor.
        """
        pairs = [self._pair(each) for each in grads_and_vars]
        if not pairs:
            raise GraphError("No variables provided.")
        given = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if not given:
            raise GraphError(
                f"No gradients provided for any variable: {[str(variable) for _, variable in pairs]}."
            )
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._create_slots([variable for _, variable in given])
        with graph.name_scope(name or self._name) as scope:
            self._prepare()
            updates = []
            for gradient, variable in given:
                with graph.name_scope(f"update_{variable.op.name}"):
                    updates.append(self._updated(gradient, variable))
            if global_step is None:
                step = self._finish(updates, scope)
            else:
                with graph.control_dependencies([self._finish(updates, "update")]):
                    counter = variable_of(global_step)
                    one = convert(1, counter.dtype.base_dtype, name="value")
                    step = assign_add(counter, one, name=scope).op
        operation = step.op if isinstance(step, Tensor) else step
        if operation not in graph.get_collection(GraphKeys.TRAIN_OP):
            graph.add_to_collection(GraphKeys.TRAIN_OP, operation)
        return operation

    def _pair(self, pair: Any) -> tuple[Any, Variable]:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise GraphTypeError(f"apply_gradients: expected pairs (gradient, variable), got {pair!r:.80}.")
        gradient, variable = pair
        if isinstance(gradient, Variable) and not isinstance(variable, Variable):
            raise GraphTypeError(
                "apply_gradients: the pairs are (gradient, variable), not the other way round."
            )
        variable = variable_of(variable)
        if gradient is None or isinstance(gradient, IndexedSlices):
            return gradient, variable
        try:
            gradient = convert(gradient, variable.dtype.base_dtype)
        except GraphTypeError as error:
            raise GraphTypeError(
                f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient!r:.80} of {variable.name}. "
                f"{error}"
            ) from None
        if not shapes.compatible(variable._ref.sizes, gradient.sizes):
            raise GraphShapeError(
                f"Shapes of a variable and its gradient must be equal: {variable.name} has {variable.shape}, {gradient.name} "
                f"{shapes.shown(gradient.sizes)} ('{self._name}')."
            )
        return gradient, variable

    def _updated(self, gradient: Any, variable: Variable) -> Operation:
        if isinstance(gradient, IndexedSlices):
            if variable.constraint is not None:
                raise GraphStateError("Cannot use a constraint function on a sparse variable.")
            moved = self._apply_sparse(gradient, variable)
        else:
            moved = self._apply_dense(gradient, variable)
        operation: Operation = moved.op if isinstance(moved, Tensor) else moved
        if variable.constraint is not None:
            with get_default_graph().control_dependencies([operation]):
                operation = variable.assign(variable.constraint(variable)).op
        return operation

    @staticmethod
    def _assert_valid_dtypes(tensors: Sequence[Any]) -> None:
        for each in tensors:
            if not each.dtype.is_floating:
                raise GraphError(
                    f"Invalid type {each.dtype.base_dtype!r} for {each.name}, expected: float16, bfloat16, float32 or float64."
                )

    # --- what a rule says ---

    def _prepare(self) -> None:
        """Makes tensors of the numbers."""

    def _create_slots(self, var_list: list[Variable]) -> None:
        """Makes the slots of variables, where there are none."""

    def _apply_dense(self, grad: Tensor, var: Variable) -> Any:
        """The operation that moves a variable and its slots."""
        raise NotImplementedError(f"{type(self).__name__} writes no _apply_dense(grad, var).")

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        """The same along gradients of some rows; by default those of all rows."""
        return self._apply_dense(grad._as_tensor(), var)

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        """The operation that follows all updates."""
        return get_default_graph().add("NoOp", [], IDENTITY, [], name_scope, controls=update_ops)

    # --- slots ---

    def get_slot(self, var: Any, name: str) -> Variable | None:
        """A slot of a variable; None where it has none of that name."""
        return self._slots.get(name, {}).get(var.op)

    def get_slot_names(self) -> list[str]:
        """The names of the slots, sorted."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """All variables that it keeps in the default graph, by name."""
        kept = [*self._shared.values(), *(each for named in self._slots.values() for each in named.values())]
        graph = get_default_graph()
        return sorted((each for each in kept if each.graph is graph), key=lambda each: each.name)

    def _slot(self, var: Variable, slot: str, op_name: str, make: Callable[[], Variable]) -> Variable:
        named = self._slots.setdefault(slot, {})
        if var.op not in named:
            named[var.op] = make()
        return named[var.op]

    def _filled_slot(
        self, var: Variable, slot: str, value: float, op_name: str | None = None, called: str = "Const"
    ) -> Variable:
        named = op_name or self._name
        return self._slot(var, slot, named, lambda: make_slot(var, constant_of(var, value, called), named))

    def _zeros_slot(self, var: Variable, slot_name: str, op_name: str | None = None) -> Variable:
        return self._filled_slot(var, slot_name, 0.0, op_name, "zeros")

    def _get_or_make_slot(
        self, var: Variable, val: Any, slot_name: str, op_name: str | None = None
    ) -> Variable:
        named = op_name or self._name
        return self._slot(var, slot_name, named, lambda: make_slot(var, lambda *_: convert(val), named))

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any = None) -> Variable:
        del colocate_with
        key = (name, get_default_graph())
        if key not in self._shared:
            self._shared[key] = Variable(initial_value, trainable=False, name=name)
        return self._shared[key]

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Variable | None:
        return self._shared.get((name, graph or get_default_graph()))


def flat(given: Any) -> list[Any]:
    """What stands in lists within lists, or in a dictionary."""
    if isinstance(given, list | tuple):
        return [inner for each in given for inner in flat(each)]
    return [*given.values()] if isinstance(given, dict) else [given]
