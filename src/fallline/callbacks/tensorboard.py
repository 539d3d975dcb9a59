"""Event files for TensorBoard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline._ranges import truth, whole
from fallline._tree import named_leaves
from fallline.callbacks.callback import Callback, Logs
from fallline.callbacks.paths import checked_path, require_folder
from fallline.engine import Boundary
from fallline.errors import warn
from fallline.events import EventWriter, histogram_summary, scalar_summary
from fallline.optimizers import FirstOrderOptimizer
from fallline.registry.argument_names import check_names


@check_names
class TensorBoard(Callback):
    """Writes what a training records to event files, which TensorBoard shows: `tensorboard --logdir logs`.

    As Keras names it: each value of an epoch under `epoch_<name>`, the training's in the folder `train`, the
    validation's in `validation`; the learning rate under `epoch_learning_rate`; weights as `<layer>/<array>/histogram`;
    with `update_freq` in batches the running loss under `batch_loss`. Epochs are counted from 0, batches from 1.

    Values of epochs cost the run nothing. Histograms make it surface after every epoch (about 0.3 ms),
    `update_freq` in batches after every step. Writing needs no package; to look, `pip install tensorboard`.

    Args:
        log_dir: The folder of the event files, for this training alone.
        histogram_freq: Epochs between histograms of all weights; 0 for none.
        write_graph: Kept for Keras's argument order; no graph is written: `model.summary()` shows the layers.
        write_images: Kept likewise; ignored with a warning.
        write_steps_per_second: Whether to write `epoch_steps_per_second`.
        update_freq: "epoch"; "batch" or a number of batches to write the running loss too.
        profile_batch: Kept likewise; ignored with a warning.
        embeddings_freq: Kept likewise; ignored with a warning.
        embeddings_metadata: Kept likewise; ignored with a warning.

    Raises:
        UsageError: an argument is not what it must be.

    Source: Keras 3 for names and arguments.

    Differs from Keras: TensorFlow is not needed. Graph, images, embeddings and profiles are not written: a step is no
        event of its own in a compiled run (`jax.profiler.trace` around `fit` profiles all of it).
    """

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of today; what older Keras took besides does nothing in Keras 3 either."""
        now = super().modernised(arguments)
        return {name: value for name, value in now.items() if name not in ("write_grads", "batch_size")}

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        ignored = {
            "write_images": (write_images, "histogram_freq=1 writes weights as histograms"),
            "profile_batch": (profile_batch, "jax.profiler.trace around fit profiles all of it"),
            "embeddings_freq": (embeddings_freq, "get_layer(name).embeddings are the rows to draw"),
            "embeddings_metadata": (embeddings_metadata, "there are no pictures of embeddings to name"),
        }
        for name, (value, instead) in ignored.items():
            if value:
                # 3: past the check of the argument names, to the line of the user.
                warn(f"TensorBoard: {name}={value!r:.40} is ignored: {instead}.")
        if update_freq == "batch":
            update_freq = 1
        if update_freq != "epoch":
            update_freq = whole('TensorBoard: update_freq is "epoch", "batch", or', update_freq, least=1)
        self.log_dir = Path(checked_path("TensorBoard: log_dir", log_dir, "a folder"))
        self.histogram_freq = whole("TensorBoard: histogram_freq", histogram_freq, least=0)
        self.write_graph = truth("TensorBoard: write_graph", write_graph)
        self.write_steps_per_second = truth("TensorBoard: write_steps_per_second", write_steps_per_second)
        self.update_freq = update_freq
        self._writers: dict[str, EventWriter] = {}
        self._rows: list[tuple[int, dict[str, Any]]] = []
        self._batches = 0
        self._seconds = 0.0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes sure that event files can be written.

        Raises:
            UsageError: the folder cannot be made.
        """
        require_folder("TensorBoard: log_dir", self.log_dir)
        self._rows, self._batches, self._seconds = [], 0, 0.0

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Writes the running loss."""
        if self.update_freq == "epoch":
            return
        self._batches += 1
        if self._batches % int(self.update_freq) == 0:
            self._write_scalars("batch_", logs or {}, self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keeps the values of an epoch until the boundary, which knows the learning rate."""
        self._rows.append((epoch, dict(logs or {})))

    def on_boundary(self, boundary: Boundary) -> None:
        """Writes the epochs since the last boundary."""
        for epoch, row in self._rows:
            values = self._with_learning_rate(row, boundary, epoch)
            if self.write_steps_per_second:
                steps = boundary.fresh_epochs * boundary.steps_per_epoch
                values["steps_per_second"] = steps / max(boundary.seconds - self._seconds, 1e-9)
            self._write_scalars("epoch_", values, epoch)
        if self._rows:
            self._seconds = boundary.seconds
            last = self._rows[-1][0]
            if self.histogram_freq and last % self.histogram_freq == 0:
                self._write_histograms(boundary, last)
            self._rows = []
        # Who watches a training sees its epochs when they are known.
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Closes the event files."""
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def granularity(self) -> str:
        """As often as weights or batches are asked for."""
        if self.update_freq != "epoch":
            return "step"
        return "epoch" if self.histogram_freq else "boundary"

    def _with_learning_rate(self, row: dict[str, Any], boundary: Boundary, epoch: int) -> dict[str, Any]:
        optimizer = getattr(self.model, "optimizer", None)  # a plain function's training shows none
        if "learning_rate" in row or not isinstance(optimizer, FirstOrderOptimizer):
            return row
        behind = (boundary.epoch - epoch - 1) * boundary.steps_per_epoch
        step = int(np.asarray(boundary.state.optimizer.step)) - behind
        return row | {"learning_rate": float(optimizer.learning_rate_at(jnp.asarray(step, jnp.int32)))}

    def _write_scalars(self, prefix: str, values: dict[str, Any], step: int) -> None:
        for name, value in values.items():
            part = "validation" if name.startswith("val_") else "train"
            tag = prefix + name.removeprefix("val_")
            if isinstance(value, list):
                summary = b"".join(
                    scalar_summary(f"{tag}_{place}", each) for place, each in enumerate(np.ravel(value))
                )
            else:
                summary = scalar_summary(tag, value)
            self._writer(part).add_summary(summary, step)

    def _write_histograms(self, boundary: Boundary, epoch: int) -> None:
        variables = boundary.state.variables
        for name, array in (named_leaves(variables.params) | named_leaves(variables.state)).items():
            values = np.asarray(array, np.float32)
            if np.isfinite(values).all():
                self._writer("train").add_summary(histogram_summary(f"{name}/histogram", values), epoch)

    def _writer(self, part: str) -> EventWriter:
        if part not in self._writers:
            self._writers[part] = EventWriter(self.log_dir / part)
        return self._writers[part]
