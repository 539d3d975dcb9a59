"""Errors of building a graph: each is one of the house and one that TensorFlow's programs catch."""

from __future__ import annotations

from fallline.errors import FalllineWarning, NotReadyError, ShapeError, UsageError


class GraphError(UsageError):
    """A graph is built or asked wrongly (a ValueError, as TensorFlow raises)."""


class GraphShapeError(ShapeError):
    """Shapes that do not fit together, found while the graph is built (a ValueError)."""


class GraphTypeError(UsageError, TypeError):
    """Types that do not fit together, found while the graph is built."""


class UnknownNodeError(UsageError, KeyError):
    """A name that the graph does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])


class GraphStateError(NotReadyError):
    """A session or graph is used when it cannot be (a RuntimeError)."""


class OldNameWarning(FalllineWarning):
    """A spelling of before TensorFlow 1.0, or a form whose meaning is plain but whose words are not: it says the right line."""
