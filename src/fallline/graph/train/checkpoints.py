"""What lies in checkpoints, and the graphs that were saved with them."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from fallline.errors import SavedFileError
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.files import CheckpointReader, read_checkpoint
from fallline.graph.train import kept_graphs
from fallline.graph.train.saver import Saver


def NewCheckpointReader(filepattern: Any) -> CheckpointReader:  # noqa: N802 - TensorFlow's name
    """Opens a checkpoint that Fallline or TensorFlow wrote.

    Args:
        filepattern: Its name, `folder/model-100`.

    Raises:
        SavedFileError: there is none, or it is damaged.
    """
    return read_checkpoint(filepattern)


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Opens a checkpoint, or the newest of a folder.

    Raises:
        SavedFileError: there is none, or it is damaged.
    """
    return read_checkpoint(ckpt_dir_or_file)


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """The names and shapes of what a checkpoint, or the newest of a folder, holds, sorted by name.

    Raises:
        SavedFileError: there is none, or it is damaged.
    """
    shapes = read_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return sorted(shapes.items())


def load_variable(ckpt_dir_or_file: Any, name: str) -> np.ndarray[Any, Any]:
    """The numbers of one variable of a checkpoint, or of the newest of a folder.

    Raises:
        SavedFileError: there is none, or it is damaged.
    """
    return read_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def import_meta_graph(
    meta_graph_or_file: Any, clear_devices: bool = False, import_scope: str | None = None, **_: Any
) -> Saver:
    """Makes the nodes of a graph that this process saved again, in the default graph, under the same names.

    Args:
        meta_graph_or_file: The name of the checkpoint with `.meta` behind it.
        clear_devices: Taken and left alone.
        import_scope: What stands before all names.

    Returns:
        A Saver of the variables that were saved: its `restore` gives them their values.

    Raises:
        GraphError: another process saved it. It says how to make the graph again, with the names and shapes of the variables
            that lie beside it.
    """
    del clear_devices
    named = isinstance(meta_graph_or_file, str | os.PathLike)
    given = kept_graphs.kept(meta_graph_or_file) if named else None
    if given is not None:
        made = kept_graphs.made_again(given, get_default_graph(), import_scope)
        return Saver({name: made[id(each)] for name, each in given.variables.items()}, allow_empty=True)
    raise GraphError(
        f"import_meta_graph: {meta_graph_or_file!r:.80} was not saved by this process, and a graph in a file cannot be run here. "
        "Make the graph again by the code that made it (or that part of it which you reuse), under the same names; "
        f"tf.train.Saver().restore(sess, {_prefix(meta_graph_or_file)!r:.80}) then finds the values by these names."
        + _variables_beside(meta_graph_or_file)
    )


def export_meta_graph(filename: Any = None, *_: Any, **__: Any) -> None:
    """Remembers the default graph under the name, for `import_meta_graph` of this process; nothing is written."""
    graph = get_default_graph()
    if filename is not None:
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
        kept_graphs.keep(filename, graph, {each.op.name: each for each in variables})


def _prefix(given: Any) -> str:
    text = os.fspath(given) if isinstance(given, str | os.PathLike) else "folder/model"
    return str(text).removesuffix(".meta")


def _variables_beside(given: Any) -> str:
    try:
        shapes = read_checkpoint(_prefix(given)).get_variable_to_shape_map()
    except (SavedFileError, ValueError, OSError):
        return ""
    shown = ", ".join(f"{name} {shape}" for name, shape in list(shapes.items())[:12])
    more = f", and {len(shapes) - 12} more (tf.train.list_variables)" if len(shapes) > 12 else ""
    return f" The variables that are saved there: {shown}{more}."
