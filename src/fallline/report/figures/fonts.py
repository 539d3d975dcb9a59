"""Fonts for names in every script: the signs that matplotlib's own font lacks are taken from one that is installed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")
SHOWN = 4


def give_fonts(figures: Iterable[Figure]) -> str | None:
    """Gives the texts of figures the installed fonts that have their signs.

    Returns:
        What to install, in a sentence, where no font has some of them: they would be boxes. None where all are there.
    """
    texts = [text for figure in figures for text in _texts(figure)]
    signs = {sign for text in texts for sign in text.get_text() if sign.isprintable() and not sign.isspace()}
    own = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    lacking = {sign for sign in signs if not own.get_char_index(ord(sign))}
    families: list[str] = []
    for name, font in _installed() if lacking else ():
        had = {sign for sign in lacking if font.get_char_index(ord(sign))}
        if had:
            families.append(name)
            lacking -= had
        if not lacking:
            break
    if families:
        for text in texts:
            text.set_fontfamily([*text.get_fontfamily(), *families])
    return _remedy(lacking) if lacking else None


def _texts(figure: Figure) -> list[Text]:
    for axis in figure.axes:
        # The texts at ticks are made when they are asked for.
        axis.get_xticklabels()
        axis.get_yticklabels()
    return [text for text in figure.findobj(Text) if isinstance(text, Text)]


def _installed() -> Iterable[tuple[str, FT2Font]]:
    """The upright fonts of this machine, each opened when it is its turn."""
    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    for path in font_manager.findSystemFonts():
        # Matplotlib keeps its list between processes: what was installed since is not in it.
        if path not in known:
            try:
                manager.addfont(path)
            except (OSError, RuntimeError, ValueError):
                continue
    entries = [entry for entry in manager.ttflist if entry.style == "normal"]
    # The regular weight of each family first; those without serifs look like the rest of the figure.
    for entry in sorted(
        entries, key=lambda entry: (entry.weight not in (400, "normal"), "Serif" in entry.name)
    ):
        # The last resort has a box for each sign; a font of pictures cannot be scaled.
        if "Last Resort" not in entry.name:
            try:
                font = font_manager.get_font(entry.fname)
            except (OSError, RuntimeError):
                continue
            if font.scalable:
                yield entry.name, font


def _remedy(lacking: set[str]) -> str:
    signs = sorted(lacking)
    shown = " ".join(signs[:SHOWN]) + (" ..." if len(signs) > SHOWN else "")
    asian = all(unicodedata.name(sign, "").startswith(EAST_ASIAN) for sign in signs)
    font, package = ("Noto Sans CJK", "fonts-noto-cjk") if asian else ("Noto", "fonts-noto")
    return (
        f"Some signs of names are boxes in the figures, as no font on this machine has them: {shown}. "
        f"Install one that does, such as {font} (on Debian and Ubuntu: apt install {package})."
    )
