"""Looks over the bytes of a text: where its rows end, and what in them makes reading harder.

The text is taken in parts by all processors, as polars reads it, and each part in pieces: large ones, as small ones wait for each other; nothing of
the size of the text is made. What stands within quotation marks is told by how many marks came before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Int64, UInt8

from fallline.own.shown import fields_shown

_PIECE, _PART = 1 << 20, 1 << 22
_FEED, _RETURN, _MARK = ord("\n"), ord("\r"), ord('"')
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Traits:
    """What makes reading harder.

    Args:
        blank_edges: A blank stands beside a separator, a quotation mark or the end of a line.
        blank_before_mark: A blank stands before a quotation mark that opens a cell, maybe.
        double_marks: Two quotation marks stand side by side: an empty cell, maybe.
        stray_marks: A quotation mark opens within a cell: inches.
    """

    blank_edges: bool = False
    blank_before_mark: bool = False
    double_marks: bool = False
    stray_marks: bool = False


@dataclass(frozen=True)
class Layout:
    """The rows of a text.

    Args:
        starts: The byte at which each begins.
        separators: How many separators each holds outside quotation marks.
        lines: The line in which each begins, from 0.
    """

    __repr__ = fields_shown

    starts: Int64[np.ndarray, " rows"]
    separators: Int64[np.ndarray, " rows"]
    lines: Int64[np.ndarray, " rows"]


def count(text: bytes, character: str, begin: int = 0, outside_marks: bool = False) -> int:
    """How often a character of one byte stands in a text, or in it but outside quotation marks."""
    codes = np.frombuffer(text, np.uint8)
    if not outside_marks:
        look = partial(_count, codes, ord(character))
        return sum(_by_part(look, len(codes), begin))
    within = _parity(codes, begin)

    def found(part: int) -> int:
        inside, total = within[part], 0
        for piece in _pieces(codes, part):
            inner = np.logical_xor.accumulate(piece == _MARK) ^ inside
            inside = bool(inner[-1])
            total += int(np.count_nonzero((piece == ord(character)) & ~inner))
        return total

    return sum(_by_part(found, len(codes), begin))


def has_lone_returns(text: bytes) -> bool:
    """Whether a carriage return stands without a line feed behind it, as the old Mac's end of a line."""
    codes = np.frombuffer(text + b"\0" if text.endswith(b"\r") else text, np.uint8)

    def found(part: int) -> bool:
        for begin in range(part, min(part + _PART, len(codes)), _PIECE):
            piece = codes[begin : begin + _PIECE + 1]
            if ((piece[:-1] == _RETURN) & (piece[1:] != _FEED)).any():
                return True
        return False

    return any(_by_part(found, len(codes)))


def traits(text: bytes, separator: str, *, blanks: list[int], quoted: bool, returns: bool) -> Traits:
    """What makes reading harder in a text that holds blanks of these codes, quoted cells, and returns, or none."""
    if not blanks and not quoted:
        return Traits()
    codes = np.frombuffer(text, np.uint8)
    within = _parity(codes, 0) if quoted else {}
    is_blank, parts = np.zeros(256, bool), np.zeros(256, bool)
    is_blank[blanks] = True
    parts[[_FEED, ord(separator), *([_RETURN] if returns else [])]] = True
    is_end = parts.copy()
    is_end[_MARK] = True

    def look(part: int) -> tuple[bool, bool, bool, bool]:
        edges = before = double = stray = False
        inside = within.get(part, False)
        for begin in range(part, min(part + _PART, len(codes)), _PIECE):
            # One byte of the piece before: what stands between two pieces is seen as well.
            piece = codes[max(begin - 1, 0) : min(begin + _PIECE, part + _PART)]
            marks = np.flatnonzero(piece == _MARK) if quoted else np.zeros(0, np.int64)
            if begin and len(marks) and marks[0] == 0:  # the byte of the piece before, counted there
                inside = not inside
            opening = marks[int(inside) :: 2]
            previous = piece[opening[opening > 0] - 1]
            before = before or bool(is_blank[previous].any())
            stray = stray or not is_end[previous].all()
            double = double or bool((np.diff(marks) == 1).any())
            edges = edges or bool(is_blank[piece[marks[marks > 0] - 1]].any())
            edges = edges or bool(is_blank[piece[marks[marks < len(piece) - 1] + 1]].any())
            if blanks and not edges:
                places = np.flatnonzero(_is_any(piece, blanks))
                behind, ahead = places[places > 0], places[places < len(piece) - 1]
                behind, ahead = behind[parts[piece[behind - 1]]], ahead[parts[piece[ahead + 1]]]
                found = np.concatenate([behind - 1, ahead])  # the first byte of each such pair
                edges = bool(((np.searchsorted(marks, found, "right") + inside) % 2 == 0).any())
            inside ^= len(marks) % 2 == 1
            if edges and (not quoted or (before and double and stray)):
                break
        return edges, before, double, stray

    first = look(0)
    if all(first) or (first[0] and not quoted):
        return Traits(*first)
    found = [first, *_by_part(look, len(codes), _PART)]
    return Traits(*(any(column) for column in zip(*found, strict=True)))


