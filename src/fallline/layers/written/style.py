"""Layers written as in Keras, by `build` and `call`: what such a class is given so that it serves as any layer does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from fallline.errors import UsageError
from fallline.layers.base.arguments import without_batch
from fallline.layers.base.calling import Called
from fallline.layers.base.held import Holder
from fallline.layers.base.layer import STYLES, Layer
from fallline.layers.base.notes import notes
from fallline.layers.base.trying import is_several
from fallline.layers.written import parts
from fallline.layers.written.node import Written
from fallline.layers.written.passes import bring_up
from fallline.own.tracing import IN_A_TRACE, PASS


def adopt(cls: Any) -> None:
    """Gives a class that is written as in Keras what a layer needs.

    Raises:
        UsageError: it is written in both ways.
    """
    # As they are found, not as the class has them: another base may bring them.
    if cls.call is Layer.call and cls.build is Layer.build:
        return
    if "apply" in vars(cls):
        raise UsageError(f"{cls.__name__}: a layer has either init and apply, or build and call, not both.")
    if not cls.written:
        cls.base_class = None if cls.apply is Layer.apply else _derived_from(cls)
        for name, function in INSTEAD.items():
            if next(each for each in cls.__mro__ if name in vars(each)).__module__.startswith(PACKAGE):
                setattr(cls, name, function)
    cls.written, cls.settable, cls.several_inputs = True, None, None
    cls.not_read = Layer.not_read | set(parts.numbers(cls))
    if cls.build is not Layer.build and not getattr(cls.build, "draws_outside_a_pass", False):
        cls.build = _as_in_keras(cls.build)


PACKAGE = __package__.partition(".")[0] + "."


def _derived_from(cls: Any) -> Any:
    """The layer of this package, or written as a tree, that a class with a `call` of its own is derived from."""
    base: Any = next(one for one in cls.__mro__[1:] if issubclass(one, Layer) and one.call is Layer.call)
    if getattr(base, "adapt", None) is not None:
        raise UsageError(
            f"{cls.__name__}: a class derived from {base.__name__}, which learns by adapt, has no call of its "
            f"own. Write a Layer that holds a {base.__name__} which was adapted, or call one after it."
        )
    return base


def _as_in_keras(build: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A `build` of the user's own: when the layer is brought up what they wrote; called by them, it draws the arrays."""

    @functools.wraps(build)
    def wrapped(layer: Any, input_shape: Any) -> None:
        run = PASS.get()
        if run is not None and run.instance is layer:
            build(layer, input_shape)
        elif not IN_A_TRACE.get():
            Called.build(layer, input_shape)
        elif is_several(input_shape):
            bring_up(layer, tuple(without_batch(shape, layer.pure.title) for shape in input_shape))
        else:
            bring_up(layer, without_batch(input_shape, layer.pure.title))

    wrapped.__dict__["draws_outside_a_pass"] = True
    return wrapped


def _set_state(layer: Any, state: dict[str, Any]) -> None:
    Holder.__setstate__(layer, state)
    if notes(layer).before is not None:
        for path, inner in parts.parts(layer).within.items():
            notes(inner).lie_within(layer, path)


def _handed_on(name: str) -> Callable[..., Any]:
    """A pure function of the layer, which `Written` has."""
    return lambda layer, *args, **kwargs: getattr(layer.pure, name)(*args, **kwargs)


INSTEAD: dict[str, Any] = {
    "__setattr__": parts.set_own,
    "__setstate__": _set_state,
    "pure": property(Written),
    **{name: _handed_on(name) for name in ("apply", "init", "output_shape", "sample")},
}
"""What a class written as in Keras has in place of what every layer has, but for what the user calls so."""

STYLES.append(adopt)
