"""`IPython.display` and its like where IPython is not installed: what is shown there is printed here."""

from __future__ import annotations

from typing import Any

from fallline.old.running.notebook import display as display


class Shown:
    """What a browser would show: a terminal shows its name."""

    def __init__(self, data: Any = None, *_: Any, **__: Any) -> None:
        self.data = data

    def __repr__(self) -> str:
        return f"<IPython.display.{type(self).__name__} object>"


class Image(Shown):
    """A picture."""


class SVG(Shown):
    """A picture."""


class HTML(Shown):
    """A page."""


class Markdown(Shown):
    """A text."""

    def __repr__(self) -> str:
        return str(self.data)


class Latex(Markdown):
    """A formula."""


class Math(Markdown):
    """A formula."""


class Audio(Shown):
    """A sound."""


class YouTubeVideo(Shown):
    """A film."""


class IFrame(Shown):
    """A page."""


class InteractiveShell:
    """Where programs say which lines of a cell are shown."""

    ast_node_interactivity = "last_expr"


def clear_output(wait: bool = False) -> None:
    """Nothing is cleared on a terminal."""


def set_matplotlib_formats(*_: Any, **__: Any) -> None:
    """Figures are not shown in a page here."""


def figsize(width: float, height: float) -> None:
    """The size of figures to come."""
    import matplotlib as mpl

    mpl.rcParams["figure.figsize"] = (width, height)
