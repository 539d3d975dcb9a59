"""What is fetched, and how its values go back into the form that it was asked in."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.running.plan import Plan


def key_of(fetches: Any) -> Any:
    """What two equal ways of asking have in common."""
    if isinstance(fetches, list):
        return ("list", *map(key_of, fetches))
    if isinstance(fetches, tuple):
        return (type(fetches), *map(key_of, fetches))
    if isinstance(fetches, dict):
        return ("dict", *((name, key_of(each)) for name, each in fetches.items()))
    return fetches


class Fetches:
    """What is fetched, as a flat list, and how its values go back into the form that it was given in."""

    def __init__(self, graph: Graph, fetches: Any) -> None:
        self.elements: list[Any] = []
        self._places: dict[Any, int] | None = None
        self._build = self._look(graph, fetches)

    def _look(self, graph: Graph, fetches: Any) -> Callable[[Any], Any]:
        if isinstance(fetches, list | tuple):
            parts = [self._look(graph, each) for each in fetches]
            if hasattr(fetches, "_fields"):
                return lambda value: type(fetches)(*[part(value) for part in parts])
            kind: Any = list if isinstance(fetches, list) else type(fetches)
            return lambda value: kind([part(value) for part in parts])
        if isinstance(fetches, dict):
            named = {name: self._look(graph, each) for name, each in fetches.items()}
            return lambda value: {name: part(value) for name, part in named.items()}
        if hasattr(fetches, "_fetched"):
            parts = [self._look(graph, each) for each in fetches._fetched]
            return lambda value: fetches._rebuilt([part(value) for part in parts])
        if fetches is None or isinstance(fetches, int | float | np.ndarray | np.generic):
            raise GraphTypeError(
                f"Fetch argument {fetches!r} has invalid type {type(fetches)}, must be a string or Tensor: values are no "
                "fetches. Has a tensor's name been given to the value of an earlier run?"
            )
        try:
            element = graph.as_graph_element(fetches)
        except GraphTypeError as error:
            raise GraphTypeError(
                f"Fetch argument {fetches!r} has invalid type {type(fetches)}: {error}"
            ) from None
        except KeyError as error:
            raise GraphError(
                f"Fetch argument {fetches!r} cannot be interpreted as a Tensor. ({error})"
            ) from None
        self.elements.append(element)
        return operator.itemgetter(element) if isinstance(element, Tensor) else _nothing

    def of(self, results: list[Any], fed: Mapping[Tensor, Any], plan: Plan, session: Any) -> Any:
        """The values in the form of the fetches."""
        values: dict[Tensor, Any] = {}
        for tensor, result in zip(plan.fetched, results, strict=True):
            array = np.asarray(result)
            if (
                not array.flags.writeable
            ):  # a program may write into it, and the next run may take a variable's memory
                array = array.copy()
            values[tensor] = array if array.ndim or tensor in fed else array[()]
        for tensor in plan.texts:
            values[tensor] = fed[tensor]
        if plan.host:
            with session.as_default():
                _on_host(plan, values)
        return self._build(values)


def _nothing(_: Any) -> None:
    return None


def _on_host(plan: Plan, values: dict[Tensor, Any]) -> None:
    for step in plan.host:
        operation = step.operation
        given = [values[plan.fetched[found] if kind == "device" else found] for kind, found in step.inputs]
        result = operation.formula.compute(*given, **operation.attributes)
        outputs = result if isinstance(result, tuple) else (result,)
        outputs = tuple(each[()] if isinstance(each, np.ndarray) else each for each in outputs)
        values.update(zip(operation.outputs, outputs, strict=False))
