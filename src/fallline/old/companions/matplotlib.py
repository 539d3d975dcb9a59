"""matplotlib of before 2.0 to 3.9: names and arguments that went, styles that were renamed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import Changes, told
from fallline.old.notices import say_once

RENAMED: Mapping[str, Mapping[str, str]] = {
    "hist": {"normed": "density"},
    "grid": {"b": "visible"},
    "add_subplot": {"axisbg": "facecolor", "axis_bgcolor": "facecolor"},
    "legend": {},
}
"""Method of an axes or a figure -> arguments that have another name now."""

BACKEND = "module://fallline.old.running.figures"
GONE_MAPS = {
    "spectral": "nipy_spectral",
    "Vega10": "tab10",
    "Vega20": "tab20",
    "Vega20b": "tab20b",
    "Vega20c": "tab20c",
}


def give_back(module: ModuleType, changes: Changes) -> None:
    """Adds the old names of one of its modules."""
    if module.__name__ == "matplotlib":
        _backends(module, changes)
    else:
        _plotting(module, changes)


def _backends(matplotlib: ModuleType, changes: Changes) -> None:
    """Figures are `fallline.old.running.figures`'s: no window opens, whatever the program asks for."""
    before = dict.__getitem__(matplotlib.rcParams, "backend")
    settings = {name: value for name, value in dict.items(matplotlib.rcParams) if name != "backend"}
    changes.after(lambda: dict.update(matplotlib.rcParams, settings))
    matplotlib.use(BACKEND)
    changes.after(lambda: _give_up(matplotlib, before))
    changes.put(matplotlib, "use", lambda *_, **__: None)


def _give_up(matplotlib: ModuleType, before: Any) -> None:
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
        pyplot.switch_backend(before if isinstance(before, str) else "agg")
    else:
        dict.__setitem__(matplotlib.rcParams, "backend", before)


def _plotting(pyplot: ModuleType, changes: Changes) -> None:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    switch = pyplot.switch_backend
    changes.put(pyplot, "switch_backend", lambda _: switch(BACKEND))
    changes.put(pyplot, "pause", lambda *_, **__: None)
    changes.put(Axes, "hist", _renamed(Axes.hist, RENAMED["hist"]))
    changes.put(Axes, "grid", _renamed(Axes.grid, RENAMED["grid"]))
    changes.put(Figure, "add_subplot", _renamed(Figure.add_subplot, RENAMED["add_subplot"]))
    for name in ("hist", "grid"):
        changes.put(pyplot, name, _renamed(getattr(pyplot, name), RENAMED[name]))
    changes.put(pyplot, "gca", _axes_of(pyplot, pyplot.gca))
    changes.put(Figure, "gca", _axes_of_a_figure(Figure.gca))
    for thing in (pyplot, Axes):
        changes.add(thing, "hold", lambda *_, **__: None, "nothing: what is drawn stays")
    changes.add(Axes, "set_axis_bgcolor", lambda self, colour: self.set_facecolor(colour), "set_facecolor")
    changes.names(
        pyplot,
        {
            name: (functools.partial(functools.partial, pyplot.set_cmap, now), f'plt.set_cmap("{now}")')
            for name, now in GONE_MAPS.items()
        },
    )
    changes.put(pyplot.style, "use", _styles(pyplot))
    _maps(pyplot, changes)


def _maps(pyplot: ModuleType, changes: Changes) -> None:
    import matplotlib as mpl
    import matplotlib.cm as maps

    for old, now in GONE_MAPS.items():
        if old not in mpl.colormaps:
            mpl.colormaps.register(mpl.colormaps[now], name=old)
            changes.after(functools.partial(mpl.colormaps.unregister, old))
    if not hasattr(maps, "get_cmap"):
        changes.put(maps, "get_cmap", told(pyplot.get_cmap, "matplotlib.cm.get_cmap", "plt.get_cmap"))
    changes.names(
        maps,
        {
            name: (functools.partial(pyplot.get_cmap, now), f"plt.cm.{now}")
            for name, now in GONE_MAPS.items()
            if name not in vars(maps)
        },
    )


def _styles(pyplot: ModuleType) -> Callable[..., Any]:
    use = pyplot.style.use

    def chosen(style: Any) -> Any:
        names = [style] if isinstance(style, str | dict) else list(style)
        now = [_style(each, pyplot.style.available) for each in names]
        return use(now)

    return chosen


def _style(name: Any, available: list[str]) -> Any:
    if not isinstance(name, str) or not name.startswith("seaborn") or name in available:
        return name
    now = name.replace("seaborn", "seaborn-v0_8", 1)
    say_once(f'matplotlib\'s style "{name}" is gone; now: "{now}".')
    return now


def _renamed(function: Callable[..., Any], names: Mapping[str, str]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*positional: Any, **named: Any) -> Any:
        for old, now in names.items():
            if old in named:
                say_once(f"{function.__name__}({old}=) is gone; now: {now}=.")
                named[now] = named.pop(old)
        return function(*positional, **named)

    return call


def _axes_of(pyplot: ModuleType, gca: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(gca)
    def call(**named: Any) -> Any:
        return pyplot.gcf().add_subplot(**named) if named else gca()

    return call


def _axes_of_a_figure(gca: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(gca)
    def call(self: Any, **named: Any) -> Any:
        return self.add_subplot(**named) if named else gca(self)

    return call
