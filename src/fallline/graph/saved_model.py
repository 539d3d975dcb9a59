"""`tf.saved_model`: a session's variables with the names of inputs and outputs, in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fallline._files import written_whole
from fallline.graph.core import shapes
from fallline.graph.core.failures import GraphError, absent
from fallline.graph.core.graph_keys import GraphKeys
from fallline.graph.train import kept_graphs
from fallline.graph.train.saver import Saver

__all__ = ["simple_save"]


def simple_save(
    session: Any,
    export_dir: Any,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    legacy_init_op: Any = None,
) -> None:
    """Writes all variables, and which tensors go in and come out.

    `variables/variables` is a checkpoint: a program that builds the same graph restores it, `fallline convert` lists it.
    `signature.json` names inputs and outputs with types and shapes. TensorFlow Serving needs the graph in TensorFlow's own
    form, which is not written.

    Args:
        session: The session.
        export_dir: A folder that is not there yet.
        inputs: Name -> tensor.
        outputs: Name -> tensor.
        legacy_init_op: Taken and left alone.

    Raises:
        GraphError: the folder is there and not empty.
    """
    del legacy_init_op
    folder = Path(export_dir)
    if folder.exists() and any(folder.iterdir()):
        raise GraphError(f"Export directory already exists: {folder}. Choose another, or empty it.")
    (folder / "variables").mkdir(parents=True, exist_ok=True)
    with session.graph.as_default():
        Saver().save(session, str(folder / "variables" / "variables"), write_state=False)
    variables = session.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
    kept_graphs.keep(folder, session.graph, {each.op.name: each for each in variables})
    signature = {
        role: {
            name: {
                "tensor": tensor.name,
                "dtype": tensor.dtype.base_dtype.name,
                "shape": None if tensor.sizes is None else list(shapes.sizes_of(tensor.sizes) or ()),
            }
            for name, tensor in given.items()
        }
        for role, given in (("inputs", inputs), ("outputs", outputs))
    }
    with written_whole(folder / "signature.json") as file:
        file.write((json.dumps(signature, indent=1) + "\n").encode())


def __getattr__(name: str) -> Any:
    raise absent("tf.saved_model", name)
