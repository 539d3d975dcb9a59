"""The flags of a program: what the command line may say, what it says, and the values as attributes."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from fallline.errors import UnknownNameError, UsageError, nearest

_HELP = ("help", "helpfull", "helpshort", "h", "?")


class FlagValueError(UsageError):
    """The command line gives a flag no value, or one that it cannot take."""


@dataclasses.dataclass
class Flag:
    """One flag.

    Attributes:
        name: What stands after `--`.
        parse: Makes a value of text; a ValueError says why it cannot.
        default: The value without the flag.
        help: What it is for.
        boolean: Whether it stands without a value, and as `--noname`.
        value: The present value.
        present: How often it was given.
    """

    name: str
    parse: Callable[[Any], Any]
    default: Any
    help: str | None
    boolean: bool = False
    value: Any = None
    present: int = 0


class FlagValues:
    """The flags of a program, and their values as attributes."""

    def __init__(self) -> None:
        vars(self).update(_known={}, _parsed=False, _required=set())

    def __call__(self, argv: Sequence[str], known_only: bool = False) -> list[str]:
        """Reads a command line.

        Args:
            argv: The name of the program, then its arguments.
            known_only: Leaves flags that nobody defined, instead of refusing them.

        Returns:
            The name of the program and what is left.

        Raises:
            UnknownNameError: a flag that nobody defined.
            FlagValueError: a value is missing or wrong.
            SystemExit: help was asked for.
        """
        program, rest = argv[0], list(argv[1:])
        left: list[str] = []
        unknown: list[str] = []
        while rest:
            argument = rest.pop(0)
            if argument == "--":
                left += ["--"] if known_only else []
                break
            if not argument.startswith("-") or argument == "-":
                left.append(argument)
            elif not self._take(argument, rest):
                unknown.append(argument)
                left.append(argument)
        if unknown and not known_only:
            raise UnknownNameError(" ".join(self.unknown_in(unknown)))
        vars(self)["_parsed"] = True
        for name in vars(self)["_required"]:
            if self._flags()[name].value is None:
                raise FlagValueError(f"flag --{name} must have a value other than None.")
        return [program, *left, *rest]

    def _take(self, argument: str, rest: list[str]) -> bool:
        """Sets the flag of an argument, whose value may be the next; False where there is no such flag."""
        name, equals, text = argument[2 if argument.startswith("--") else 1 :].partition("=")
        known = self._flags()
        flag = known.get(name)
        if flag is None and name in _HELP:
            print(self.get_help())
            sys.exit(1)
        if flag is None and name.startswith("no"):
            flag = known.get(name[2:])
            if flag is None or not flag.boolean:
                return False
            if equals:
                raise FlagValueError(
                    f"flag --{name} takes no value. Write --{name}, or --{flag.name}={text}."
                )
            text, equals = "false", "="
        if flag is None:
            return False
        if not equals:
            if flag.boolean:
                text = "true"
            elif rest:
                text = rest.pop(0)
            else:
                raise FlagValueError(f"flag --{name} has no value. Write --{name}=VALUE.")
        try:
            flag.value = flag.parse(text)
        except ValueError as error:
            raise FlagValueError(f"flag --{name}={text}: {error}") from None
        flag.present += 1
        return True

    def unknown_in(self, arguments: Iterable[str]) -> list[str]:
        """What to say of the flags among arguments that nobody defined."""
        told = []
        for argument in arguments:
            if argument == "--":
                break
            name = argument.lstrip("-").partition("=")[0]
            if argument.startswith("-") and name and name not in self._flags():
                told.append(f'Unknown command line flag "{name}".{nearest(name, self._flags())}')
        return told

    def __getattr__(self, name: str) -> Any:
        if name == "__flags":  # before TensorFlow 1.5 the dictionary of the values
            return self.flag_values_dict()
        if name.startswith("_"):  # asked for by libraries, before there are flags
            raise AttributeError(name)
        if not self.is_parsed():
            self(sys.argv)
        if name not in self._flags():
            raise AttributeError(f'no flag "{name}" is defined.{nearest(name, self._flags())}', name=name)
        return self._flags()[name].value

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._flags():
            raise AttributeError(f'no flag "{name}" is defined.{nearest(name, self._flags())}', name=name)
        self._flags()[name].value = value

    def __delattr__(self, name: str) -> None:
        if name not in self._flags():
            raise AttributeError(f'no flag "{name}" is defined.', name=name)
        del self._flags()[name]

    def __getitem__(self, name: str) -> Flag:
        return self._flags()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._flags()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._flags()))

    def __len__(self) -> int:
        return len(self._flags())

    def __dir__(self) -> list[str]:
        return sorted(self._flags())

    def _flags(self) -> dict[str, Flag]:
        return vars(self)["_known"]

    def _parse_flags(self) -> None:
        """As before TensorFlow 1.5."""
        self(sys.argv)

    def define(self, flag: Flag) -> Flag:
        """Adds a flag, with its default as the value.

        Raises:
            UsageError: another flag has the name, or the flags have a method of that name.
        """
        old = self._flags().get(flag.name)
        if old is not None and (old.default, old.help, old.boolean) != (
            flag.default,
            flag.help,
            flag.boolean,
        ):
            raise UsageError(
                f'the flag "{flag.name}" is defined twice, with default {old.default!r} and {flag.default!r}.'
            )
        if flag.name in dir(FlagValues):
            raise UsageError(f'a flag cannot be named "{flag.name}": FLAGS.{flag.name} is a method.')
        if old is None:
            flag.value = flag.default
            self._flags()[flag.name] = flag
        return self._flags()[flag.name]

    def require(self, name: str) -> None:
        """The command line has to give the flag."""
        vars(self)["_required"].add(name)

    def is_parsed(self) -> bool:
        """Whether a command line was read."""
        return vars(self)["_parsed"]

    def mark_as_parsed(self) -> None:
        """The values hold as they are."""
        vars(self)["_parsed"] = True

    def unparse_flags(self) -> None:
        """The next value asked for reads the command line again."""
        vars(self)["_parsed"] = False

    def flag_values_dict(self) -> dict[str, Any]:
        """Name -> value."""
        return {name: flag.value for name, flag in self._flags().items()}

    def get_help(self) -> str:
        """The flags, one a paragraph."""
        lines = ["flags:"]
        for name in self:
            flag = self._flags()[name]
            lines.append(f"  --{'[no]' if flag.boolean else ''}{name}: {flag.help or ''}")
            lines.append(f"    (default: {flag.default!r})")
        return "\n".join(lines)
