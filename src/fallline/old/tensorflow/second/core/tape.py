"""`tf.GradientTape`: gradients of what was recorded, by one compiled program for each structure.

The way from the sources to the targets is a program of its own (`running.form`), which JAX differentiates. A loop whose
steps record the same compiles once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.running.form import Form, GradientForm, Instruction, added, attributes_of
from fallline.old.tensorflow.second.core.entries import Cell, Entry, Recorder, open_recorders, record
from fallline.old.tensorflow.second.core.evaluation import cell_of, flat
from fallline.old.tensorflow.second.core.forms import JacobianForm, run
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.own.variable import Variable as Held


class GradientTape:
    """Records what is computed of variables that are trained, and of what it is told to watch.

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x) - y))
        gradients = tape.gradient(loss, model.trainable_variables)

    Args:
        persistent: Whether `gradient` may be asked more than once.
        watch_accessed_variables: Whether trainable variables are followed without being named.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent, self._accessed = persistent, watch_accessed_variables
        self._recorder = Recorder(watch_accessed_variables)
        self._asked = False

    def __enter__(self) -> GradientTape:
        open_recorders.append(self._recorder)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._recorder in open_recorders:
            open_recorders.remove(self._recorder)

    def watch(self, tensor: Any) -> None:
        """What is computed of these tensors or variables is recorded from now on."""
        for each in flat(tensor):
            cell = cell_of(each)
            if cell.owner is not None:
                self._recorder.variables[id(cell.owner)] = cell.owner
            self._recorder.follow(cell)

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables that were followed."""
        return tuple(self._recorder.variables.values())

    def reset(self) -> None:
        """Forgets what was recorded."""
        was_open = self._recorder in open_recorders
        self._stop()
        self._recorder = Recorder(self._accessed)
        if was_open:
            open_recorders.append(self._recorder)

    def stop_recording(self) -> _Paused:
        """Within, nothing is recorded."""
        return _Paused(self._recorder)

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """The gradients of the targets, summed over all their elements, with respect to the sources.

        Args:
            target: A tensor, or several.
            sources: Tensors or variables, in lists or dictionaries.
            output_gradients: Weights of the targets; None: ones.
            unconnected_gradients: What a source gives that the target does not depend on: "none" or "zero".

        Returns:
            Tensors in the form of the sources.

        Raises:
            RuntimeError: a tape that is not persistent is asked twice.
        """
        way = self._way(target, sources)
        weights = None if output_gradients is None else [cell_of(each) for each in flat(output_gradients)]
        gradients = way.gradients(weights) if way is not None else {}
        zero = str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "zero"

        def of(source: Any) -> Any:
            found = gradients.get(id(_identity(source)))
            if found is None and zero:
                return EagerTensor(Cell(np.zeros_like(np.asarray(cell_of(source).value))))
            return found

        return _like(sources, of)

    def jacobian(
        self, target: Any, sources: Any, unconnected_gradients: Any = "none", parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:  # fmt: skip
        """The derivatives of each element of the target: shape of the target, then that of the source."""
        del unconnected_gradients, parallel_iterations, experimental_use_pfor
        way = self._way(target, sources)
        found = way.jacobians() if way is not None else {}
        return _like(sources, lambda source: found.get(id(_identity(source))))

    def batch_jacobian(
        self, target: Any, source: Any, unconnected_gradients: Any = "none", parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:  # fmt: skip
        """The derivatives of each row of the target with respect to the same row of the source."""
        full = self.jacobian(target, source)
        if full is None:
            return None
        array = np.asarray(full.value)
        rows, rank = array.shape[0], np.ndim(target)
        picked = np.stack([np.take(array[row], row, axis=rank - 1) for row in range(rows)])
        return EagerTensor(Cell(picked))

    def _way(self, target: Any, sources: Any) -> _Way | None:
        if self._asked and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)"
            )
        self._asked = True
        recorder = self._recorder
        if not self._persistent:
            self._stop()
        targets = [cell_of(each) for each in flat(target)]
        wanted = [_identity(each) for each in flat(sources)]
        return _way(recorder.entries, targets, [each for each in wanted if _may_move(each, recorder)])


class _Paused:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __enter__(self) -> None:
        self._was_open = self._recorder in open_recorders
        if self._was_open:
            open_recorders.remove(self._recorder)

    def __exit__(self, *_: object) -> None:
        if self._was_open:
            open_recorders.append(self._recorder)


def _identity(source: Any) -> Any:
    """What tells a source apart: a variable itself, a tensor's cell."""
    return source if isinstance(source, Variable | Held) else cell_of(source)


def _may_move(source: Any, recorder: Recorder) -> bool:
    """Whether a source was followed, and is of floats."""
    cell = source if isinstance(source, Cell) else cell_of(source)
    if not jnp.issubdtype(cell.value.dtype, jnp.inexact):
        return False
    return recorder.follows(cell) or id(source) in recorder.variables


def _like(sources: Any, of: Callable[[Any], Any]) -> Any:
    """Results in the form of the sources."""
    if isinstance(sources, list | tuple):
        return [_like(each, of) for each in sources]
    if isinstance(sources, dict):
        return {key: _like(each, of) for key, each in sources.items()}
    return of(sources)


