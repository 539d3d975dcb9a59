"""The errors of a run: each of TensorFlow's names, caught by the house's as well."""

from __future__ import annotations

import copy

import pytest

from fallline.errors import FalllineError, SavedFileError, UsageError
from fallline.graph import errors

CODES = {
    "Cancelled": 1, "Unknown": 2, "InvalidArgument": 3, "DeadlineExceeded": 4, "NotFound": 5, "AlreadyExists": 6,
    "PermissionDenied": 7, "ResourceExhausted": 8, "FailedPrecondition": 9, "Aborted": 10, "OutOfRange": 11,
    "Unimplemented": 12, "Internal": 13, "Unavailable": 14, "DataLoss": 15, "Unauthenticated": 16,
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_kind_has_tensorflow_s_number_and_attributes(name, code):
    kind = getattr(errors, f"{name}Error")
    error = kind("definition", "operation", "what went wrong")
    assert (error.error_code, error.node_def, error.op, error.message) == (
        code,
        "definition",
        "operation",
        str(error),
    )
    assert isinstance(error, errors.OpError)
    assert isinstance(error, UsageError)
    assert errors.exception_type_from_error_code(code) is kind
    assert errors.error_code_from_exception_type(kind) == code
    assert str(copy.copy(error)) == "what went wrong"


def test_the_numbers_have_names():
    assert (errors.OK, errors.CANCELLED, errors.NOT_FOUND, errors.UNAUTHENTICATED) == (0, 1, 5, 16)
    with pytest.raises(UsageError, match="no error has the code 17"):
        errors.exception_type_from_error_code(17)


def test_a_damaged_file_is_one_that_cannot_be_read():
    assert issubclass(errors.DataLossError, SavedFileError)
    assert issubclass(errors.OpError, FalllineError)
