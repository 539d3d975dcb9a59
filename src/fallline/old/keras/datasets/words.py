"""What `imdb` and `reuters` share: the names that their arguments had before Keras 2."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any


def with_old_names(load_data: Callable[..., Any], file: str) -> Callable[..., Any]:
    """`load_data` that takes `nb_words`, and the names of the files of Keras 1 for the one of today."""

    @functools.wraps(load_data)
    def of_any_year(path: str | Path = file, *positional: Any, **named: Any) -> Any:
        if "nb_words" in named:
            named["num_words"] = named.pop("nb_words")
        return load_data(file if str(path).endswith(".pkl") else path, *positional, **named)

    return of_any_year
