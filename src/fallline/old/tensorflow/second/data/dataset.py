"""Datasets: how the elements come, read anew each time one goes through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.seeds import seeds
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.data.elements import host, packed, shown, stacked, typed
from fallline.old.tensorflow.second.nest import flatten, map_structure, pack_sequence_as
from fallline.old.tensorflow.second.specs import TensorSpec

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2


class Dataset:
    """Elements that come one after the other: tensors, or tuples and dictionaries of them.

    Args:
        elements: Gives an iterator over them, of NumPy's arrays.
        number: How many there are; -1: without end, -2: nobody knows.
        uneven: Whether they are batches whose last may be smaller.
    """

    def __init__(self, elements: Callable[[], Iterator[Any]], number: int, uneven: bool = False) -> None:
        self._elements, self._number, self._uneven = elements, number, uneven

    # Making one

    @staticmethod
    def from_tensor_slices(tensors: Any, name: Any = None) -> Dataset:
        """The rows of arrays."""
        given = tuple(tensors) if isinstance(tensors, tuple) else tensors
        arrays = given if isinstance(given, tuple | dict) else [given]
        form = given if isinstance(given, tuple | dict) else None
        parts = [host(each) for each in flatten(form)] if form is not None else [host(arrays[0])]
        if len({len(part) for part in parts}) != 1:
            raise ValueError(
                f"Dimensions {[len(part) for part in parts]} are not compatible: one row for each element."
            )
        return _Rows(parts, form)

    @staticmethod
    def from_tensors(tensors: Any, name: Any = None) -> Dataset:
        """One element."""
        element = map_structure(host, tensors)
        return Dataset(lambda: iter([element]), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]], output_types: Any = None, output_shapes: Any = None, args: Any = None,
        output_signature: Any = None, name: Any = None,
    ) -> Dataset:  # fmt: skip
        """What a generator gives, in the types that are said."""
        said = output_signature if output_signature is not None else output_types

        def elements() -> Iterator[Any]:
            for element in generator(*(args or ())):
                if said is None:
                    yield map_structure(host, element)
                else:
                    parts = zip(flatten(said), flatten(element), strict=True)
                    yield pack_sequence_as(
                        said, [typed(part, getattr(kind, "dtype", kind)) for kind, part in parts]
                    )

        return Dataset(elements, UNKNOWN_CARDINALITY)

    @staticmethod
    def range(*args: Any, output_type: Any = "int64", name: Any = None) -> Dataset:
        """Whole numbers."""
        numbers = np.arange(*map(int, args)).astype(np.dtype(str(getattr(output_type, "name", output_type))))
        return _Rows([numbers], None)

    @staticmethod
    def zip(*datasets: Any, name: Any = None) -> Dataset:
        """Tuples of the elements of datasets, until one of them ends."""
        form = datasets[0] if len(datasets) == 1 else tuple(datasets)
        parts = flatten(form)

        def elements() -> Iterator[Any]:
            for found in zip(*(part._elements() for part in parts), strict=False):
                yield packed(form, list(found))

        known = [part._number for part in parts if part._number >= 0]
        return Dataset(elements, min(known) if known else parts[0]._number)

    # Another of it

    def batch(
        self, batch_size: Any, drop_remainder: bool = False, num_parallel_calls: Any = None, deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:  # fmt: skip
        """So many elements as one, the last of them fewer unless they are dropped."""
        size = int(batch_size)

        def elements() -> Iterator[Any]:
            waiting: list[Any] = []
            for element in self._elements():
                waiting.append(element)
                if len(waiting) == size:
                    yield stacked(waiting)
                    waiting = []
            if waiting and not drop_remainder:
                yield stacked(waiting)

        number = self._number
        if number >= 0:
            number = number // size if drop_remainder else -(-number // size)
        return Dataset(elements, number, not drop_remainder)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: Any = None,
    ) -> Dataset:
        """The elements in another order: each is drawn from so many that wait."""
        size = max(1, int(buffer_size))
        own = seeds.next(keep=False) if seed is None and seeds.seed is not None else seed
        rounds = [0]

        def elements() -> Iterator[Any]:
            drawing = np.random.default_rng(None if own is None else [int(own), rounds[0]])
            if reshuffle_each_iteration is not False:
                rounds[0] += 1
            return self._shuffled(drawing, size)

        return Dataset(elements, self._number, self._uneven)

    def _shuffled(self, drawing: np.random.Generator, size: int) -> Iterator[Any]:
        waiting: list[Any] = []
        for element in self._elements():
            if len(waiting) < size:
                waiting.append(element)
                continue
            place = int(drawing.integers(size))
            found, waiting[place] = waiting[place], element
            yield found
        for place in drawing.permutation(len(waiting)):
            yield waiting[place]

    def repeat(self, count: Any = None, name: Any = None) -> Dataset:
        """The elements again and again."""
        times = None if count is None or int(count) < 0 else int(count)

        def elements() -> Iterator[Any]:
            turn = 0
            while times is None or turn < times:
                yield from self._elements()
                turn += 1

        number = (
            INFINITE_CARDINALITY
            if times is None
            else self._number * times
            if self._number >= 0
            else self._number
        )
        return Dataset(elements, number)

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:
        """A function of each element; the parts of a tuple are its arguments."""

        def elements() -> Iterator[Any]:
            for element in self._elements():
                given = shown(element)
                found = map_func(*given) if isinstance(given, tuple) else map_func(given)
                yield map_structure(host, tuple(found) if isinstance(found, list) else found)

        return Dataset(elements, self._number, self._uneven)

    def filter(self, predicate: Callable[..., Any], name: Any = None) -> Dataset:
        """The elements for which a function is true."""

        def elements() -> Iterator[Any]:
            for element in self._elements():
                given = shown(element)
                if bool(predicate(*given) if isinstance(given, tuple) else predicate(given)):
                    yield element

        return Dataset(elements, UNKNOWN_CARDINALITY)

    def take(self, count: Any, name: Any = None) -> Dataset:
        """The first so many; -1: all."""
        most = int(count)
        if most < 0:
            return self

        def elements() -> Iterator[Any]:
            for _, element in zip(range(most), self._elements(), strict=False):
                yield element

        return Dataset(elements, min(most, self._number) if self._number >= 0 else most, self._uneven)

    def skip(self, count: Any, name: Any = None) -> Dataset:
        """All but the first so many."""
        first = int(count)

        def elements() -> Iterator[Any]:
            for place, element in enumerate(self._elements()):
                if place >= first:
                    yield element

        return Dataset(
            elements, max(0, self._number - first) if self._number >= 0 else self._number, self._uneven
        )

    def concatenate(self, dataset: Dataset, name: Any = None) -> Dataset:
        """The elements of this one, then those of another."""

        def elements() -> Iterator[Any]:
            yield from self._elements()
            yield from dataset._elements()

        return Dataset(
            elements, self._number + dataset._number if min(self._number, dataset._number) >= 0 else -2
        )

    def enumerate(self, start: int = 0, name: Any = None) -> Dataset:
        """Tuples of a number and the element."""

        def elements() -> Iterator[Any]:
            for place, element in enumerate(self._elements(), start):
                yield np.asarray(place, np.int64), element

        return Dataset(elements, self._number, self._uneven)

    def unbatch(self, name: Any = None) -> Dataset:
        """The rows of the elements."""

        def elements() -> Iterator[Any]:
            for element in self._elements():
                parts = flatten(element)
                for row in zip(*parts, strict=True):
                    yield packed(element, [np.asarray(each) for each in row])

        return Dataset(elements, UNKNOWN_CARDINALITY)

    def prefetch(self, buffer_size: Any = None, name: Any = None) -> Dataset:
        """The same: the arrays lie in memory."""
        return self

    def cache(self, filename: Any = "", name: Any = None) -> Dataset:
        """The same, computed once."""
        kept: list[Any] = []

        def elements() -> Iterator[Any]:
            if not kept:
                kept.append(list(self._elements()))
            return iter(kept[0])

        return Dataset(elements, self._number, self._uneven)

    def with_options(self, options: Any, name: Any = None) -> Dataset:
        """The same."""
        return self

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """What a function makes of it."""
        return transformation_func(self)

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: Any = None) -> Any:
        """A function of what came before and each element; the last that it gives."""
        state = map_structure(tensor_of, initial_state)
        for element in self:
            state = reduce_func(state, element)
        return state

    # What is in it

    def __iter__(self) -> Iterator[Any]:
        return map(shown, self._elements())

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as NumPy's arrays."""
        return (
            map_structure(lambda part: part if part.ndim else part[()], each) for each in self._elements()
        )

    def __len__(self) -> int:
        if self._number < 0:
            raise TypeError(
                "The dataset is infinite." if self._number == -1 else "The dataset length is unknown."
            )
        return self._number

    def __bool__(self) -> bool:
        return True

    def cardinality(self, name: Any = None) -> Any:
        """How many there are; -1: without end, -2: nobody knows."""
        return EagerTensor(Cell(np.asarray(self._number, np.int64)))

    @property
    def element_spec(self) -> Any:
        """The form of the elements."""
        first = next(iter(self._elements()))
        rows = [None] if self._uneven else []
        return map_structure(lambda part: TensorSpec([*rows, *part.shape[len(rows) :]], part.dtype), first)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} element_spec={self.element_spec}>"


