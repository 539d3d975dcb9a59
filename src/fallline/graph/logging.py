"""Messages to the standard error, of the form `INFO:tensorflow:loss = 0.3`, from a level upwards.

They go through Python's own logger `tensorflow`, so `logging.getLogger("tensorflow")` settles them too.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from typing import Any, TextIO

DEBUG, INFO, WARN, ERROR, FATAL = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.FATAL

_calls: Counter[tuple[str, int]] = Counter()
"""Line of a program -> how often it came to `log_every_n` or `log_first_n`."""


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to what is the standard error at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(logging.Formatter(logging.BASIC_FORMAT))

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def get_logger() -> logging.Logger:
    """Python's logger for the messages, which writes by itself where the program has set up no logging of its own."""
    logger = logging.getLogger("tensorflow")
    if not logger.handlers and not logging.getLogger().handlers:
        logger.addHandler(_Handler())
        if hasattr(sys, "ps1"):
            logger.setLevel(INFO)
    return logger


def log(level: int, msg: object, *args: Any, **kwargs: Any) -> None:
    """Writes `msg % args` where the level is high enough."""
    get_logger().log(level, msg, *args, stacklevel=2, **kwargs)


def debug(msg: object, *args: Any, **kwargs: Any) -> None:
    """A message of level DEBUG."""
    get_logger().debug(msg, *args, stacklevel=2, **kwargs)


def info(msg: object, *args: Any, **kwargs: Any) -> None:
    """A message of level INFO."""
    get_logger().info(msg, *args, stacklevel=2, **kwargs)


def warning(msg: object, *args: Any, **kwargs: Any) -> None:
    """A message of level WARN."""
    get_logger().warning(msg, *args, stacklevel=2, **kwargs)


def error(msg: object, *args: Any, **kwargs: Any) -> None:
    """A message of level ERROR."""
    get_logger().error(msg, *args, stacklevel=2, **kwargs)


def fatal(msg: object, *args: Any, **kwargs: Any) -> None:
    """A message of level FATAL. The program goes on."""
    get_logger().fatal(msg, *args, stacklevel=2, **kwargs)


warn = warning
vlog = log
TaskLevelStatusMessage = error


def log_if(level: int, msg: object, condition: Any, *args: Any) -> None:
    """A message where the condition holds."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_every_n(level: int, msg: object, n: int, *args: Any) -> None:
    """A message each n-th time that this line of the program is come to, the first time included."""
    if (_count() - 1) % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_first_n(level: int, msg: object, n: int, *args: Any) -> None:
    """A message the first n times that this line of the program is come to."""
    if _count() <= n:
        get_logger().log(level, msg, *args, stacklevel=2)


def get_verbosity() -> int:
    """The level from which messages are written."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v: int | str) -> None:
    """Sets the level from which messages are written: `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`."""
    get_logger().setLevel(v)


def flush() -> None:
    """Messages are written at once: nothing is to do."""


def _count() -> int:
    frame = sys._getframe(2)
    place = frame.f_code.co_filename, frame.f_lineno
    _calls[place] += 1
    return _calls[place]
