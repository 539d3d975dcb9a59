"""One table of names per noun.

A `Registry` resolves what a user may write where an object is expected: a name (`"adam"`), an object, a
configuration made by `to_config`, or a plain function where the noun allows one.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fallline.errors import SavedFileError, UnknownNameError, UsageError
from fallline.registry import custom_objects
from fallline.registry.argument_names import check_names
from fallline.registry.configuration import from_config, to_config
from fallline.registry.custom_objects import custom_object_scope
from fallline.registry.described import Described, plain
from fallline.registry.tables import TABLES

T = TypeVar("T", bound="Described")


class Registry(Generic[T]):
    """The names of one noun (say "optimizer"), kept where the noun is defined.

    Args:
        noun: The word used in messages, e.g. `optimizer`.
        module: The public module of the noun, e.g. `optimizers`; the first half of a class's saved name.
        wrap: What to do with a function or object of the user's own; by default the class that `holds_functions` takes
            it, and where there is none the noun takes none.

    Attributes:
        functions: A function of the package -> the class that stands for it.
    """

    def __init__(self, noun: str, module: str, wrap: Callable[[Callable[..., Any]], T] | None = None) -> None:
        self.noun = noun
        self.module = module
        self._wrap = wrap
        self._makers: dict[str, Callable[[], T]] = {}
        self._classes: dict[str, type[T]] = {}
        self._holders: dict[str, Any] = {}
        self.functions: dict[Callable[..., Any], type[T]] = {}
        TABLES[module] = self

    def register(self, *names: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: the class's own name and `names` (with default arguments) resolve to it."""

        def add(cls: type[T]) -> type[T]:
            held = self._classes.get(cls.__name__)
            # A notebook's cell that is run again defines its class anew.
            if held is not None and (held.__module__, held.__qualname__) != (
                cls.__module__,
                cls.__qualname__,
            ):
                raise UsageError(
                    f"{self.noun}: there is a {cls.__name__} already, by which files know another class. Give yours "
                    "another name."
                )
            check_names(cls)
            self._classes[cls.__name__] = cls
            for name in (cls.__name__, *names):
                self._makers[name] = cls
            return cls

        return add

    def holds_functions(self, cls: type[T]) -> type[T]:
        """Class decorator for the class that wraps functions of the user's own: no name resolves to it."""
        self._holders[cls.__name__] = cls
        if self._wrap is None:
            self._wrap = self._held
        return cls

    def _held(self, thing: Any) -> T:
        if inspect.isfunction(thing) and thing in self.functions:
            return self.functions[thing]()
        # An object of the user's own that is no tree cannot enter a compiled program; held, it is structure.
        if isinstance(thing, Described) and dataclasses.is_dataclass(thing):
            return thing
        (hold,) = self._holders.values()
        held: T = hold(thing)
        return held

    def find(self, name: str) -> type[T] | None:
        """The class of a saved name, or None."""
        return self._classes.get(name) or self._holders.get(name)

    def placed(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """A configuration whose class has its module before its name.

        Keras has it beside, and older versions of Keras took any name.
        """
        name = config.get("class_name")
        if not isinstance(name, str) or "." in name or "module" in config:
            return dict(config)
        # Without making one: a layer cannot be made without its arguments.
        maker: Any = self._makers.get(name) or self._plain_makers().get(plain(name))
        kind = maker if isinstance(maker, type) else type(self.get(name))
        return {**config, "class_name": f"{self.module}.{kind.__name__}"}

    def serializers(
        self, kind: type[T], get: Callable[[Any], Any]
    ) -> tuple[Callable[[Any], Any], Callable[..., Any]]:
        """Keras's `serialize` and `deserialize` of a noun.

        Args:
            kind: What every object of the noun is.
            get: The noun's way from a name, an object or a function to an object.
        """

        def serialize(thing: Any) -> Any:
            """A dictionary for JSON, from which `deserialize` makes an equal object.

            Args:
                thing: An object, its name, or a function that is defined under a name.

            Raises:
                UsageError: it holds a function without a name.

            Source: Keras 3.
            """
            return to_config(thing if isinstance(thing, kind) else get(thing))

        def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
            """The object that `serialize` described, Keras's own included; a name is taken too.

            Args:
                config: The dictionary, or a name.
                custom_objects: What the names of your own functions and classes stand for.

            Raises:
                SavedFileError: the dictionary names something that is not there.

            Source: Keras 3.
            """
            with custom_object_scope(custom_objects):
                described = from_config(self.placed(config)) if isinstance(config, dict) else config
                if isinstance(described, Described) and not isinstance(described, kind):
                    raise SavedFileError(
                        f"{self.noun}: the configuration describes a {type(described).__name__}."
                    )
                return described if isinstance(described, kind) else get(described)

        return serialize, deserialize

    def names(self) -> list[str]:
        """Every name that resolves, sorted."""
        return sorted(self._makers)

    def _plain_makers(self) -> dict[str, Callable[[], T]]:
        return {plain(name): maker for name, maker in self._makers.items()}

    def classes(self) -> dict[str, type[T]]:
        """Every registered class under its own name."""
        return dict(self._classes)

    def get(self, identifier: Any) -> T:
        """Resolves a name, an object, a configuration, or a function.

        A function of the package becomes the class that stands for it, so that it can be saved and fused with others.

        Raises:
            UnknownNameError: no such name; the message suggests the nearest.
            UsageError: the thing given is none of these.
        """
        if isinstance(identifier, str):
            own = custom_objects.known_as(identifier)
            if own is not None:
                return self.get(own() if isinstance(own, type) else own)
            maker = self._makers.get(identifier) or self._plain_makers().get(plain(identifier))
            if maker is not None:
                return maker()
            raise UnknownNameError(self.noun, identifier, self.names())
        kinds = (*self._classes.values(), *self._holders.values())
        if isinstance(identifier, kinds) and not (identifier.written and self._wrap):
            return identifier
        if isinstance(identifier, dict) and "custom" in identifier:
            return self.get(from_config(identifier))
        if isinstance(identifier, dict) and "class_name" in identifier:
            described: T = from_config(self.placed(identifier))
            if not isinstance(described, kinds):
                raise UsageError(f"{self.noun}: the configuration describes a {type(described).__name__}.")
            return described
        if isinstance(identifier, type) and identifier in self._classes.values():
            raise UsageError(
                f"{self.noun}: got the class {identifier.__name__}; write {identifier.__name__}() to make one."
            )
        if callable(identifier) and self._wrap is not None:
            return self._wrap(identifier)
        accepted = "a name, an object" + (" or a function" if self._wrap else "")
        raise UsageError(
            f"{self.noun}: expected {accepted}, got {type(identifier).__name__} {identifier!r:.60}."
        )
