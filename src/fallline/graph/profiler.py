"""`tf.profiler`: taken and left alone. A run is one compiled program; `fallline` tells its own times."""

from __future__ import annotations

from typing import Any

__all__ = ["ProfileOptionBuilder", "Profiler", "profile"]


class ProfileOptionBuilder:
    """Options that are asked for and not used."""

    def __init__(self, options: Any = None) -> None:
        self._options = dict(options or {})

    @classmethod
    def time_and_memory(cls, *_: Any, **__: Any) -> dict[str, Any]:
        """Options of a profile of time and memory."""
        return {}

    @classmethod
    def float_operation(cls) -> dict[str, Any]:
        """Options of a count of operations."""
        return {}

    @classmethod
    def trainable_variables_parameter(cls) -> dict[str, Any]:
        """Options of a count of parameters."""
        return {}

    def build(self) -> dict[str, Any]:
        """The options."""
        return self._options

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: self


class Profiler:
    """Takes steps, and has nothing to tell of them."""

    def __init__(self, graph: Any = None, op_log: Any = None) -> None:
        del graph, op_log

    def add_step(self, step: int, run_meta: Any) -> None:
        """Taken and left alone."""

    def profile_name_scope(self, options: Any) -> None:
        """Nothing."""

    profile_operations = profile_python = profile_graph = advise = profile_name_scope


def profile(*_: Any, **__: Any) -> None:
    """Nothing."""
