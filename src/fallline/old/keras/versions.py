"""Which version of Keras a program sees: some print it, some ask whether it is new enough."""

from __future__ import annotations

from fallline.old import age

LAST_BEFORE = {
    (1, 0): "0.3.3",
    (1, 1): "1.0.8",
    (2, 0): "1.2.2",
    (2, 1): "2.0.9",
    (2, 2): "2.1.6",
    (2, 3): "2.2.5",
    (2, 4): "2.3.1",
    (3, 0): "2.15.0",
}
"""A version of Keras -> the last release before it."""
LAST = "3.15.1"


def current() -> str:
    """The version for the age of the program that runs; of one that tells nothing the last that had all old names: 2.15.0."""
    told = age.current()
    if told.keras_before is not None:
        return next(
            (last for version, last in sorted(LAST_BEFORE.items()) if version >= told.keras_before), LAST
        )
    return LAST if told.keras_from is not None and told.keras_from >= (3, 0) else "2.15.0"