class _Rows(Dataset):
    """The rows of arrays: batches of them are slices, and no row is touched alone."""

    def __init__(self, parts: list[Any], form: Any) -> None:
        self._parts, self._form = parts, form
        super().__init__(self._each, len(parts[0]))

    def packed_row(self, parts: list[Any]) -> Any:
        """Parts in the form of the elements."""
        return parts[0] if self._form is None else packed(self._form, parts)

    def _each(self) -> Iterator[Any]:
        for row in range(self._number):
            yield self.packed_row([np.asarray(part[row]) for part in self._parts])

    def batch(self, batch_size: Any, drop_remainder: bool = False, *_: Any, **__: Any) -> Dataset:
        """So many rows as one."""
        return self._batched(lambda: None, int(batch_size), drop_remainder)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: Any = None,
    ) -> Dataset:
        """The rows in another order."""
        if int(buffer_size) < self._number:
            return super().shuffle(buffer_size, seed, reshuffle_each_iteration)
        return _Shuffled(self, seed, reshuffle_each_iteration is not False)

    def _batched(self, order: Callable[[], Any], size: int, drop: bool) -> Dataset:
        number = self._number // size if drop else -(-self._number // size)

        def elements() -> Iterator[Any]:
            places = order()
            for first in range(0, number * size, size):
                rows = slice(first, first + size) if places is None else places[first : first + size]
                yield self.packed_row([part[rows] for part in self._parts])

        return Dataset(elements, number, not drop)


class _Shuffled(Dataset):
    """Rows in an order drawn for each time that one goes through them."""

    def __init__(self, rows: _Rows, seed: Any, anew: bool) -> None:
        own = seeds.next(keep=False) if seed is None and seeds.seed is not None else seed
        self._rows, self._rounds, self._own, self._anew = rows, 0, own, anew
        if own is None and not anew:
            self._own = int(np.random.default_rng().integers(2**31))
        super().__init__(self._each, len(rows))

    def _order(self) -> Any:
        drawing = np.random.default_rng(None if self._own is None else [int(self._own), self._rounds])
        self._rounds += self._anew
        return drawing.permutation(len(self._rows))

    def _each(self) -> Iterator[Any]:
        for row in self._order():
            yield self._rows.packed_row([np.asarray(part[row]) for part in self._rows._parts])

    def batch(self, batch_size: Any, drop_remainder: bool = False, *_: Any, **__: Any) -> Dataset:
        """So many rows as one."""
        return self._rows._batched(self._order, int(batch_size), drop_remainder)
