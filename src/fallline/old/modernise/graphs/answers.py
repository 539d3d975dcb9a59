"""What a session is asked beside training, as it is asked of a model: `predict`, `evaluate`, weights."""

from __future__ import annotations

import ast

from fallline.old.modernise.graphs.initial import shape_of
from fallline.old.modernise.graphs.losses import Loss, accuracy_of
from fallline.old.modernise.graphs.network import Dense, Network
from fallline.old.modernise.graphs.sorted import Sorted
from fallline.old.modernise.graphs.steps import Run, read_run
from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Value


class Asked(ast.NodeTransformer):
    """Writes what is asked of a session as it is asked of a model."""

    def __init__(self, found: Sorted, network: Network, loss: Loss, node: Value, shaped: str) -> None:
        self.found = found
        self.network = network
        self.read = loss
        self.output = loss.output
        self.loss = node
        self.target = loss.target
        self.summed = loss.summed
        self.shaped = shaped
        self.weights = [
            each for layer in network.layers if isinstance(layer, Dense) for each in layer.weights
        ]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A run becomes what answers it; of all else the parts are visited."""
        run = read_run(node, self.found.reader, self.found.sessions)
        if run is None:
            return self.generic_visit(node)
        answers = [self.answer(run, fetch) for fetch in run.fetches]
        text = answers[0] if len(answers) == 1 else f"({', '.join(answers)})"
        return ast.parse(text, mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A name of the graph's own is there no more."""
        self.refuse(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Nor is one of TensorFlow's."""
        self.refuse(node)
        return self.generic_visit(node)

    def refuse(self, node: ast.AST) -> None:
        """Raises what there is no more."""
        if isinstance(node, ast.Attribute) and (name := self.found.reader.dotted(node)) is not None:
            raise NotUnderstoodError(node, f"tf.{name} has no counterpart.")
        if isinstance(node, ast.Name) and (
            node.id in self.found.reader.names or node.id in self.found.sessions
        ):
            raise NotUnderstoodError(node, f"{node.id} is of the graph, and there is none.")

    def answer(self, run: Run, fetch: Value) -> str:
        """The expression that gives what is fetched."""
        if fetch in self.weights:
            place = f"model.get_weights()[{self.weights.index(fetch)}]"
            return (
                f"{place}.item()"
                if self.network.single and fetch.kind == "Variable" and self._scalar(fetch)
                else place
            )
        rows = self._fed(run, self.network.input)
        if fetch is self.output:
            return f"model.predict({rows}, verbose=0)" + (".ravel()" if self.network.single else "")
        if (classes := self._classes(fetch)) is not None:
            return f"model.predict({rows}, verbose=0)" + classes
        targets = self._fed(run, self.target)
        if fetch is self.loss:
            # A sum is of all rows only where they are one batch.
            size = f", batch_size=len({rows})" if self.summed else ""
            return f"model.evaluate({rows}, {targets}{size}, verbose=0, return_dict=True)['loss']"
        if accuracy_of(fetch, self.read) is not None:
            return f"model.evaluate({rows}, {targets}, verbose=0, return_dict=True)['accuracy']"
        raise NotUnderstoodError(
            run.node, "a run that fetches something else than the output, the loss or a weight."
        )

    def _scalar(self, fetch: Node) -> bool:
        return shape_of(fetch.argument(0, "initial_value")) == []

    def _classes(self, fetch: Value) -> str | None:
        if isinstance(fetch, Node) and fetch.kind == "argmax" and fetch.arguments[0] is self.output:
            return ".argmax(axis=-1)"
        return None

    def _fed(self, run: Run, placeholder: Node) -> str:
        if placeholder not in run.feeds:
            raise NotUnderstoodError(run.node, "a run that is not fed the rows.")
        text = ast.unparse(run.feeds[placeholder])
        return self.shaped.format(text) if self.network.single else text
