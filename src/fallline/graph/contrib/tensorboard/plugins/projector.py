"""The embedding projector of TensorBoard: which tensors of a checkpoint it shows, in a file beside the events."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from fallline.graph.core.failures import GraphError


@dataclasses.dataclass
class SpriteMetadata:
    """Small pictures of the points.

    Attributes:
        image_path: A picture that holds them all, row by row.
        single_image_dim: Width and height of each.
    """

    image_path: str = ""
    single_image_dim: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class EmbeddingInfo:
    """A tensor that the projector shows.

    Attributes:
        tensor_name: Its name in the checkpoint.
        metadata_path: A file with a line for each row of the tensor.
        bookmarks_path: A file of views.
        tensor_shape: Rows and columns, for a tensor in a file.
        tensor_path: A file of tab-separated numbers, instead of the checkpoint.
        sprite: Pictures of the rows.
    """

    tensor_name: str = ""
    metadata_path: str = ""
    bookmarks_path: str = ""
    tensor_shape: list[int] = dataclasses.field(default_factory=list)
    tensor_path: str = ""
    sprite: SpriteMetadata = dataclasses.field(default_factory=SpriteMetadata)


class _Embeddings(list[EmbeddingInfo]):
    def add(self, **fields: Any) -> EmbeddingInfo:
        """Another tensor, to be described."""
        self.append(EmbeddingInfo(**fields))
        return self[-1]


@dataclasses.dataclass
class ProjectorConfig:
    """What the projector shows.

    Attributes:
        model_checkpoint_path: The checkpoint; by default the latest of the folder.
        embeddings: The tensors; `config.embeddings.add()` makes one.
        model_checkpoint_dir: The folder of the checkpoints.
    """

    model_checkpoint_path: str = ""
    embeddings: _Embeddings = dataclasses.field(default_factory=_Embeddings)
    model_checkpoint_dir: str = ""


def _lines(message: Any, indent: str = "") -> list[str]:
    """A message as the text that TensorBoard reads."""
    found: list[str] = []
    for field in dataclasses.fields(message):
        value = getattr(message, field.name)
        for each in value if isinstance(value, list) else [value]:
            if dataclasses.is_dataclass(each):
                inner = _lines(each, f"{indent}  ")
                if inner or isinstance(value, list):
                    found += [f"{indent}{field.name} {{", *inner, f"{indent}}}"]
            elif isinstance(each, int):
                found.append(f"{indent}{field.name}: {each}")
            elif each:
                found.append(f"{indent}{field.name}: {json.dumps(str(each))}")
    return found


def visualize_embeddings(summary_writer: Any, config: ProjectorConfig) -> None:
    """Writes `projector_config.pbtxt` into the folder of a `tf.summary.FileWriter`, or into a folder.

    Raises:
        GraphError: neither a writer nor a folder.
    """
    folder = summary_writer.get_logdir() if hasattr(summary_writer, "get_logdir") else summary_writer
    if folder is None or not isinstance(folder, str | bytes | Path):
        raise GraphError("Summary writer must have a logdir")
    folder = Path(folder.decode() if isinstance(folder, bytes) else folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in _lines(config))
    (folder / "projector_config.pbtxt").write_text(text, encoding="utf-8")