def layout(text: bytes, offset: int, separator: str, quoted: bool) -> Layout | None:
    """The rows of a text from a byte on; None where a quotation mark never closes."""
    codes = np.frombuffer(text, np.uint8)
    within = _parity(codes, offset) if quoted else {}
    if within.get(-1, False):
        return None

    def look(part: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        inside = within.get(part, False)
        feeds, ends, places = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
        before = 0
        for k, piece in enumerate(_pieces(codes, part)):
            begin = part + k * _PIECE
            feed, separators = piece == _FEED, piece == ord(separator)
            feeds.append(np.flatnonzero(feed) + begin)
            if quoted:
                inner = np.logical_xor.accumulate(piece == _MARK) ^ inside
                inside = bool(inner[-1])
                feed, separators = feed & ~inner, separators & ~inner
            stops, found = np.flatnonzero(feed), np.flatnonzero(separators)
            ends.append(stops + begin)
            places.append(np.searchsorted(found, stops) + before)
            before += len(found)
        return np.concatenate(feeds), np.concatenate(ends), np.append(np.concatenate(places), before)

    feeds, ends, counts, before = list[np.ndarray](), list[np.ndarray](), list[np.ndarray](), 0
    for feed, end, places in _by_part(look, len(codes), offset):
        feeds.append(feed)
        ends.append(end)
        counts.append(places[:-1] + before)
        before += int(places[-1])
    if not text.endswith(b"\n"):
        ends.append(np.array([len(codes)]))
        counts.append(np.array([before]))
    starts = np.concatenate(([offset], np.concatenate(ends)[:-1] + 1))
    lines = np.searchsorted(np.concatenate(feeds), starts) if quoted else np.arange(len(starts))
    return Layout(starts, np.diff(np.concatenate(counts), prepend=0), lines)


def _by_part(look: Callable[[int], _Found], size: int, begin: int = 0) -> Iterator[_Found]:
    parts = range(begin, size, _PART)
    if len(parts) < 2:
        return map(look, parts)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return iter(list(pool.map(look, parts)))


def _parity(codes: UInt8[np.ndarray, " bytes"], begin: int) -> dict[int, bool]:
    """For the first byte of each part whether it stands within quotation marks; at -1 for the end."""
    counts = list(_by_part(partial(_count, codes, _MARK), len(codes), begin))
    inside = [False, *(bool(total % 2) for total in np.cumsum(counts))]
    return dict(zip([*range(begin, len(codes), _PART), -1], inside, strict=True))


def _count(codes: UInt8[np.ndarray, " bytes"], code: int, part: int) -> int:
    return sum(int(np.count_nonzero(piece == code)) for piece in _pieces(codes, part))


def _pieces(codes: UInt8[np.ndarray, " bytes"], part: int) -> Iterator[UInt8[np.ndarray, " bytes"]]:
    end = min(part + _PART, len(codes))
    return (codes[begin : min(begin + _PIECE, end)] for begin in range(part, end, _PIECE))


def _is_any(codes: UInt8[np.ndarray, " bytes"], wanted: list[int]) -> Bool[np.ndarray, " bytes"]:
    found = codes == wanted[0] if wanted else np.zeros(len(codes), bool)
    for code in wanted[1:]:
        found |= codes == code
    return found
