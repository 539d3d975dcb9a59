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
        activations as activations,
        backend as backend,
        calibration as calibration,
        callbacks as callbacks,
        config as config,
        constraints as constraints,
        data as data,
        datasets as datasets,
        engine as engine,
        history as history,
        initializers as initializers,
        layers as layers,
        losses as losses,
        metrics as metrics,
        models as models,
        ops as ops,
        optimizers as optimizers,
        population as population,
        regularizers as regularizers,
        saving as saving,
        utils as utils,
    )
    from fallline._tree import static as static, tree as tree
    from fallline.compilation.program import compilation_report as compilation_report
    from fallline.experiment.kept.loaded_run import Run as Run, load_run as load_run
    from fallline.history import History as History
    from fallline.initializers import Initializer as Initializer
    from fallline.layers import Layer as Layer
    from fallline.losses import Loss as Loss
    from fallline.metrics import Metric as Metric
    from fallline.models import (
        Input as Input,
        Model as Model,
        Sequential as Sequential,
        load_model as load_model,
        train as train,
    )
    from fallline.optimizers import Optimizer as Optimizer
    from fallline.population import (
        Population as Population,
        compare as compare,
        cross_validate as cross_validate,
        learning_curve as learning_curve,
    )
    from fallline.regularizers import Regularizer as Regularizer

__version__ = "0.1.0"

# Module -> the names of its that stand here; all but the private one and those within another are names here themselves.
_NAMES: dict[str, tuple[str, ...]] = {
    "_tree": ("static", "tree"),
    "activations": (),
    "backend": (),
    "calibration": (),
    "callbacks": (),
    "compilation.program": ("compilation_report",),
    "config": (),
    "constraints": (),
    "data": (),
    "datasets": (),
    "engine": (),
    "experiment.kept.loaded_run": ("Run", "load_run"),
    "history": ("History",),
    "initializers": ("Initializer",),
    "layers": ("Layer",),
    "losses": ("Loss",),
    "metrics": ("Metric",),
    "models": ("Input", "Model", "Sequential", "load_model", "train"),
    "ops": (),
    "optimizers": ("Optimizer",),
    "population": ("Population", "compare", "cross_validate", "learning_curve"),
    "regularizers": ("Regularizer",),
    "saving": (),
    "utils": (),
}
_HOMES = {name: f"fallline.{module}" for module, names in _NAMES.items() for name in names}

__all__ = sorted(  # noqa: PLE0605 - the names stand above
    ["__version__", *_HOMES, *(module for module in _NAMES if module != "_tree" and "." not in module)]
)


def __dir__() -> list[str]:
    return list(__all__)


# Hidden from type checkers, which would else accept any attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from fallline.own.loading import load

        if name in _HOMES:
            value = getattr(load(_HOMES[name]), name)
        elif name in __all__:
            value = load(f"fallline.{name}")
        else:
            from fallline.errors import missing

            raise missing("fallline", name, __all__)
        globals()[name] = value
        return value
