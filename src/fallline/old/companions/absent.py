"""Whole modules that are gone, or are not installed: what old programs use of them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import asked_by_a_library
from fallline.old.notices import say_once
from fallline.own.loading import load

STAND_INS = "fallline.old.companions.stand_ins"
GRAPH = "fallline.graph"
READER = f"{GRAPH}.examples.tutorials.mnist.input_data"

GONE = {
    "sklearn.cross_validation": f"{STAND_INS}.cross_validation",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.externals": "sklearn.utils",
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.datasets.base": "sklearn.datasets",
    "sklearn.datasets.california_housing": "sklearn.datasets",
    "sklearn.datasets.mldata": "sklearn.datasets",
    "sklearn.preprocessing.data": "sklearn.preprocessing",
    "sklearn.preprocessing.imputation": "sklearn.preprocessing",
    "sklearn.preprocessing.label": "sklearn.preprocessing",
    "sklearn.metrics.classification": "sklearn.metrics",
    "sklearn.metrics.regression": "sklearn.metrics",
    "sklearn.metrics.ranking": "sklearn.metrics",
    "sklearn.metrics.scorer": "sklearn.metrics",
    "sklearn.linear_model.logistic": "sklearn.linear_model",
    "sklearn.linear_model.base": "sklearn.linear_model",
    "sklearn.decomposition.pca": "sklearn.decomposition",
    "sklearn.model_selection._search": "sklearn.model_selection",
    "scipy.misc": f"{STAND_INS}.scipy_misc",
    "scipy.ndimage.interpolation": "scipy.ndimage",
    "scipy.ndimage.filters": "scipy.ndimage",
    "pandas.tools": "pandas.plotting",
    "pandas.tools.plotting": "pandas.plotting",
    "imp": f"{STAND_INS}.imp",
    "distutils": f"{STAND_INS}.distutils_version",
    "distutils.version": f"{STAND_INS}.distutils_version",
}
"""Old name -> the module that has its names now."""

NOT_INSTALLED = {
    "input_data": READER,
    "mnistdata": READER,
    "mnist_data": READER,
    "absl": f"{STAND_INS}.absl",
    "absl.app": f"{GRAPH}.app",
    "absl.flags": f"{GRAPH}.flags",
    "absl.logging": f"{GRAPH}.logging",
    "IPython": f"{STAND_INS}.ipython_root",
    "IPython.display": f"{STAND_INS}.ipython",
    "IPython.core": f"{STAND_INS}.ipython_root",
    "IPython.core.display": f"{STAND_INS}.ipython",
    "IPython.core.pylabtools": f"{STAND_INS}.ipython",
    "IPython.core.interactiveshell": f"{STAND_INS}.ipython",
    "google.colab": f"{STAND_INS}.colab",
    "google.colab.drive": f"{STAND_INS}.colab",
    "google.colab.files": f"{STAND_INS}.colab",
    "six": f"{STAND_INS}.six",
    "six.moves": f"{STAND_INS}.six_moves",
    "six.moves.cPickle": "pickle",
    "six.moves.urllib": "urllib",
    "six.moves.urllib.request": "urllib.request",
    "six.moves.urllib.parse": "urllib.parse",
    "six.moves.urllib.error": "urllib.error",
    "tqdm": f"{STAND_INS}.tqdm",
    "tqdm.auto": f"{STAND_INS}.tqdm",
    "tqdm.notebook": f"{STAND_INS}.tqdm",
}
"""Likewise, of modules that somebody may or may not have beside Fallline; of these nothing is said."""

PACKAGES = {"google": "google.colab"}
"""Packages that are only there for a module within them."""


class AbsentModules(MetaPathFinder, Loader):
    """Asked last, when nobody else has a module that a program imports."""

    def __init__(self) -> None:
        self._made: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, if it is one of these."""
        known = fullname in GONE or fullname in NOT_INSTALLED or fullname in PACKAGES
        if not known or asked_by_a_library(sys._getframe(1)):
            return None
        if fullname == "google.colab":  # JAX takes it for Colab's own, if it is there before JAX
            load("jax")
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        module = self._made[spec.name] = ModuleType(spec.name)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Makes it answer for the module that has its names now."""
        name = module.__name__
        if name in PACKAGES:
            return
        home = GONE.get(name) or NOT_INSTALLED[name]
        if name in GONE and not home.startswith(STAND_INS):
            say_once(f"{name} is gone; now: {home}.")
        behind = import_module(home)
        vars(module)["__all__"] = [each for each in dir(behind) if not each.startswith("_")]
        vars(module)["__getattr__"] = _answers_of(name, behind)

    def forget(self) -> None:
        """The modules are gone again."""
        for name, module in self._made.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            package, _, last = name.rpartition(".")
            parent = sys.modules.get(package)
            if parent is not None and vars(parent).get(last) is module:
                with contextlib.suppress(AttributeError):
                    delattr(parent, last)


def _answers_of(name: str, behind: ModuleType) -> Any:
    def find(wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        try:
            return getattr(behind, wanted)
        except AttributeError:
            raise AttributeError(
                f"module '{name}' has no attribute '{wanted}'", name=wanted, obj=behind
            ) from None

    return find
