"""Addresses of databases as they may be shown and written down: without what is secret in them."""

from __future__ import annotations

import re
from urllib.parse import unquote

HIDDEN = "***"

# After the user; with a slash in it that nobody encoded, where it is no port.
_PASSWORD = re.compile(r"(?<=://)([^/?#@:\s]*):(?:([^/\s]*)|(?!\d+[/?])(\S*))@")
_OPTION = re.compile(r"(?i)([?&;][^&;=?]*(?:pass|pwd|token|secret|key)[^&;=]*=)([^&;]*)")


def without_password(address: str) -> str:
    """An address with `***` in place of its password and of options that hold one; all else as it stands."""
    if "://" not in address:
        return address
    return _OPTION.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1:{HIDDEN}@", address))


def hidden_words(address: str) -> list[str]:
    """What `without_password` hides, also decoded, as a driver may repeat it; the longest first."""
    if "://" not in address:
        return []
    words = [found[2] or found[3] for found in _PASSWORD.finditer(address)]
    words += [found[2] for found in _OPTION.finditer(address)]
    spellings = {spelling for word in words for spelling in (word, unquote(word or "")) if spelling}
    return sorted(spellings, key=len, reverse=True)


def lacks_password(address: str) -> bool:
    """Whether `without_password` wrote the address."""
    return HIDDEN in hidden_words(address)
