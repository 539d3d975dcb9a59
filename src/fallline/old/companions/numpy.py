"""NumPy of before 1.20 to 2.4: names of Python's types, spellings, and arrays of one element as numbers."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import Changes

TYPES = {
    "int": (builtins.int, "int"),
    "float": (builtins.float, "float"),
    "bool": (builtins.bool, "bool"),
    "object": (builtins.object, "object"),
    "str": (builtins.str, "str"),
    "unicode": (builtins.str, "str"),
    "long": (builtins.int, "int"),
    "complex": (builtins.complex, "complex"),
}
SPELLINGS = {
    "float_": "float64",
    "complex_": "complex128",
    "unicode_": "str_",
    "string_": "bytes_",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "PINF": "inf",
    "NaN": "nan",
    "NAN": "nan",
    "product": "prod",
    "cumproduct": "cumprod",
    "sometrue": "any",
    "alltrue": "all",
    "in1d": "isin",
    "row_stack": "vstack",
    "round_": "round",
    "trapz": "trapezoid",
    "rank": "ndim",
    "float128": "longdouble",
}


def give_back(numpy: ModuleType, changes: Changes) -> None:
    """Adds the old names."""
    values: dict[str, tuple[Callable[[], Any], str]] = {
        name: (functools.partial(_itself, value), now) for name, (value, now) in TYPES.items()
    }
    for name, now in SPELLINGS.items():
        values[name] = (functools.partial(getattr, numpy, now), f"np.{now}")
    values |= {
        "NINF": (lambda: -numpy.inf, "-np.inf"),
        "asscalar": (lambda: lambda a: a.item(), "a.item()"),
        "asfarray": (lambda: lambda a, dtype=float: numpy.asarray(a, dtype), "np.asarray(a, float)"),
        "msort": (lambda: lambda a: numpy.sort(a, 0), "np.sort(a, axis=0)"),
        "alen": (lambda: len, "len(a)"),
    }
    changes.names(numpy, {name: value for name, value in values.items() if name not in vars(numpy)})
    changes.add(
        numpy.random,
        "random_integers",
        lambda low, high=None, size=None: numpy.random.randint(
            *((1, low + 1) if high is None else (low, high + 1)), size=size
        ),
        "np.random.randint(low, high + 1)",
    )
    printing, errors = numpy.get_printoptions(), numpy.geterr()
    changes.after(lambda: numpy.set_printoptions(**printing))
    changes.after(lambda: numpy.seterr(**errors))
    changes.put(numpy, "frombuffer", _numbers(numpy.frombuffer))
    changes.put(numpy, "fromstring", _numbers(_from_bytes(numpy)))


def _itself(value: Any) -> Any:
    return value


def _from_bytes(numpy: ModuleType) -> Callable[..., Any]:
    fromstring = numpy.fromstring

    def read(string: Any, dtype: Any = float, count: int = -1, *, sep: str = "", **named: Any) -> Any:
        if sep == "" and isinstance(string, bytes | bytearray | memoryview):
            return numpy.frombuffer(string, dtype, count).copy()
        return fromstring(string, dtype, count, sep=sep, **named)

    return read


def _numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where one number was read, it may stand as a number, as readers of files of before NumPy 1.12 have it."""

    def read(*positional: Any, **named: Any) -> Any:
        found = function(*positional, **named)
        return found.view(_one_element()) if found.shape == (1,) and found.dtype.kind in "iu" else found

    return read


def _one_element() -> type[Any]:
    from fallline.old.companions.one_element import OneElement

    return OneElement
