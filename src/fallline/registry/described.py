"""What a configuration describes: every noun of a run."""

from __future__ import annotations

import abc
import dataclasses
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from fallline._tree import assign
from fallline.errors import UsageError
from fallline.own.arguments import own_arguments
from fallline.own.classes import defines
from fallline.own.shown import cut, shown
from fallline.registry.argument_names import Modernised
from fallline.registry.configuration import arguments_of, from_config, takes_no_arguments, to_config


class Described(Modernised, abc.ABC):
    """What a configuration describes: the base of every noun (layer, optimizer, loss, ...).

    Attributes:
        writes_repr: Tells `tree` that these classes show themselves: only what differs from the defaults.
    """

    writes_repr: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Checks the fields that were declared with a check, such as `_ranges.number`, here or where they are from."""
        if not dataclasses.is_dataclass(self):  # a class of the user's own
            return
        declared = [vars(cls).get("__dataclass_fields__", {}) for cls in type(self).__mro__]
        for name in [field.name for field in dataclasses.fields(self)]:
            checks = [fields[name].metadata.get("check") for fields in declared if name in fields]
            if check := next(filter(None, checks), None):
                assign(self, **{name: check(f"{type(self).__name__}: {name}", getattr(self, name))})

    def __repr__(self) -> str:
        if not dataclasses.is_dataclass(self):  # a class of the user's own
            return object.__repr__(self)
        given = [
            f"{name}={shown(value)}"
            for name, value in arguments_of(self).items()
            if not _is_default(self, name, value)
        ]
        return cut(f"{type(self).__name__}({', '.join(given)})")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object, as a dictionary for JSON; nested objects likewise.

        Raises:
            UsageError: an argument is a function of your own without a name (a lambda), which JSON cannot carry; or
                a class of your own does not say its arguments.
        """
        if not dataclasses.is_dataclass(self):
            if takes_no_arguments(type(self)):
                return {}
            kind = type(self).__name__
            raise UsageError(
                f"cannot save {kind}: give it a get_config that returns the arguments of {kind}(...)."
            )
        # One written as in Keras without arguments is given what every object of its kind has, see `from_config`.
        own = defines(type(self), "__init__") and not (self.written and takes_no_arguments(type(self)))
        if own and not defines(type(self), "get_config"):
            return own_arguments(self, to_config)
        return {name: to_config(value) for name, value in arguments_of(self).items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The object that a `get_config` described, Keras's own included.

        Raises:
            UsageError: an argument is unknown or out of its range.
            SavedFileError: the configuration names a class that this version does not have.
        """
        if not isinstance(config, Mapping):
            raise UsageError(f"{cls.__name__}: a configuration is a dictionary, got {type(config).__name__}.")
        arguments = dict(config)
        if dataclasses.is_dataclass(cls):  # not every class of the user's own is one
            own = {field.name for field in dataclasses.fields(cls)}
            arguments = {
                name: value for name, value in config.items() if name in own or name not in KERAS_ONLY
            }
        return cls(**{name: from_config(value) for name, value in arguments.items()})


KERAS_ONLY = frozenset(
    [
        "dtype",
        "trainable",
        "sparse",
        "ragged",
        "optional",
        "batch_input_shape",
        "data_format",
        "synchronized",
        "quantization_config",
        "lora_rank",
        "lora_alpha",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "rms_scaling",
    ]
)
"""Entries of Keras's configurations that have no counterpart in some classes here."""


def _is_default(node: Any, name: str, value: Any) -> bool:
    default = next(field.default for field in dataclasses.fields(node) if field.name == name)
    if isinstance(value, Described):
        # A name that stands as the default, such as "glorot_uniform", has become the object that it names.
        return isinstance(default, str) and f"{plain(default)}()" == plain(repr(value))
    return type(value) in (type(default), int, float) and bool(value == default)


def snake_case(name: str) -> str:
    """A class's name as objects are named after it: `BatchNormalization` gives `batch_normalization`.

    Source: Keras 3, whose rule makes `p_re_lu` of `PReLU`.
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).casefold()


def plain(name: str) -> str:
    """A name without case and underscores: "HeNormal" and "he_normal" are one."""
    return name.replace("_", "").casefold()