# --- the way from sources to targets ----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class _Way:
    """The part of what was recorded that leads from sources to targets.

    Attributes:
        form: It, as a program of its leaves.
        leaves: Its arguments.
        wanted: For each source that is reached the places of its arguments.
        sources: These sources.
    """

    form: Form
    leaves: list[Cell]
    wanted: tuple[tuple[int, ...], ...]
    sources: list[Any]

    def gradients(self, weights: Sequence[Cell] | None) -> dict[int, EagerTensor]:
        """The gradient to each source, by its identity."""
        ys = len(self.form.results)
        form = GradientForm(self.form, self.wanted, ys, weights is not None)
        return self._computed(form, [*self.leaves, *(weights or ())])

    def jacobians(self) -> dict[int, EagerTensor]:
        """The Jacobian to each source, by its identity."""
        return self._computed(JacobianForm(self.form, self.wanted), self.leaves)

    def _computed(self, form: Any, cells: list[Cell]) -> dict[int, EagerTensor]:
        with jax.enable_x64(True):
            form, found = run(form, cells)
        outputs = [Cell(each) for each in found]
        record(form, {}, cells, outputs, [True] * len(cells))
        return {id(source): EagerTensor(cell) for source, cell in zip(self.sources, outputs, strict=True)}


def _way(entries: Sequence[Entry], targets: Sequence[Cell], sources: Sequence[Any]) -> _Way | None:
    """The way from sources to targets; None: there is none."""
    active = list(_active(entries, targets, sources))
    computed = {id(cell) for entry in active for cell in entry.outputs}
    groups, reached = [], []
    used = {id(cell): cell for entry in active for cell in entry.inputs}
    used |= {id(cell): cell for cell in targets}
    for source in dict.fromkeys(sources):
        cells = [cell for cell in used.values() if cell is source or cell.owner is source]
        if cells:
            groups.append(cells)
            reached.append(source)
    if not groups:
        return None
    return _assembled(active, computed, targets, groups, reached)


def _active(entries: Sequence[Entry], targets: Sequence[Cell], sources: Sequence[Any]) -> Iterator[Entry]:
    """What lies on the way, in its order."""
    roots = {id(source) for source in sources}
    moving: set[int] = set()
    forward = []
    for entry in entries:
        if any(
            passes and (id(cell) in moving or id(cell) in roots or id(cell.owner) in roots)
            for cell, passes in zip(entry.inputs, entry.passes, strict=True)
        ):
            moving.update(map(id, entry.outputs))
            forward.append(entry)
    needed = {id(cell) for cell in targets}
    kept = []
    for entry in reversed(forward):
        if any(id(cell) in needed for cell in entry.outputs):
            needed.update(id(cell) for cell, passes in zip(entry.inputs, entry.passes, strict=True) if passes)
            kept.append(entry)
    return reversed(kept)


class _Places:
    """Numbers for cells, and the cells that come as arguments."""

    def __init__(self) -> None:
        self.leaves: list[Cell] = []
        self._known: dict[int, int] = {}
        self._number = 0

    def new(self) -> int:
        """A place that nothing has."""
        self._number += 1
        return self._number - 1

    def leaf(self, cell: Cell) -> int:
        """The place of an argument."""
        if id(cell) not in self._known:
            self._known[id(cell)] = self.new()
            self.leaves.append(cell)
        return self._known[id(cell)]

    def output(self, cell: Cell) -> int:
        """The place of a result."""
        return self._known.setdefault(id(cell), self.new())

    def at(self, cell: Cell) -> int:
        """The place of what may be either."""
        return self._known[id(cell)] if id(cell) in self._known else self.leaf(cell)


def _assembled(
    active: list[Entry],
    computed: set[int],
    targets: Sequence[Cell],
    groups: list[list[Cell]],
    sources: list[Any],
) -> _Way:
    places: _Places = _Places()
    zeros: dict[int, int] = {}
    for cell in (cell for group in groups for cell in group):
        if id(cell) in computed:
            # The gradient to what is computed on the way is that to a zero which is added to it.
            zero = Cell(np.zeros_like(np.asarray(cell.value)))
            zeros[id(cell)] = places.leaf(zero)
        else:
            places.leaf(cell)
    instructions = []
    for entry in active:
        # Where no gradient passes, the value that was computed is taken as it stands.
        inputs = [
            places.at(cell) if passes else places.leaf(Cell(cell.value))
            for cell, passes in zip(entry.inputs, entry.passes, strict=True)
        ]
        outputs, moved = [], []
        for cell in entry.outputs:
            if id(cell) in zeros:
                raw = places.new()
                outputs.append(raw)
                moved.append(Instruction(added, (), (raw, zeros[id(cell)]), (places.output(cell),)))
            else:
                outputs.append(places.output(cell))
        instructions.append(
            Instruction(entry.compute, attributes_of(entry.attributes), tuple(inputs), tuple(outputs))
        )
        instructions += moved
    results = tuple(places.at(cell) for cell in targets)
    arguments = tuple(places.at(cell) for cell in places.leaves)
    positions = {place: position for position, place in enumerate(arguments)}
    wanted = tuple(
        tuple(positions[zeros.get(id(cell), places.at(cell))] for cell in group) for group in groups
    )
    return _Way(Form(arguments, tuple(instructions), results), places.leaves, wanted, sources)
