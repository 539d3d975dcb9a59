"""`tf.profiler`: nothing is traced; `jax.profiler.trace` around a loop profiles it."""

from typing import Any


class experimental:  # noqa: N801 - TensorFlow's
    """Taken and left alone."""

    @staticmethod
    def start(logdir: str, options: Any = None) -> None:
        """Taken and left alone."""

    @staticmethod
    def stop(save: bool = True) -> None:
        """Taken and left alone."""
