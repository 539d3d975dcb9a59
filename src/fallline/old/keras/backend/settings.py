"""What a program sets for itself, for as long as it runs: number types, margins, the order of axes, the learning phase."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from fallline import backend as today
from fallline.errors import UsageError
from fallline.old import age
from fallline.old.age import Age


@dataclasses.dataclass
class Settings:
    """What is set."""

    epsilon: float = 1e-7
    data_format: str = "channels_last"
    learning_phase: Any = 0
    numbers: dict[str, int] = dataclasses.field(default_factory=dict)


_SETTINGS: WeakKeyDictionary[Age, Settings] = WeakKeyDictionary()


def _own() -> Settings:
    """The settings of the program that runs: they go with its age."""
    return _SETTINGS.setdefault(age.current(), Settings())


def backend() -> str:
    """What computed in most years: "tensorflow", which programs ask for."""
    return "tensorflow"


def epsilon() -> float:
    """The margin that programs keep from 0: 1e-7 unless they set another."""
    return _own().epsilon


def set_epsilon(value: float) -> None:
    """Sets what `epsilon` gives; Fallline's own losses keep 1e-7."""
    _own().epsilon = float(value)


def set_floatx(floatx: str) -> None:
    """Sets the number type of models built from now on; "float16" means bfloat16 here.

    Raises:
        UsageError: it is none of "float16", "float32" and "float64".
    """
    if floatx == "float16":
        from fallline import config

        return config.set_dtype_policy("mixed_bfloat16")
    return today.set_floatx(floatx)


def image_data_format() -> str:
    """How images lie: what the program set, else "channels_last". Layers here take any shape of rows."""
    return _own().data_format


def set_image_data_format(data_format: str) -> None:
    """Sets what `image_data_format` gives.

    Raises:
        UsageError: it is neither "channels_last" nor "channels_first".
    """
    if data_format not in ("channels_last", "channels_first"):
        raise UsageError(
            f'set_image_data_format: "channels_last" or "channels_first", got {data_format!r:.40}.'
        )
    _own().data_format = data_format


def image_dim_ordering() -> str:
    """The same in the words of Keras 1: "tf" or "th"."""
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Likewise."""
    set_image_data_format({"tf": "channels_last", "th": "channels_first"}.get(dim_ordering, dim_ordering))


def learning_phase() -> Any:
    """1 where the program said that it is training, else 0; `K.function` takes it for an input."""
    return _own().learning_phase


def set_learning_phase(value: Any) -> None:
    """Sets what `learning_phase` gives; `fit` and `predict` know theirs by themselves."""
    _own().learning_phase = int(value)


@contextlib.contextmanager
def learning_phase_scope(value: Any) -> Iterator[None]:
    """Within, `learning_phase` gives value."""
    before = learning_phase()
    set_learning_phase(value)
    try:
        yield
    finally:
        set_learning_phase(before)


def get_uid(prefix: str = "") -> int:
    """How often it was asked for this prefix."""
    numbers = _own().numbers
    numbers[prefix] = numbers.get(prefix, 0) + 1
    return numbers[prefix]


def reset_uids() -> None:
    """Begins all numbers anew."""
    _own().numbers.clear()


def get_session(*args: Any) -> Any:
    """A session for graphs, as programs of TensorFlow 1 ask for beside Keras."""
    from fallline import graph

    del args
    return graph.get_default_session() or graph.Session()


def set_session(session: Any) -> None:
    """Nothing to do: models need no session."""


def manual_variable_initialization(value: bool) -> None:
    """Nothing to do: weights are drawn when a model is built."""


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[str]:
    """Nothing to do: layers have names of their own."""
    yield name
