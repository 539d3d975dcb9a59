"""A backend of matplotlib: `plt.show()` waits for nobody; `fallline.old.running.gallery` gets what it shows."""

from __future__ import annotations

from typing import Any

from matplotlib import is_interactive
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from fallline.old.running import gallery

_seen: set[int] = set()


class Window:
    """Stands for the window of a figure: programs make it large, and move it."""

    def maxsize(self) -> tuple[int, int]:
        """A screen's size."""
        return 1920, 1080

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_, **__: None


class FigureManager(FigureManagerBase):
    """A figure that was made through pyplot."""

    window = frame = Window()

    def show(self) -> None:
        """Shows this figure."""
        _seen.discard(id(self))
        gallery.keep(self.canvas.figure)


class FigureCanvas(FigureCanvasAgg):
    """Draws; nobody can click on it."""

    manager_class = FigureManager

    def set_window_title(self, title: str) -> None:
        """No window has a title."""

    def start_event_loop(self, timeout: float = 0) -> None:
        """Waits for nobody."""


def show(*_: Any, block: bool | None = None, **__: Any) -> None:
    """Shows all figures that are open, and closes them, as a person does who closes the windows.

    Args:
        block: False leaves them open: what they are at the end is kept.
    """
    managers = Gcf.get_all_fig_managers()
    if block is False:
        _seen.update(id(manager) for manager in managers)
        return
    for manager in managers:
        gallery.keep(manager.canvas.figure)
    Gcf.destroy_all()


def end() -> None:
    """Shows what was left open for the person to see, and closes all."""
    for manager in Gcf.get_all_fig_managers():
        if id(manager) in _seen or is_interactive():
            gallery.keep(manager.canvas.figure)
    _seen.clear()
    Gcf.destroy_all()
