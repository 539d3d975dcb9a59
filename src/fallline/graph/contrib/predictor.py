"""`tf.contrib.predictor`: what `tf.saved_model.simple_save` of this process wrote, as a function of arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session
from fallline.graph.train import kept_graphs
from fallline.graph.train.saver import Saver

__all__ = ["Predictor", "from_saved_model"]


class Predictor:
    """Names of inputs with arrays -> names of outputs with arrays.

    Attributes:
        graph: The graph.
        session: The session that runs it.
        feed_tensors: The inputs by their names.
        fetch_tensors: The outputs by their names.
    """

    def __init__(self, graph: Graph, session: Session, signature: Mapping[str, Any]) -> None:
        self.graph, self.session = graph, session
        self.feed_tensors, self.fetch_tensors = (
            {name: graph.get_tensor_by_name(each["tensor"]) for name, each in signature[role].items()}
            for role in ("inputs", "outputs")
        )

    def __call__(self, input_dict: Mapping[str, Any]) -> Any:
        """The outputs for these inputs.

        Raises:
            GraphError: a name that is no input.
        """
        unknown = set(input_dict) - set(self.feed_tensors)
        if unknown:
            raise GraphError(
                f"Predictor: {sorted(unknown)} are no inputs; there are {sorted(self.feed_tensors)}."
            )
        return self.session.run(
            self.fetch_tensors, {self.feed_tensors[name]: value for name, value in input_dict.items()}
        )


def from_saved_model(export_dir: Any, *_: Any, **__: Any) -> Predictor:
    """Opens what `tf.saved_model.simple_save` wrote.

    Args:
        export_dir: The folder.

    Raises:
        GraphError: another process, or TensorFlow, wrote it.
    """
    folder = Path(export_dir)
    saved = kept_graphs.kept(folder)
    if saved is None or not (folder / "signature.json").exists():
        raise GraphError(
            f"from_saved_model: {str(folder)!r} was not saved by this process, and a graph in a file cannot be run here. Build the "
            f"graph by the code that made it; tf.train.Saver().restore(sess, '{folder}/variables/variables') finds the values."
        )
    graph = Graph()
    made = kept_graphs.made_again(saved, graph)
    session = Session(graph=graph)
    variables = {name: made[id(each)] for name, each in saved.variables.items()}
    with graph.as_default():
        Saver(variables, allow_empty=True).restore(session, str(folder / "variables" / "variables"))
    return Predictor(graph, session, json.loads((folder / "signature.json").read_text()))
