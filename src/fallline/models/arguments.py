"""Arguments of other versions of Keras, in the verbs of a model: what they are called now, and what is not there."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from fallline.errors import UsageError, suggestion

P = ParamSpec("P")
R = TypeVar("R")

OLDER: Mapping[str, str] = {
    "nb_epoch": "epochs",
    "input": "inputs",
    "output": "outputs",
    "filepath": "path",
}
"""Older name -> today's."""

EVERYTHING_COMPILED = "every run is one compiled program: leave it out"
IN_THE_PROGRAM = "data are arrays, which the compiled program reads itself: leave it out"
NOT_THERE: Mapping[str, str] = {
    "run_eagerly": EVERYTHING_COMPILED + "; to look at values, call the layers or the loss on arrays",
    "jit_compile": EVERYTHING_COMPILED,
    "steps_per_execution": EVERYTHING_COMPILED,
    "auto_scale_loss": "bfloat16 needs no loss scale: leave it out",
    "sample_weight_mode": "weights are one number per row: leave it out",
    "workers": IN_THE_PROGRAM,
    "use_multiprocessing": IN_THE_PROGRAM,
    "max_queue_size": IN_THE_PROGRAM,
    "show_accuracy": 'compile(metrics=["accuracy"]) records it: leave it out',
    "by_name": "arrays are found by the names of their layers anyway: leave it out; skip_mismatch=True keeps what fits nothing",
    "safe_mode": "files hold no code: leave it out",
    "save_format": "there is one format, a safetensors file: leave it out",
}
"""Arguments of Keras that have no counterpart -> the reason and the remedy."""


def knows_keras(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a verb take its older argument names, with a warning, and give the reason for those it lacks."""
    parameters = inspect.signature(function).parameters
    called = function.__name__ if function.__name__ != "__init__" else function.__qualname__.split(".")[0]

    @functools.wraps(function)
    def verb(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in [name for name in kwargs if name not in parameters]:
            now = OLDER.get(name, "")
            if now in parameters and (now in kwargs or list(parameters).index(now) < len(args)):
                raise UsageError(f'{called}: "{name}" is the older name of "{now}"; give {now} alone.')
            if now in parameters:
                warnings.warn(
                    f"{called}({name}=...) is an older spelling; write {now}=...",
                    FutureWarning,
                    stacklevel=2,
                )
                kwargs[now] = kwargs.pop(name)
            elif name in NOT_THERE:
                raise UsageError(f'{called}: no argument "{name}": {NOT_THERE[name]}.')
            else:
                raise UsageError(
                    f'{called}: no argument "{name}". {suggestion(name, [key for key in parameters if key != "self"])}'
                )
        return function(*args, **kwargs)

    return verb
