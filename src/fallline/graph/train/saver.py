"""`Saver`: the values of variables, to files and back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fallline.errors import SavedFileError
from fallline.graph.core.failures import GraphError, GraphStateError, GraphTypeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.variables import Variable, variable_of
from fallline.graph.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from fallline.graph.files import CheckpointReader, CheckpointSet, TensorSpec, read_checkpoint
from fallline.graph.running.session import BaseSession
from fallline.graph.train import kept_graphs


class Saver:
    """Writes the values that variables have in a session to files, and reads them back.

    The variables are those that exist when it is made: slots, averages and powers of optimizers too, local ones not. Files
    are safetensors files (`model-100.safetensors`) beside a text `checkpoint` that says which is the newest; what TensorFlow
    wrote is read, too.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: Any = None,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        """Chooses the variables.

        Args:
            var_list: Variables, or a dictionary from the names that they have in files; by default all global ones.
            reshape: Whether `restore` takes arrays of another shape with as many numbers.
            sharded: Taken and left alone: there is one file.
            max_to_keep: How many checkpoints stay; an older one is deleted when a new one is written. None or 0 keep all.
            keep_checkpoint_every_n_hours: Hours; one that is to be deleted stays on the disk once in so many.
            name: Taken and left alone.
            restore_sequentially: Taken and left alone.
            saver_def: Not offered.
            builder: Taken and left alone.
            defer_build: Whether the variables are chosen by `build()`, later.
            allow_empty: Whether there may be none.
            write_version: Taken and left alone: files are always our own.
            pad_step_number: Whether step numbers are written with eight places.
            save_relative_paths: Whether the state file names absolute paths relative to its folder, which may then be moved.
            filename: Taken and left alone.

        Raises:
            GraphError: there are no variables, one is given twice, or a list beside defer_build.
            GraphTypeError: something given is no variable.
            UsageError: a number is out of its range.
        """
        del sharded, name, restore_sequentially, builder, write_version, filename
        if saver_def is not None:
            raise GraphError("Saver: saver_def is not offered; make a Saver() of the variables themselves.")
        if defer_build and var_list:
            raise GraphError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or var_list=None."
            )
        self._given, self._allow_empty = var_list, allow_empty
        self._reshape, self._pads = bool(reshape), bool(pad_step_number)
        self._kept = CheckpointSet(
            max_to_keep, keep_checkpoint_every_n_hours, save_relative_paths=save_relative_paths
        )
        self._variables: dict[str, Variable] | None = None
        if not defer_build:
            self.build()

    def build(self) -> None:
        """Chooses the variables, after `defer_build=True`."""
        if self._variables is None:
            given = self._given
            if given is None:
                given = get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES)
            self._variables = _named(given)
            if not self._variables and not self._allow_empty:
                raise GraphError("No variables to save: make the Saver after the variables.")

    # --- saving ---

    def save(
        self,
        sess: Any,
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Writes the values of the variables.

        Args:
            sess: The session whose values are written.
            save_path: The name of the checkpoint, `folder/model`.
            global_step: A number that is put behind the name (`folder/model-100`), or the variable or tensor that gives it.
            latest_filename: The name of the state file; `checkpoint` if None.
            meta_graph_suffix: The ending of the name by which `import_meta_graph` finds the graph.
            write_meta_graph: Whether this process remembers the graph for `import_meta_graph`. No graph is written: another
                program makes it again, and `restore` finds the variables by their names.
            write_state: Whether the checkpoint enters `last_checkpoints` and the state file.
            strip_default_attrs: Taken and left alone.
            save_debug_info: Taken and left alone.

        Returns:
            The name of the checkpoint, for `restore`; None where there are no variables.

        Raises:
            FailedPreconditionError: variables without a value (all are named).
            GraphTypeError: sess is no session.
            GraphError: it is one of another graph, or the name of the state file is that of the checkpoint.
            UsageError: the folder is missing, or a name is none.
        """
        del strip_default_attrs, save_debug_info
        variables = self._checked(sess)
        if latest_filename and os.path.split(latest_filename)[0]:
            raise GraphError("'latest_filename' must not contain path components")
        if global_step is None and os.path.split(os.fspath(save_path))[1] == (
            latest_filename or "checkpoint"
        ):
            raise GraphError(
                f"'latest_filename' collides with 'save_path': '{latest_filename or 'checkpoint'}' and '{save_path}'"
            )
        if not variables:
            return None
        missing = [each.op.name for each in variables.values() if each.op not in sess.values]
        if missing:
            first = next(each.op for each in variables.values() if each.op not in sess.values)
            raise FailedPreconditionError(
                first,
                first,
                f"Attempting to use uninitialized value {', '.join(missing)}: nothing is saved. Run "
                "tf.global_variables_initializer() first, or give Saver the variables that have values.",
            )
        if global_step is not None and not isinstance(global_step, int | np.integer):
            global_step = int(sess.run(global_step))
        if global_step is not None and self._pads:
            save_path, global_step = f"{os.fspath(save_path)}-{global_step:08d}", None
        arrays = {name: sess.value(each.op) for name, each in variables.items()}
        written = self._kept.save(arrays, save_path, global_step, latest_filename, write_state)
        if write_meta_graph:
            kept_graphs.keep(f"{written}.{meta_graph_suffix}", sess.graph, variables)
        return written

    @property
    def last_checkpoints(self) -> list[str]:
        """The names of the checkpoints that are kept, oldest first."""
        return self._kept.last_checkpoints

    def set_last_checkpoints(self, last_checkpoints: list[str]) -> None:
        """Makes these the list of what is kept."""
        self._kept.set_last_checkpoints(last_checkpoints)

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: list[tuple[str, float]]) -> None:
        """Makes these the list of what is kept, with the times when they were written."""
        self._kept.set_last_checkpoints_with_time(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths: Iterable[str]) -> None:
        """Makes those of these checkpoints that exist the list of what is kept."""
        self._kept.recover_last_checkpoints(checkpoint_paths)

    # --- restoring ---

    def restore(self, sess: Any, save_path: Any) -> None:
        """Gives the variables the values of a checkpoint; they need no initialiser.

        Args:
            sess: The session.
            save_path: The name of a checkpoint, of ours or TensorFlow's.

        Raises:
            GraphError: there is no checkpoint of this name.
            NotFoundError: variables are missing in it.
            InvalidArgumentError: variables have another shape or type in it.
            SavedFileError: it is damaged.
            GraphTypeError: sess is no session.
        """
        if save_path is None:
            raise GraphError("Can't load save_path when it is None.")
        variables = self._checked(sess)
        if not variables:
            return
        try:
            reader = read_checkpoint(save_path)
        except SavedFileError as error:
            raise GraphError(
                f"The passed save_path is not a valid checkpoint: {save_path}. {error}"
            ) from error
        expected = {name: _spec(each, reader, name) for name, each in variables.items()}
        arrays = self._read(reader, expected, variables)
        for name, array in arrays.items():
            sess.set_value(variables[name].op, array)

    def _read(
        self, reader: CheckpointReader, expected: Mapping[str, TensorSpec], variables: Mapping[str, Variable]
    ) -> Mapping[str, Any]:
        try:
            return reader.get_tensors(expected, reshape=self._reshape)
        except SavedFileError as error:
            missing = [name for name in expected if not reader.has_tensor(name)]
            other = [
                name
                for name in expected
                if reader.has_tensor(name) and _differs(reader, name, expected[name])
            ]
            if missing:
                op = variables[missing[0]].op
                raise NotFoundError(op, op, f"Key {missing[0]} not found in checkpoint. {error}") from None
            if other:
                op = variables[other[0]].op
                raise InvalidArgumentError(
                    op,
                    op,
                    "Restoring from checkpoint failed. This is most likely due to a mismatch between the current graph and the "
                    f"graph from the checkpoint. {error}",
                ) from None
            raise

    def _checked(self, sess: Any) -> dict[str, Variable]:
        if self._variables is None:
            raise GraphStateError("`build()` should be called before save if defer_build==True")
        if not isinstance(sess, BaseSession):
            raise GraphTypeError(
                f"'sess' must be a Session; {sess!r}. The session comes first: save(sess, path)."
            )
        if sess.closed:
            raise GraphStateError("Attempted to use a closed Session.")
        first = next(iter(self._variables.values()), None)
        if first is not None and first.graph is not sess.graph:
            raise GraphError(
                f"Saver: {first.name} is of another graph than the session. Make the Saver within `with graph.as_default():`."
            )
        return self._variables

    # --- graphs ---

    def export_meta_graph(self, filename: Any, *_: Any, **__: Any) -> None:
        """Remembers the default graph under the name, for `import_meta_graph` of this process; nothing is written."""
        self.build()
        kept_graphs.keep(filename, get_default_graph(), self._variables or {})


def _named(given: Any) -> dict[str, Variable]:
    """The variables by the names that they have in files."""
    if not isinstance(given, Mapping | list | tuple):
        raise GraphTypeError(f"Variables to save should be passed in a dict or a list. Got {given!r:.80}")
    pairs: list[tuple[Any, Any]] = (
        list(given.items()) if isinstance(given, Mapping) else [(None, each) for each in given]
    )
    found: dict[str, Variable] = {}
    for name, each in pairs:
        try:
            variable = variable_of(each)
        except GraphTypeError:
            raise GraphTypeError(
                f"Saver: var_list must be variables, or a dictionary from names to variables. Not a variable: {each!r:.80}"
            ) from None
        name = variable.op.name if name is None else str(name)
        if name in found:
            raise GraphError(f"At least two variables have the same name: {name}")
        if any(kept is variable for kept in found.values()):
            raise GraphError(f"The same saveable will be restored with two names: {name}")
        found[name] = variable
    return found


def _spec(variable: Variable, reader: CheckpointReader, name: str) -> TensorSpec:
    sizes, kind = variable._ref.sizes, variable.dtype.base_dtype.numpy
    if sizes is None or None in sizes:
        shape = reader.spec(name).shape if reader.has_tensor(name) else ()
        return TensorSpec(shape, kind)
    return TensorSpec(tuple(size for size in sizes if size is not None), kind)


def _differs(reader: CheckpointReader, name: str, wanted: TensorSpec) -> bool:
    found = reader.spec(name)
    return found.dtype != wanted.dtype or found.shape != wanted.shape
