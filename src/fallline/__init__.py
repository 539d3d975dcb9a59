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
        backend,
        callbacks,
        config,
        constraints,
        data,
        engine,
        history,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        regularizers,
        saving,
        utils,
    )
    from fallline._tree import static, tree
    from fallline.engine import compilation_report
    from fallline.history import History
    from fallline.initializers import Initializer
    from fallline.layers import Layer
    from fallline.losses import Loss
    from fallline.metrics import Metric
    from fallline.models import Input, Model, Sequential, load_model, train
    from fallline.optimizers import Optimizer
    from fallline.regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "History",
    "Initializer",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "compilation_report",
    "config",
    "constraints",
    "data",
    "engine",
    "history",
    "initializers",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "regularizers",
    "saving",
    "static",
    "train",
    "tree",
    "utils",
]

# The module that holds each name; any other name of `__all__` is a module itself.
_HOMES = {
    "History": "fallline.history",
    "Initializer": "fallline.initializers",
    "Input": "fallline.models",
    "Layer": "fallline.layers",
    "Loss": "fallline.losses",
    "Metric": "fallline.metrics",
    "Model": "fallline.models",
    "Optimizer": "fallline.optimizers",
    "Regularizer": "fallline.regularizers",
    "Sequential": "fallline.models",
    "compilation_report": "fallline.engine",
    "load_model": "fallline.models",
    "static": "fallline._tree",
    "train": "fallline.models",
    "tree": "fallline._tree",
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
            from fallline.errors import missing

            raise missing("fallline", name, __all__)
        globals()[name] = value
        return value
