"""What a program built, drawn: its graphs and its Keras models."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fallline.errors import FalllineError, UsageError
from fallline.old.notices import say_once

ENDINGS = (".svg", ".png")


def checked(path: Path) -> Path:
    """The path of a picture to come.

    Raises:
        UsageError: it does not end as a picture does, or there is no such folder.
    """
    if path.suffix not in ENDINGS:
        raise UsageError(f'--graph "{path}": a picture ends in .svg or .png.')
    if not path.resolve().parent.is_dir():
        raise UsageError(f'--graph "{path}": there is no folder "{path.parent}".')
    return path.resolve()


def draw(main: ModuleType, path: Path) -> None:
    """Draws what the program has built: the first into the file, further ones into files numbered after it."""
    pictures = [*_graphs(main), *_models(main)]
    if not pictures:
        say_once(f"--graph: the program built no graph and no model, so {path.name} is not written.")
    for number, save in enumerate(pictures, 1):
        target = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            save(target)
        except (FalllineError, OSError) as error:
            say_once(f"--graph: {target.name} is not written: {error}")


def _graphs(main: ModuleType) -> Iterator[Callable[[Path], Any]]:
    if "fallline.graph.core.graph" not in sys.modules:
        return
    from fallline.graph.core.graph import Graph, get_default_graph

    found = {id(get_default_graph()): get_default_graph()}
    for value in vars(main).values():
        graph = value if isinstance(value, Graph) else getattr(value, "graph", None)
        if isinstance(graph, Graph):
            found[id(graph)] = graph
    yield from (graph.show for graph in found.values() if graph.get_operations())


def _models(main: ModuleType) -> Iterator[Callable[[Path], Any]]:
    if "fallline.models" not in sys.modules:
        return
    from fallline.models import Model

    utils: Any = __import__("fallline.old.keras.utils", fromlist=["plot_model"])
    found = {id(value): value for value in vars(main).values() if isinstance(value, Model)}
    for model in found.values():
        yield functools.partial(_plot, utils, model)


def _plot(utils: Any, model: Any, path: Path) -> None:
    utils.plot_model(model, to_file=str(path), show_shapes=True)
