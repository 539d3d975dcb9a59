"""Files of define-then-run programs: checkpoints, whoever wrote them, and the state file of their folder."""

from fallline.graph.files.checkpoint_set import CheckpointSet
from fallline.graph.files.location import checkpoint_exists
from fallline.graph.files.own_file import write_arrays
from fallline.graph.files.reader import CheckpointReader, read_checkpoint
from fallline.graph.files.state_file import (
    CheckpointState,
    get_checkpoint_state,
    latest_checkpoint,
    write_checkpoint_state,
)
from fallline.graph.files.tensor_spec import TensorSpec

__all__ = [
    "CheckpointReader",
    "CheckpointSet",
    "CheckpointState",
    "TensorSpec",
    "checkpoint_exists",
    "get_checkpoint_state",
    "latest_checkpoint",
    "read_checkpoint",
    "write_arrays",
    "write_checkpoint_state",
]
