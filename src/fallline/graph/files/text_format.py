"""The text form of protocol buffers, as far as state files of checkpoints use it: named texts and numbers, no messages within.

Source: the documents of protocol buffers, "Text Format Language Specification".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<skip>(?:\s|\#[^\n]*)+)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>-?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?|inf\b|nan\b))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>[:;,\[\]])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "'": r"\'", "\\": r"\\"}

Token = tuple[str, str]
Value = str | float


def read_text(text: str) -> list[tuple[str, Value]]:
    """Names and values, one for each of a list.

    Raises:
        ValueError: it is no such text; the message has the place.
    """
    found: list[tuple[str, Value]] = []
    tokens = list(_tokens(text))
    while tokens:
        name = _expect(tokens, "name")
        _expect(tokens, ":")
        if tokens and tokens[0][0] == "[":
            tokens.pop(0)
            while not (tokens and tokens[0][0] == "]"):
                found.append((name, _value(tokens)))
                if tokens and tokens[0][0] == ",":
                    tokens.pop(0)
            tokens.pop(0)
        else:
            found.append((name, _value(tokens)))
        if tokens and tokens[0][0] in (";", ","):
            tokens.pop(0)
    return found


def quoted(text: str) -> str:
    """A text as it stands in the file; letters beyond ASCII as they are."""
    signs = (
        _ESCAPED.get(sign) or (sign if sign.isprintable() or sign > "\x7f" else f"\\{ord(sign):03o}")
        for sign in text
    )
    return f'"{"".join(signs)}"'


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            line = text.count("\n", 0, at) + 1
            raise ValueError(
                f"line {line} has {text[at : at + 20]!r}, which is neither a name, a text nor a number"
            )
        at = found.end()
        if found.lastgroup == "sign":
            yield found.group(), found.group()
        elif found.lastgroup != "skip":
            yield found.lastgroup, found.group()


def _expect(tokens: list[Token], kind: str) -> str:
    if not tokens or tokens[0][0] != kind:
        raise ValueError(f"expected {kind}, found {tokens[0][1] if tokens else 'the end'!r:.40}")
    return tokens.pop(0)[1]


def _value(tokens: list[Token]) -> Value:
    if tokens and tokens[0][0] == "number":
        return float(re.sub(r"(?<=[\d.])[fF]$", "", tokens.pop(0)[1]))
    parts = [_expect(tokens, "text")]
    while tokens and tokens[0][0] == "text":
        parts.append(tokens.pop(0)[1])
    return b"".join(_unquoted(part[1:-1]) for part in parts).decode("utf-8", "surrogateescape")


def _unquoted(text: str) -> bytes:
    """The bytes of a text: octal and hexadecimal numbers are bytes, all else letters in UTF-8."""
    content, at = b"", 0
    for found in _ESCAPE.finditer(text):
        content += text[at : found.start()].encode("utf-8", "surrogateescape")
        octal, byte, short, long, sign = found.groups()
        if octal or byte:
            content += bytes([int(octal, 8) & 0xFF if octal else int(byte, 16)])
        else:
            letter = chr(int(short or long, 16)) if short or long else _SIGNS.get(sign, sign)
            content += letter.encode("utf-8", "surrogatepass")
        at = found.end()
    return content + text[at:].encode("utf-8", "surrogateescape")
