"""An output in a notebook's cell that is drawn over: one output, whose last state stays in the saved notebook.

Widgets and carriage returns leave nothing, or each of their states, in what is saved or converted.
"""

from __future__ import annotations

import sys
from typing import Any


def in_notebook() -> bool:
    """Whether the program runs in a kernel of Jupyter's protocol, whose outputs can be drawn over."""
    # Nobody has a shell of IPython who has not loaded it.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class Cell:
    """One output in the cell that is running when it is first shown."""

    def __init__(self) -> None:
        self._handle: Any = None

    @property
    def used(self) -> bool:
        """Whether anything was shown."""
        return self._handle is not None

    def show(self, text: str) -> None:
        """Draws the text over the one before."""
        from IPython.display import display  # type: ignore[import-not-found]  # loaded already, see in_notebook

        content = {"text/plain": text}
        if self._handle is None:
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
