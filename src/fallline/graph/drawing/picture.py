"""Blocks and arrows on paper: layers from left to right, what is joined side by side."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline._files import written_whole
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import Graph, views
from fallline.graph.drawing.folded import Arrow, Block, folded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {
    "input": "#dce9f5",
    "variable": "#fbe8cf",
    "operation": "#f4f4f4",
    "layer": "#dff0e4",
    "loss": "#f8dcd7",
    "optimizer": "#e9def3",
    "update": "#e9def3",
}
ARROWS = "#777777"
LINE, SIGN, BOLD = 0.17, 0.075, 0.09
"""Inches of a line of text, of a sign in it, and of one in a heading."""
ACROSS, DOWN = 0.85, 0.3
"""Inches between boxes, for the arrows with their shapes."""
LANE = 0.06
"""Inches that an arrow takes up where it passes a column of boxes."""


@dataclasses.dataclass(frozen=True)
class Box:
    """Where a block stands: its left lower corner and its size, in inches."""

    block: Block
    x: float
    y: float
    width: float
    height: float


class Picture:
    """A graph as a picture: shown in a notebook, or saved.

    Attributes:
        title: What the graph is.
    """

    def __init__(self, graph: Graph) -> None:
        """Draws a graph.

        Raises:
            GraphError: the graph has no nodes.
        """
        self._blocks, self._arrows = folded(graph)
        if not self._blocks:
            raise GraphError("graph.show(): the graph is empty, or holds nothing but constants.")
        self.title = _title(self._blocks, len(graph.get_operations()))

    def save(self, path: Any) -> Path:
        """Writes the picture: SVG or PNG, by the ending of the name.

        Raises:
            GraphError: another ending.
        """
        target = Path(path)
        if target.suffix not in (".svg", ".png"):
            raise GraphError(
                f"graph.show(): expected a file name that ends in .svg or .png, got {str(path)!r}."
            )
        with written_whole(target) as file:
            self._figure().savefig(file, format=target.suffix[1:], dpi=150)
        return target

    def _repr_svg_(self) -> str:
        buffer = io.StringIO()
        self._figure().savefig(buffer, format="svg")
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"<picture of a graph: {self.title}; .save('graph.svg') writes it>"

    def _figure(self) -> Figure:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        boxes, stretches = placed(self._blocks, self._arrows)
        width = max(box.x + box.width for box in boxes.values()) + 0.3
        height = max(box.y + box.height for box in boxes.values()) + 0.75
        width = max(width, 0.3 + SIGN * 1.15 * len(self.title))
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(0, height)
        axes.axis("off")
        axes.text(0.3, height - 0.25, self.title, fontsize=11, va="center", parse_math=False)
        for arrow in stretches:
            _draw_arrow(axes, boxes[arrow.source], boxes[arrow.target], arrow.label)
        for box in boxes.values():
            _draw_lane(axes, box) if box.block.kind == "lane" else _draw_box(axes, box)
        return figure


def _title(blocks: list[Block], nodes: int) -> str:
    counts = {kind: sum(block.kind == kind for block in blocks) for kind in COLOURS}
    said = [
        f"{counts[kind]} {name}{'' if counts[kind] == 1 else plural}"
        for kind, name, plural in (
            ("input", "input", "s"),
            ("layer", "layer", "s"),
            ("variable", "variable", "s"),
            ("loss", "loss", "es"),
        )
        if counts[kind]
    ]
    rules = [block.lines[0] for block in blocks if block.kind == "optimizer" and block.lines]
    return f"{', '.join([*said, *rules])}: {nodes} nodes in {len(blocks)} blocks"


def _levels(blocks: list[Block], arrows: list[Arrow]) -> dict[str, int]:
    """The column of each block: one to the right of what it takes; variables stand just left of their first use."""
    before: dict[str, list[str]] = {block.name: [] for block in blocks}
    after: dict[str, list[str]] = {block.name: [] for block in blocks}
    for arrow in arrows:
        if arrow.source in before and arrow.target in before:
            before[arrow.target].append(arrow.source)
            after[arrow.source].append(arrow.target)
    levels: dict[str, int] = {}

    def level(name: str, path: tuple[str, ...]) -> int:
        if name not in levels:
            sources = [each for each in before[name] if each not in path]  # folding may have closed a circle
            levels[name] = 1 + max((level(each, (*path, name)) for each in sources), default=-1)
        return levels[name]

    for block in blocks:
        level(block.name, ())
    for block in blocks:
        if not before[block.name] and after[block.name]:
            levels[block.name] = max(0, min(levels[each] for each in after[block.name]) - 1)
    return levels


def _stretches(levels: dict[str, int], arrows: list[Arrow]) -> tuple[dict[str, int], list[Arrow]]:
    """The arrows from column to column: one that passes columns has a lane in each, so that it crosses no box.

    Arrows of one block share their lanes.

    Returns:
        The lanes with their columns, and the arrows.
    """
    lanes: dict[str, int] = {}
    found: dict[tuple[str, str], Arrow] = {}
    for arrow in arrows:
        if arrow.source not in levels or arrow.target not in levels:
            continue
        here = arrow.source
        for level in range(levels[arrow.source] + 1, levels[arrow.target]):
            lane = f"{arrow.source}\0{level}"  # the name of no node
            lanes[lane] = level
            found.setdefault((here, lane), Arrow(here, lane, arrow.label))
            here = lane
        found.setdefault((here, arrow.target), Arrow(here, arrow.target, arrow.label))
    return lanes, list(found.values())


def placed(blocks: list[Block], arrows: list[Arrow]) -> tuple[dict[str, Box], list[Arrow]]:
    """Where each block stands, and each lane of an arrow that passes a column; the arrows from column to column."""
    levels = _levels(blocks, arrows)
    lanes, arrows = _stretches(levels, arrows)
    columns: dict[int, list[Block]] = {}
    for block in [*blocks, *(Block(name, "lane") for name in lanes)]:
        columns.setdefault((levels | lanes)[block.name], []).append(block)
    heights = {block.name: 0.16 + LINE * (1 + len(block.lines)) for block in blocks} | dict.fromkeys(
        lanes, LANE
    )
    tallest = max(sum(heights[each.name] + DOWN for each in column) for column in columns.values())
    boxes: dict[str, Box] = {}
    x = 0.3
    for level in sorted(columns):
        column = sorted(columns[level], key=lambda block: -_middle_of_sources(block, arrows, boxes, tallest))
        width = max(_width(each) for each in column if each.kind != "lane")
        total = sum(heights[each.name] + DOWN for each in column) - DOWN
        y = 0.25 + (tallest + total) / 2
        for block in column:
            y -= heights[block.name]
            boxes[block.name] = Box(block, x, y, width, heights[block.name])
            y -= DOWN
        x += width + ACROSS
    return boxes, arrows


def _width(block: Block) -> float:
    return 0.3 + max([BOLD * len(block.name), *(SIGN * len(line) for line in block.lines)])


def _middle_of_sources(block: Block, arrows: list[Arrow], boxes: dict[str, Box], tallest: float) -> float:
    found = [boxes[each.source] for each in arrows if each.target == block.name and each.source in boxes]
    if not found:
        return tallest if block.kind == "input" else 0.0
    return sum(box.y + box.height / 2 for box in found) / len(found)


def _draw_box(axes: Any, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (box.x, box.y),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=COLOURS[box.block.kind],
            edgecolor="#555555",
            linewidth=0.8,
            zorder=3,
        )
    )
    middle, top = box.x + box.width / 2, box.y + box.height - 0.08
    for place, line in enumerate([box.block.name, *box.block.lines]):
        axes.text(
            middle, top - LINE * (place + 0.5), line, ha="center", va="center", fontsize=8.5 if place else 9.5,
            weight="normal" if place else "bold", color="#222222" if not place else "#444444", zorder=4, parse_math=False,
        )  # fmt: skip


def _draw_lane(axes: Any, lane: Box) -> None:
    y = lane.y + lane.height / 2
    axes.plot((lane.x, lane.x + lane.width), (y, y), color=ARROWS, linewidth=1.0, zorder=2)


def _draw_arrow(axes: Any, source: Box, target: Box, label: str) -> None:
    start = (source.x + source.width, source.y + source.height / 2)
    end = (target.x, target.y + target.height / 2)
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-" if target.block.kind == "lane" else "-|>",
            "color": ARROWS,
            "linewidth": 1.0,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=2,
    )
    if source.block.kind != "lane":
        # Nearer to where it comes from: arrows cross in the middle.
        x, y = (0.65 * one + 0.35 * other for one, other in zip(start, end, strict=True))
        axes.text(
            x, y + 0.05, label, ha="center", va="bottom", fontsize=7,
            color="#555555", zorder=4, parse_math=False,
        )  # fmt: skip


views["picture"] = Picture
