"""Settings that programs pass and that need nothing here: a graph is compiled for the machine that it runs on."""

from __future__ import annotations

from typing import Any

__all__ = [
    "ConfigProto",
    "GPUOptions",
    "GraphOptions",
    "OptimizerOptions",
    "RunMetadata",
    "RunOptions",
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "enable_resource_variables",
    "executing_eagerly",
]


class _Settings:
    """Takes any field, and gives it back; fields of fields come into being when they are asked for."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = _Settings()
        return self.__dict__[name]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"
        )


class ConfigProto(_Settings):
    """Settings of a session: taken and left alone."""


class GPUOptions(_Settings):
    """Settings of memory on a GPU: taken and left alone."""


class GraphOptions(_Settings):
    """Settings of how a graph is optimised: taken and left alone, XLA does it."""


class OptimizerOptions(_Settings):
    """Settings of how a graph is optimised: taken and left alone, XLA does it."""

    L1, L0, OFF, ON_1, ON_2 = 0, -1, -1, 1, 2


class RunOptions(_Settings):
    """Settings of a run: taken and left alone."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = range(4)


class RunMetadata(_Settings):
    """What a traced run would fill in: stays empty. `jax.profiler.trace` around the loop profiles it."""


def disable_v2_behavior() -> None:
    """Nothing to do: graphs are all there is."""


disable_eager_execution = disable_v2_tensorshape = disable_v2_behavior
disable_resource_variables = enable_resource_variables = disable_v2_behavior


def executing_eagerly() -> bool:
    """False: operations are nodes."""
    return False
