"""The functions with which a person writes an axis down."""

from __future__ import annotations

from typing import Any

from fallline.errors import UsageError
from fallline.population.spaces.axes import Conditional, flattened
from fallline.population.spaces.options import Choice
from fallline.population.spaces.ranges import Integer, LogUniform, Uniform


def uniform(low: float, high: float, step: float | None = None) -> Uniform:
    """Real numbers spread evenly: u in [0, 1) draws low + u (high - low).

    Args:
        low: The smallest.
        high: The largest; with a step, the largest multiple of it that is not above.
        step: Only low, low + step, low + 2 step, ... are drawn, each the number that one would write (0.3, not
            0.30000000000000004), and a grid goes through all of them.

    Raises:
        UsageError: The bounds are no finite numbers or in the wrong order, or the step does not fit between them.
    """
    return Uniform(low, high, step)


def log_uniform(low: float, high: float) -> LogUniform:
    """Real numbers whose logarithm is spread evenly: u in [0, 1) draws low (high / low)^u.

    The space for what is a matter of magnitudes: learning rates, penalties.

    Args:
        low: The smallest, above 0.
        high: The largest.

    Raises:
        UsageError: The bounds are no finite numbers above 0, or in the wrong order.
    """
    return LogUniform(low, high)


def integer(low: int, high: int, log: bool = False) -> Integer:
    """Whole numbers from `low` to `high`, both included, to be drawn. For a grid write them as a range or a list.

    Args:
        low: The smallest.
        high: The largest.
        log: Whether the logarithm is spread evenly instead: of 16 to 256, as many below 64 as above.

    Raises:
        UsageError: The bounds are no whole numbers or in the wrong order; with `log`, low is below 1.
    """
    return Integer(low, high, log)


def choice(*options: Any) -> Choice:
    """One of the options, each with the same share. A list as an axis is the same.

    Args:
        options: The options, in the order in which neighbours stand.

    Raises:
        UsageError: There is none, or one stands there twice.
    """
    return Choice(options)


def when(space: Any, **conditions: Any) -> Conditional:
    """A space that is an axis only where other axes have a certain value; elsewhere `build` is not given it.

    `when(uniform(0, 0.99), optimizer="sgd")` is a momentum for plain gradient descent alone: no two candidates are
    the same network twice, as they would be with different momenta for an Adam that takes none.

    Args:
        space: A space, or a list of options.
        conditions: Name of another axis -> the value that it must have, or a list of values of which it must have one.
            Where there are several names, all must hold.

    Raises:
        UsageError: There is no condition, or the space is none.
    """
    if not conditions:
        raise UsageError(
            'when(space, ...) needs a condition, such as when(uniform(0, 0.99), optimizer="sgd").'
        )
    return flattened(space, conditions)
