"""Classes derived from a tree and not declared with `tree`, as Keras's programs derive from built-in ones.

    class Firm(fl.regularizers.L2):
        def __init__(self, l2=0.1, share=0.5):
            super().__init__(l2)
            self.share = share

        def __call__(self, w):
            return self.share * super().__call__(w)

With its first object such a class becomes a tree, whose fields are those of the class that it derives from. What its
`__init__` keeps on `self` besides is structure: two objects that keep equal things share a program.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

from fallline._tree import KEPT, nearest_tree, register
from fallline.errors import UsageError

_OPEN = "_fallline_open"
"""Under this name an object in its `__init__` notes which attributes were assigned."""

_trees: set[type] = set()
_lock = threading.Lock()


class Derivable:
    """What may be derived from without declaring the class with `tree`.

    Attributes:
        written: Whether objects of a class of the user's own are held as they are, as structure: no tree.
    """

    written: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if nearest_tree(cls) is not None:
            _follow(cls)

    def _as_made(self) -> Any:
        """The object as its `__init__` has left it."""
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Copied or unpickled: not through __init__.
        if _is_derived(type(self)):
            _become_tree(type(self))
        self.__dict__.update(state)


def kept(node: Any) -> dict[str, Any]:
    """What an object keeps besides its fields."""
    return {name: node.__dict__[name] for name in node.__dict__.get(KEPT, ())}


def defines(cls: type, name: str) -> bool:
    """Whether a class that is no tree by declaration has a method of its own, or from below the tree it derives from."""
    own = [vars(each)[name] for each in _below_tree(cls) if name in vars(each)]
    return any(not getattr(method, "passes_on", False) for method in own)


def place_of(cls: type, *names: str) -> int:
    """The place, among the classes that a class derives from, of the first with a method of one of these names."""
    places = [place for place, each in enumerate(cls.__mro__) if vars(each).keys() & set(names)]
    return min(places, default=len(cls.__mro__))


def native(cls: type, name: str, stand_in: object) -> Any:
    """The method that a class had before a stand-in took its place, which calls another of its methods."""
    return next(vars(each)[name] for each in cls.__mro__ if vars(each).get(name, stand_in) is not stand_in)


def _below_tree(cls: type) -> list[type]:
    tree = nearest_tree(cls)
    return [] if tree is None else list(cls.__mro__[: cls.__mro__.index(tree)])


def _is_derived(cls: type[Derivable]) -> bool:
    return not cls.written and nearest_tree(cls) not in (None, cls)


def _follow(cls: type[Derivable]) -> None:
    """Puts what makes a tree of the class around its `__init__`; around its parent's where it has none."""
    own = vars(cls).get("__init__")

    @functools.wraps(own or cls.__init__)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original = own.__get__(self) if own is not None else super(cls, self).__init__
        if type(self) is not cls or cls.written:
            original(*args, **kwargs)
        elif nearest_tree(cls) is cls:
            try:
                original(*args, **kwargs)
            except dataclasses.FrozenInstanceError as error:
                raise UsageError(
                    f"{cls.__name__}: {error} in __init__. Declare what an object keeps as a field of the class, such as "
                    "share: float = 0.5, and leave __init__ out; or leave @fl.tree out."
                ) from None
        else:
            _become_tree(cls)
            with _opened(self):
                original(*args, **kwargs)

    init.__dict__["passes_on"] = own is None
    cls.__init__ = init  # type: ignore[method-assign]


@contextlib.contextmanager
def _opened(node: Any) -> Iterator[None]:
    """Lets attributes be assigned, then checks the object.

    Raises:
        UsageError: `super().__init__` was not called.
    """
    assigned = node.__dict__[_OPEN] = set[str]()
    try:
        yield
    finally:
        del node.__dict__[_OPEN]
    names = {field.name for field in dataclasses.fields(node)}
    if missing := [name for name in names if name not in node.__dict__]:
        kind, tree = type(node), nearest_tree(type(node))
        assert tree is not None
        raise UsageError(
            f"{kind.__name__}: its __init__ must call super().__init__(), which gives it what a {tree.__name__} has "
            f"({', '.join(sorted(missing)[:3])})."
        )
    if assigned & names and hasattr(node, "__post_init__"):
        node.__post_init__()
    node.__dict__[KEPT] = tuple(sorted(name for name in assigned - names if name in node.__dict__))


def _become_tree(cls: type) -> None:
    """Registers a class with the fields of the tree that it derives from, once.

    Raises:
        UsageError: it declares fields, which only `tree` makes.
    """
    with _lock:
        if cls in _trees:
            return
        _require_no_fields(cls)
        register(cls, kept)
        _let_init_set(cls)
        _trees.add(cls)


def _require_no_fields(cls: type) -> None:
    for each in _below_tree(cls):
        declared = [
            name for name, kind in inspect.get_annotations(each).items() if "ClassVar" not in str(kind)
        ]
        if declared and not defines(each, "__init__"):
            raise UsageError(
                f'{each.__name__}: it declares the field "{declared[0]}"; decorate the class with @fl.tree.'
            )


def _let_init_set(cls: type) -> None:
    names = {field.name for field in dataclasses.fields(cls)}
    inherited: Any = cls.__setattr__

    def set_attribute(node: Any, name: str, value: Any) -> None:
        assigned = node.__dict__.get(_OPEN)
        if assigned is not None:
            object.__setattr__(node, name, value)
            assigned.add(name)
        elif name in names:
            inherited(node, name, value)
        else:
            raise UsageError(
                f"{type(node).__name__}.{name} can be set in __init__ alone: the object is a part of a compiled program, "
                "which would not see it change."
            )

    cls.__setattr__ = set_attribute  # type: ignore[method-assign,assignment]
