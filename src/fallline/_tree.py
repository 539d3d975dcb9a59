"""Frozen dataclasses that are JAX pytrees: numbers are leaves, structure is static.

Every object that describes a run (a layer, an optimizer, a penalty, a stopping rule) is declared with
`@tree`. A field is a leaf unless it is declared with `static()`. Because the leaves are arguments of the
compiled program, a new learning rate never recompiles, and a population is the same tree with stacked
leaves. A field that is `None` is structure, not a number: "no momentum" and "momentum 0.9" are two
programs, "momentum 0.8" and "momentum 0.9" are one. A function or object of a user's own in a static field, and a class of
theirs that is a node, are structure by what they read, see `own.reads`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, dataclass_transform

import jax
import jax.numpy as jnp
import numpy as np

from fallline.own.reads import Own, held, is_foreign
from fallline.own.shown import fields_shown

T = TypeVar("T")
PyTree = Any

DECLARED = "_is_tree"
"""Under this name a class says that it was declared with `tree`."""

KEPT = "_fallline_kept"
"""Under this name an object says what it keeps besides its fields, see `own.classes`."""


def static(*, default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """A field that belongs to the structure: changing it compiles another program. Must be hashable."""
    return dataclasses.field(default=default, metadata={"static": True}, **options)


def is_static(field: dataclasses.Field[Any]) -> bool:
    """Whether a field was declared with `static()`."""
    return bool(field.metadata.get("static", False))


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field, static))
def tree(cls: type[T]) -> type[T]:
    """Declares a frozen dataclass whose non-static fields are the children of a pytree node.

    Attributes named in the class variable `settable` may be assigned, all of them where it is None; everything else
    is frozen.

    Two objects are equal only if they are the same object (layers are shared by identity); whether two
    share a compiled program is asked of their tree structure, which compares the static fields.
    """
    for name in ("__init__", "__setattr__"):
        if getattr(vars(cls).get(name), "passes_on", False):  # stands in for the one that is made here
            delattr(cls, name)
    shows_itself = getattr(cls, "writes_repr", False)
    cls = dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
    if not shows_itself and "__repr__" not in vars(cls):
        cls.__repr__ = fields_shown  # type: ignore[method-assign]
    setattr(cls, DECLARED, True)
    if "flattened" in vars(cls):  # says itself what its children are, and makes one of them
        jax.tree_util.register_pytree_with_keys(cls, cls.flattened, cls.unflattened)  # type: ignore[attr-defined]
    else:
        register(cls)
    if getattr(cls, "settable", ()):
        _let_set(cls)
    return cls


def nearest_tree(cls: type) -> type | None:
    """The class itself, or the nearest that it derives from, that was declared with `tree`; None: there is none."""
    # A dataclass of a user's own, such as a callback, is none.
    return next((each for each in cls.__mro__ if DECLARED in vars(each)), None)


def register(cls: type, kept: Callable[[Any], Mapping[str, Any]] | None = None) -> None:
    """Makes a pytree node of a class with fields.

    A class whose static fields hold an object of a user's own may say by a property `beside` which objects within that
    one stand in its other fields, and are compared there.

    Args:
        cls: The class.
        kept: node -> what it keeps besides its fields, as structure; None where it can keep nothing.
    """
    fields = dataclasses.fields(cls)
    children = tuple(field.name for field in fields if not is_static(field))
    statics = tuple(field.name for field in fields if is_static(field))
    foreign = is_foreign(cls)
    says_beside = "beside" in dir(cls)

    def structure(node: Any) -> tuple[Any, ...]:
        beside = node.beside if says_beside else ()
        fixed = tuple(held(getattr(node, name), beside) for name in statics)
        besides = None if kept is None else Own(kept(node))
        return fixed, besides, Own(cls) if foreign else None

    def flatten_with_keys(node: Any) -> tuple[list[tuple[Any, Any]], tuple[Any, ...]]:
        keyed = [(jax.tree_util.GetAttrKey(name), getattr(node, name)) for name in children]
        return keyed, structure(node)

    def flatten(node: Any) -> tuple[list[Any], tuple[Any, ...]]:
        return [getattr(node, name) for name in children], structure(node)

    def unflatten(structure: tuple[Any, ...], values: Iterable[Any]) -> Any:
        # Not through __init__: inside a transformation the values are tracers or placeholders, which the
        # checks of __post_init__ must never see.
        fixed, besides, _ = structure
        node: Any = object.__new__(cls)
        for name, value in zip(children, values, strict=True):
            object.__setattr__(node, name, value)
        for name, value in zip(statics, fixed, strict=True):
            object.__setattr__(node, name, value.thing if isinstance(value, Own) else value)
        if besides is not None:
            node.__dict__.update(besides.thing, **{KEPT: tuple(besides.thing)})
        return node

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)


@dataclasses.dataclass
class Assignments:
    """How many settable attributes of trees were assigned so far: while the number stays, so do all trees."""

    made: int = 0


assignments = Assignments()


def _let_set(cls: type) -> None:
    """Lets the settable attributes be assigned, as Keras's programs do; all others stay frozen.

    A description is copied when a run or a model takes it, so that an assignment never reaches into either.
    """

    def set_attribute(node: Any, name: str, value: Any) -> None:
        assignments.made += 1
        settable = type(node).settable
        if settable is None:
            object.__setattr__(node, name, value)
            return
        if name not in settable:
            kind = type(node).__name__
            raise dataclasses.FrozenInstanceError(
                f"{kind}.{name} cannot be assigned; make a new {kind} with the other {name}."
            )
        # A copy with the new value is checked as a new object is, and what it made of the value is taken over.
        checked = replace(node, **{name: value})
        if hasattr(checked, "__post_init__"):
            checked.__post_init__()
        object.__setattr__(node, name, getattr(checked, name))

    cls.__setattr__ = set_attribute  # type: ignore[method-assign,assignment]


def assign(node: Any, **values: Any) -> None:
    """Sets fields of a frozen object. Only for `__post_init__`, to turn a name into the thing it names."""
    for name, value in values.items():
        object.__setattr__(node, name, value)


def replace(node: T, **changes: Any) -> T:
    """A copy of a tree with some fields changed, without running its `__post_init__` again."""
    names = {field.name for field in dataclasses.fields(node)}  # type: ignore[arg-type]
    if unknown := set(changes) - names:
        raise TypeError(f"{type(node).__name__} has no field {', '.join(sorted(unknown))}")
    copy: T = object.__new__(type(node))
    for name in names:
        object.__setattr__(copy, name, changes.get(name, getattr(node, name)))
    if kept := getattr(node, "__dict__", {}).get(KEPT):
        copy.__dict__.update({name: node.__dict__[name] for name in (KEPT, *kept)})
    return copy


def canonical_number(leaf: Any) -> np.ndarray[Any, Any] | jax.Array:
    """A leaf as the array that the compiled program receives: numbers become float32 (or float64) scalars.

    Without this, `1`, `0.1`, `np.float64(0.1)` and a stacked array would be four types, hence four programs.
    What counts (a seed, a patience) is declared with NumPy's integer types and stays whole.
    """
    if isinstance(leaf, jax.Array):
        return leaf
    array = np.asarray(float(leaf) if type(leaf) is int else leaf)
    return array.astype(jax.dtypes.canonicalize_dtype(_default_dtype(array.dtype)), copy=False)


def _default_dtype(dtype: np.dtype[Any]) -> Any:
    return np.float64 if np.issubdtype(dtype, np.floating) and dtype != np.float32 else dtype


def canonical(node: T) -> T:
    """A tree whose leaves are all arrays of the canonical number types."""
    return jax.tree.map(canonical_number, node)


def stack(nodes: Sequence[T]) -> T:
    """One tree whose leaves carry a leading member axis, from trees of one structure.

    Raises:
        ValueError: the trees differ in structure (as JAX words it; callers check first).
    """
    return jax.tree.map(
        lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *map(canonical, nodes)
    )


def all_finite(node: PyTree) -> jax.Array:
    """Whether every floating leaf of a tree is finite: a boolean scalar."""
    # x - x is 0 or NaN. Sums by columns, all in one row: a third of the operations of one question for each leaf, which
    # counts where an epoch is a step. A maximum would not do: over devices it loses NaN.
    columns = [
        jnp.sum(leaf - leaf, axis=tuple(range(leaf.ndim - 1))).reshape(-1).astype(jnp.float32)
        for leaf in map(jnp.asarray, jax.tree.leaves(node))
        if jnp.issubdtype(leaf.dtype, jnp.inexact)
    ]
    return jnp.isfinite(jnp.concatenate(columns)).all() if columns else jnp.asarray(True)


def select(condition: jax.Array, if_true: T, if_false: T) -> T:
    """`if_true` where the boolean scalar holds, else `if_false`, leaf by leaf."""
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), if_true, if_false)


def leaf_name(path: Sequence[Any]) -> str:
    """The path of a leaf as a person writes it: `dense_1/kernel`."""
    return "/".join(str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key)))) for key in path)


def named_leaves(node: PyTree, is_leaf: Callable[[Any], bool] | None = None) -> dict[str, Any]:
    """The leaves of a tree under their path names."""
    paths, _ = jax.tree_util.tree_flatten_with_path(node, is_leaf=is_leaf)
    return {leaf_name(path): leaf for path, leaf in paths}
