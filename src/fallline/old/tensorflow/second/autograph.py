"""`tf.autograph`: functions run as they stand, so there is nothing to translate."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any


def to_code(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> str:
    """The source of a function, as it stands."""
    return textwrap.dedent(inspect.getsource(getattr(entity, "python_function", entity)))


def to_graph(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> Any:
    """The function."""
    return entity


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Taken and left alone."""


class experimental:  # noqa: N801 - TensorFlow's
    """Marks that need nothing here."""

    @staticmethod
    def do_not_convert(func: Any = None) -> Any:
        """The function."""
        return func if func is not None else (lambda given: given)

    @staticmethod
    def set_loop_options(**_: Any) -> None:
        """Taken and left alone."""
