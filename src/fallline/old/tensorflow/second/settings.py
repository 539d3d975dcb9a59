"""Settings that programs make and that need nothing here: operations run at once."""

from __future__ import annotations

from typing import Any

__all__ = [
    "disable_eager_execution", "enable_eager_execution", "enable_v2_behavior", "executing_eagerly",
    "get_logger", "inside_function",
]  # fmt: skip


def executing_eagerly() -> bool:
    """True."""
    return True


def inside_function() -> bool:
    """False: functions run as they stand."""
    return False


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """Nothing to do: operations run at once."""
    del config, device_policy, execution_mode


def enable_v2_behavior() -> None:
    """Nothing to do: it is that of TensorFlow 2."""


def disable_eager_execution() -> None:
    """Nothing to do: a network of tf.keras is compiled, sessions are there beside it."""


def get_logger() -> Any:
    """The logger of TensorFlow's name."""
    import logging

    return logging.getLogger("tensorflow")
