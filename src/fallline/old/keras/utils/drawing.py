"""A model as a picture: `plot_model` and `model_to_dot`, without Graphviz."""

from __future__ import annotations

import functools
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline.errors import UsageError, unknown_attribute
from fallline.layers import InputLayer
from fallline.models.summary import connections, shape_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("eps", "jpeg", "jpg", "pdf", "png", "ps", "raw", "svg", "dot")
LINE, SIGN = 0.2, 0.088
"""Inches of a line of text, and of a sign in it."""
ACROSS, DOWN, MARGIN = 0.4, 0.35, 0.15
"""Inches between boxes side by side, between rows of boxes, and around the picture."""


@dataclass(frozen=True)
class Box:
    """One layer of the picture.

    Attributes:
        name: The layer's name in the model.
        lines: What stands in the box.
        sources: The names of the layers that feed it.
    """

    name: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        return SIGN * max(map(len, self.lines)) + 0.2, LINE * len(self.lines) + 0.12


class Dot:
    """The picture of a model, with the methods of `pydot.Dot` that programs call.

    Attributes:
        boxes: The layers.
        across: Whether the layers lie from left to right.
        dpi: Pixels in an inch.
    """

    def __init__(self, boxes: tuple[Box, ...], across: bool = False, dpi: float = 96) -> None:
        self.boxes, self.across, self.dpi = boxes, across, dpi

    def to_string(self) -> str:
        """The picture in the language of Graphviz."""
        numbers = {box.name: number for number, box in enumerate(self.boxes)}
        lines = ["digraph G {", f"rankdir={'LR' if self.across else 'TB'};", "node [shape=record];"]
        for box in self.boxes:
            label = "\\n".join(box.lines).replace('"', '\\"')
            lines.append(f'{numbers[box.name]} [label="{label}"];')
        lines += [
            f"{numbers[source]} -> {numbers[box.name]};" for box in self.boxes for source in box.sources
        ]
        return "\n".join([*lines, "}", ""])

    def create(self, prog: Any = None, format: str = "ps", encoding: str | None = None) -> bytes:
        """The picture as the contents of a file.

        Args:
            prog: Kept for the order of arguments: no program of Graphviz is called.
            format: "svg", "png", "pdf", ...; "dot" and "raw" for the language of Graphviz.
            encoding: Kept likewise.

        Raises:
            UsageError: no such format.
        """
        del prog, encoding
        kind = format.casefold()
        if kind not in FORMATS:
            raise UsageError(f"model_to_dot: the format is one of {', '.join(FORMATS)}, got {format!r:.20}.")
        if kind in ("dot", "raw"):
            return self.to_string().encode()
        file = io.BytesIO()
        self._figure().savefig(file, format=kind, dpi=self.dpi)
        return file.getvalue()

    def write(self, path: Any, prog: Any = None, format: str = "raw", encoding: str | None = None) -> bool:
        """Writes what `create` gives to a file."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.create(prog, format, encoding))
        return True

    def __getattr__(self, name: str) -> Any:
        what, _, kind = name.partition("_")
        if what in ("create", "write") and kind in FORMATS:
            return functools.partial(getattr(self, what), format=kind)
        if what == "set":  # attributes of Graphviz, such as its fonts
            return _pass_over
        raise unknown_attribute(self, name)

    def _repr_svg_(self) -> str:
        return self.create(format="svg").decode()

    def _places(self) -> Iterator[tuple[Box, float, float]]:
        """Each box with its middle in inches: in rows by the longest way from an input."""
        depth: dict[str, int] = {}
        for box in self.boxes:
            depth[box.name] = 1 + max((depth.get(source, 0) for source in box.sources), default=-1)
        along = 0.0
        for level in sorted(set(depth.values())):
            row = [box for box in self.boxes if depth[box.name] == level]
            sizes = [box.size[::-1] if self.across else box.size for box in row]
            beside = -(sum(width for width, _ in sizes) + ACROSS * (len(row) - 1)) / 2
            deep = max(height for _, height in sizes)
            for box, (width, _) in zip(row, sizes, strict=True):
                middle = beside + width / 2, along + deep / 2
                yield box, *(middle[::-1] if self.across else middle)
                beside += width + ACROSS
            along += deep + DOWN

    def _figure(self) -> Figure:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import FancyArrowPatch, Rectangle

        places = list(self._places())
        left = min((x - box.size[0] / 2 for box, x, _ in places), default=0) - MARGIN
        right = max((x + box.size[0] / 2 for box, x, _ in places), default=1) + MARGIN
        top = min((y - box.size[1] / 2 for box, _, y in places), default=0) - MARGIN
        bottom = max((y + box.size[1] / 2 for box, _, y in places), default=1) + MARGIN
        figure = Figure((right - left, bottom - top))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(bottom, top))
        axes.set_axis_off()
        middle = {box.name: (box, x, y) for box, x, y in places}
        for box, x, y in places:
            width, height = box.size
            corner = (x - width / 2, y - height / 2)
            axes.add_patch(Rectangle(corner, width, height, facecolor="white", edgecolor="black", zorder=2))
            axes.text(x, y, "\n".join(box.lines), ha="center", va="center", size=9, zorder=3)
            for source in box.sources:
                begin, end = self._ends(middle[source], (box, x, y))
                axes.add_patch(
                    FancyArrowPatch(begin, end, arrowstyle="-|>", mutation_scale=10, color="black")
                )
        return figure

    def _ends(self, begin: Any, end: Any) -> tuple[tuple[float, float], tuple[float, float]]:
        (first, x, y), (second, to_x, to_y) = begin, end
        if self.across:
            return (x + first.size[0] / 2, y), (to_x - second.size[0] / 2, to_y)
        return (x, y + first.size[1] / 2), (to_x, to_y - second.size[1] / 2)


def _pass_over(*values: Any, **named: Any) -> None:
    """What does nothing."""
    del values, named


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float | None = 96,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    **kwargs: Any,
) -> Dot:
    """The picture of a model, whose `create(prog="dot", format="svg")` gives the contents of a file.

    Args:
        model: A model whose input shape is known.
        show_shapes: Whether the boxes say the shapes that go in and come out.
        show_dtype: Whether they say the number type.
        show_layer_names: Whether they say the names of the layers.
        rankdir: "TB": from top to bottom; "LR": from left to right.
        expand_nested: Kept for Keras's order: a model used as a layer is one box.
        dpi: Pixels in an inch; None: 96.
        subgraph: Kept for Keras's order.
        show_layer_activations: Whether they say the activations.
        show_trainable: Whether they say which layers are trained.
        **kwargs: Arguments of later versions.

    Raises:
        NotReadyError: the model does not know its input shape yet.

    Source: Keras 2 for names and arguments.
    """
    del expand_nested, subgraph, kwargs
    traced = model._require_traced()
    shapes = {name: shape_of(part, traced) for part, name in zip(traced.parts, traced.names, strict=True)}
    boxes = []
    for part, name in zip(traced.parts, traced.names, strict=True):
        kind = type(part).__name__
        lines = [f"{name} : {kind}" if show_layer_names else kind]
        sources = tuple(connections(part, traced))
        if show_layer_activations and hasattr(part, "activation"):
            lines.append(f"activation: {getattr(part.activation, '__name__', part.activation)}")
        if show_dtype:
            lines.append("float32")
        if show_trainable:
            lines.append("trainable" if part.trainable else "not trainable")
        if show_shapes:
            shape = shapes[name]
            before = [shapes[source] for source in sources]
            taken = shape if isinstance(part, InputLayer) or not before else ", ".join(before)
            lines += [f"input: {taken}", f"output: {shape}"]
        boxes.append(Box(name, tuple(lines), sources))
    return Dot(tuple(boxes), rankdir.upper() in ("LR", "RL"), 96 if dpi is None else dpi)


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float | None = 96,
    **kwargs: Any,
) -> Any:
    """Writes the picture of a model to a file: PNG, SVG, PDF, JPG or Graphviz's own, by the ending of its name.

    Returns:
        What a notebook shows, else None.

    Raises:
        NotReadyError: the model does not know its input shape yet.
        UsageError: the ending is of no known format.

    Source: Keras 2 for names and arguments.
    """
    dot = model_to_dot(
        model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, **kwargs
    )
    if to_file is None:
        return dot
    path = Path(to_file)
    dot.write(path, format=path.suffix[1:] or "png")
    shown: Any = sys.modules.get("IPython.display")
    return None if shown is None or path.suffix == ".pdf" else shown.Image(filename=str(path))


plot = plot_model
