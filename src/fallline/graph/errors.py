"""Errors of a run."""

from __future__ import annotations

from typing import Any

from fallline.errors import UsageError


class OpError(UsageError):
    """A run failed at an operation."""

    def __init__(self, node_def: Any, op: Any, message: str) -> None:
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message


class InvalidArgumentError(OpError):
    """A value breaks a rule of an operation."""


class FailedPreconditionError(OpError):
    """A variable has no value yet."""
