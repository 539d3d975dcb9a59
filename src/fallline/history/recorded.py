"""What is recorded, by name; one that is not there is told with the nearest."""

from __future__ import annotations

from typing import Any, NoReturn

from fallline.errors import UnknownKeyError, suggestion


class Recorded(dict[str, Any]):
    """Recorded values by name: a dictionary that says what it has when it is asked for something else."""

    def __missing__(self, name: object) -> NoReturn:
        raise UnknownKeyError(f'nothing is recorded under "{name}". {suggestion(str(name), self)}')
