"""What a tensor stands for: a variable's value, an assignment's, text that stays in Python."""

from __future__ import annotations

from collections.abc import Iterable

from fallline.graph.core.dtypes import string
from fallline.graph.core.nodes import Operation, Tensor


def is_reference(tensor: Tensor) -> bool:
    """Whether a tensor is a variable's own value."""
    return tensor.op.is_variable


def referred(tensor: Tensor) -> Tensor:
    """The variable that a tensor is the plain value of, else the tensor itself."""
    while tensor.op.type == "Identity" and not tensor.op.is_variable:
        inner = tensor.op.inputs[0]
        if not leads_to_variable(inner):
            break
        tensor = inner
    return tensor


def leads_to_variable(tensor: Tensor) -> bool:
    """Whether a tensor is a variable, or an identity of one."""
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return tensor.op.is_variable


def is_text(tensor: Tensor) -> bool:
    """Whether a tensor is text."""
    return tensor.dtype.base_dtype is string


def is_on_host(tensor: Tensor, fed: Iterable[Tensor]) -> bool:
    """Whether a tensor's value is Python's: text, or what Python computes."""
    return is_text(tensor) or (tensor.op.formula.on_host and tensor not in fed)


def variable_behind(tensor: Tensor) -> Operation | None:
    """The variable whose value a tensor is: itself, an identity of it, or what an assignment gives."""
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    if is_reference(tensor):
        return tensor.op
    if tensor.value_index < len(tensor.op.writes):
        return tensor.op.writes[tensor.value_index]
    return None
