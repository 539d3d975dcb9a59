"""Errors of a run and of files, under TensorFlow's names; each is an error of Fallline too.

OpError (UsageError)
├── CancelledError      UnknownError           InvalidArgumentError   DeadlineExceededError
├── NotFoundError       AlreadyExistsError     PermissionDeniedError  ResourceExhaustedError
├── FailedPreconditionError   AbortedError     OutOfRangeError        UnimplementedError
├── InternalError       UnavailableError       UnauthenticatedError
└── DataLossError (SavedFileError)
"""

from __future__ import annotations

from typing import Any, ClassVar

from fallline.errors import SavedFileError, UsageError

(
    OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED,
    RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS,
    UNAUTHENTICATED,
) = range(17)  # fmt: skip


class OpError(UsageError):
    """An operation failed.

    Attributes:
        node_def: The definition of the operation, where there is one.
        op: The operation, or None.
        message: What went wrong.
        error_code: The number of the kind, such as `NOT_FOUND`.
    """

    error_code: ClassVar[int] = UNKNOWN

    def __init__(self, node_def: Any, op: Any, message: str) -> None:
        super().__init__(node_def, op, message)
        self.node_def, self.op, self.message = node_def, op, message

    def __str__(self) -> str:
        return self.message


class CancelledError(OpError):
    """An operation was cancelled."""

    error_code = CANCELLED


class UnknownError(OpError):
    """Something else went wrong."""

    error_code = UNKNOWN


class InvalidArgumentError(OpError):
    """A value breaks a rule of an operation."""

    error_code = INVALID_ARGUMENT


class DeadlineExceededError(OpError):
    """An operation took longer than it may."""

    error_code = DEADLINE_EXCEEDED


class NotFoundError(OpError):
    """A file, or what was looked for in one, is not there."""

    error_code = NOT_FOUND


class AlreadyExistsError(OpError):
    """What was to be made is there already."""

    error_code = ALREADY_EXISTS


class PermissionDeniedError(OpError):
    """A file may not be read or written."""

    error_code = PERMISSION_DENIED


class ResourceExhaustedError(OpError):
    """Memory or the disk is full."""

    error_code = RESOURCE_EXHAUSTED


class FailedPreconditionError(OpError):
    """Something must come first: a variable has no value yet, or a folder is not empty."""

    error_code = FAILED_PRECONDITION


class AbortedError(OpError):
    """An operation was given up."""

    error_code = ABORTED


class OutOfRangeError(OpError):
    """The input is at its end."""

    error_code = OUT_OF_RANGE


class UnimplementedError(OpError):
    """What was asked for is not offered."""

    error_code = UNIMPLEMENTED


class InternalError(OpError):
    """Something that must hold does not."""

    error_code = INTERNAL


class UnavailableError(OpError):
    """A service does not answer."""

    error_code = UNAVAILABLE


class DataLossError(OpError, SavedFileError):
    """A file is damaged."""

    error_code = DATA_LOSS


class UnauthenticatedError(OpError):
    """A request says not who asks."""

    error_code = UNAUTHENTICATED


_KINDS: dict[int, type[OpError]] = {
    kind.error_code: kind
    for kind in (
        CancelledError, UnknownError, InvalidArgumentError, DeadlineExceededError, NotFoundError, AlreadyExistsError,
        PermissionDeniedError, ResourceExhaustedError, FailedPreconditionError, AbortedError, OutOfRangeError,
        UnimplementedError, InternalError, UnavailableError, DataLossError, UnauthenticatedError,
    )
}  # fmt: skip


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of a number.

    Raises:
        UsageError: no class has it.
    """
    if error_code not in _KINDS:
        raise UsageError(f"no error has the code {error_code!r}; they are 1 to {max(_KINDS)}.")
    return _KINDS[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The number of a class."""
    return cls.error_code
