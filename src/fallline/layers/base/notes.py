"""What is noted of a layer beside its own attributes: where its arrays lie, and to whom it belongs."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

from fallline._types import ModelState, Params
from fallline.layers.base.named_arrays import part_of
from fallline.layers.base.weight_spec import WeightSpec

NOTES = "_notes"
"""Under this name a layer keeps what is noted of it."""


@dataclasses.dataclass(eq=False)
class Place:
    """Where the arrays of a layer lie: all that those hold on to who outlive its model or the layer that it is in.

    Attributes:
        arrays: Its parameters and state; None before it is built, and where it is within another layer.
        draw: Draws them as the model does that it is a part of, without that model; None: it is in none.
        within: Where those of the layer lie that it is within, and its path there.
    """

    arrays: tuple[Params, ModelState] | None = None
    draw: Callable[[], tuple[Params, ModelState]] | None = None
    within: tuple[Place, str] | None = None

    def drawn(self) -> tuple[Params, ModelState] | None:
        """The arrays, drawn now if they can be."""
        if self.within is not None:
            held = self.within[0].drawn()
            return None if held is None else part_of(held, self.within[1])
        if self.arrays is None and self.draw is not None:
            self.arrays, self.draw = self.draw(), None
        return self.arrays


@dataclasses.dataclass(eq=False)
class Notes:
    """What is noted of a layer beside its own attributes: no part of its description.

    Attributes:
        place: Where its arrays lie.
        owner: The model that draws them.
        within: The layer that it is within, which holds its arrays, and its path there.
        lent: Who trains them just now.
        fits: The rows for which it was tried: shapes as `output_shape` takes them.
        called_on: The rows that it was first called on, as symbolic tensors.
        first_output: The tensor that this call gave.
        named_by_model: Whether its name was made by a model.
        asked: Of a layer written as in Keras the weights that it asked for, in order.
        specs: Of these the ones that it keeps as attributes.
        before: What `build` has changed: attribute -> its value before.
        draws_always: Whether `call` draws at inference too.
        tried: Of what structure it was when it was tried for that, and on which rows.
    """

    place: Place = dataclasses.field(default_factory=Place)
    owner: weakref.ref[Any] | None = None
    within: tuple[weakref.ref[Any], str] | None = None
    lent: Any = None
    fits: Any = None
    called_on: Any = None
    first_output: Any = None
    named_by_model: bool = False
    asked: list[WeightSpec] = dataclasses.field(default_factory=list)
    specs: dict[str, WeightSpec] = dataclasses.field(default_factory=dict)
    before: dict[str, Any] | None = None
    draws_always: bool = False
    tried: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle keeps: not to whom the layer belongs, which is for its owner to say."""
        return vars(self) | {
            "place": Place(self.arrays),
            "owner": None,
            "within": None,
            "lent": None,
            "tried": None,
        }

    def lie_within(self, outer: Any, path: str) -> None:
        """Notes that it is the layer `path` within another."""
        self.within, self.place.within = (weakref.ref(outer), path), (notes(outer).place, path)

    @property
    def arrays(self) -> tuple[Params, ModelState] | None:
        """Its parameters and state; None before it is built."""
        return self.place.arrays

    @arrays.setter
    def arrays(self, arrays: tuple[Params, ModelState] | None) -> None:
        self.place.arrays, self.place.draw = arrays, None


def notes(layer: Any) -> Notes:
    """What is noted of a layer."""
    found = layer.__dict__.get(NOTES)
    if found is None:
        found = layer.__dict__[NOTES] = Notes()
    return found
