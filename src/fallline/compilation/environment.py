"""What the environment may set, and what looks like it and does nothing."""

from __future__ import annotations

import os
from difflib import get_close_matches

from fallline.errors import UsageError

ENVIRONMENT = ("FALLLINE_CACHE", "FALLLINE_DEBUG")
"""What the environment may set."""


def require_known_settings() -> None:
    """Refuses a variable of the environment that is nearly one of the settings, and so has no effect.

    Raises:
        UsageError: names it and the nearest.
    """
    names = [name.removeprefix("FALLLINE_") for name in ENVIRONMENT]
    for variable in os.environ.keys() - set(ENVIRONMENT):
        given = variable.removeprefix("FALLLINE_")
        if given != variable and (near := get_close_matches(given, names, 1)):
            raise UsageError(f'environment: {variable} is no setting. Did you mean "FALLLINE_{near[0]}"?')
