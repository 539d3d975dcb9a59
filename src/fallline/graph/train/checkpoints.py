"""What lies in checkpoints, and what a program that asks for saved graphs is told."""

from __future__ import annotations

import os
from typing import Any, NoReturn

import numpy as np

from fallline.errors import SavedFileError
from fallline.graph.core.failures import GraphError
from fallline.graph.files import CheckpointReader, read_checkpoint


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
) -> NoReturn:
    """Refused: a saved graph holds TensorFlow's own operations, which cannot be run here.

    Raises:
        GraphError: always; it says how to make the graph again, with the names and shapes of the variables that lie beside it.
    """
    del clear_devices, import_scope
    raise GraphError(
        f"import_meta_graph: what {meta_graph_or_file!r:.80} holds is TensorFlow's own description of a graph, which cannot be "
        "run. Make the graph again by the code that made it (or that part of it which you reuse), under the same names; "
        f"tf.train.Saver().restore(sess, {_prefix(meta_graph_or_file)!r:.80}) then finds the values by these names."
        + _variables_beside(meta_graph_or_file)
    )


def export_meta_graph(filename: str | None = None, *_: Any, **__: Any) -> NoReturn:
    """Refused: graphs are not written.

    Raises:
        GraphError: always; it says what to do.
    """
    raise GraphError(
        f"export_meta_graph({filename!r}): graphs are not written to files. Save the values by tf.train.Saver; the program "
        "makes its graph again. tf.train.write_graph writes a text to read."
    )


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
