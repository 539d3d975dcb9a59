"""Fallline trains deep feedforward networks: the whole run compiled into one program.

    import fallline as fl

    model = fl.Sequential([fl.Input((20,)), fl.layers.Dense(64, activation="relu"), fl.layers.Dense(3)])
    model.compile(optimizer="adam", loss=fl.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, epochs=10)

Every public name is loaded when it is first used, so that `import fallline` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fallline import (
        activations,
        callbacks,
        config,
        data,
        engine,
        history,
        initializers,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        regularizers,
    )
    from fallline.engine import compilation_report
    from fallline.history import History
    from fallline.models import Input, Model, Sequential, load_model, train

__version__ = "0.1.0"

__all__ = [
    "History",
    "Input",
    "Model",
    "Sequential",
    "__version__",
    "activations",
    "callbacks",
    "compilation_report",
    "config",
    "data",
    "engine",
    "history",
    "initializers",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "train",
]

# The module that holds each name; any other name of `__all__` is a module itself.
_HOMES = {
    "History": "fallline.history",
    "Input": "fallline.models",
    "Model": "fallline.models",
    "Sequential": "fallline.models",
    "compilation_report": "fallline.engine",
    "load_model": "fallline.models",
    "train": "fallline.models",
}


def __dir__() -> list[str]:
    return list(__all__)


# Hidden from type checkers, which would else accept any attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _HOMES:
            value = getattr(import_module(_HOMES[name]), name)
        elif name in __all__:
            value = import_module(f"fallline.{name}")
        else:
            from fallline.errors import suggestion

            # `name` is passed, `obj` is not: Python would else add a suggestion of its own.
            message = f'module "fallline" has no attribute "{name}". {suggestion(name, __all__)}'
            raise AttributeError(message, name=name)
        globals()[name] = value
        return value
