"""Databases: SQLite files by the standard library, others by their address through ConnectorX."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import quote

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.address import HIDDEN, hidden_words, lacks_password, without_password
from fallline.data.tables.cells import Cells
from fallline.data.tables.content import Content
from fallline.data.tables.values import column_of, joined, plain
from fallline.errors import DataError, UsageError, suggestion

SQLITE_START = b"SQLite format 3\0"
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_ROWS_AT_ONCE = 50_000
_FILES = ("http", "https", "ftp", "s3", "gs", "gcs", "az", "abfss", "hdfs", "hf", "file")
_PLAIN_NAME = re.compile(r"[^\W\d][\w$]*(\.[^\W\d][\w$]*){0,2}")


def read_sqlite(content: Content, *, table: str | None = None, query: str | None = None) -> Cells:
    """A table, a view, or what a query gives, from a SQLite file, which is opened for reading alone.

    A column of SQLite may hold values of several kinds. It is typed where all agree, else text.

    Raises:
        DataError: damaged, no such table, several tables none of which is named, or a column of bytes.
        UsageError: both a table and a query are named, or the query does not run.
    """
    if table is not None and query is not None:
        raise UsageError("give a table or a query, not both.")
    with closing(_opened(content)) as connection:
        try:
            names = _tables(connection)
            notes = list(content.notes)
            if query is None:
                chosen = _chosen_table(names, table, content.source, notes)
                query = f"SELECT * FROM {_quoted(chosen)}"
                what = f'SQLite, table "{chosen}"'
            else:
                what = "SQLite, a query"
            cursor = _run(connection, query, content.source, names)
            return Cells(_fetched(cursor, notes), content.source, what, notes=tuple(notes))
        except sqlite3.Error as error:
            raise DataError(f"{content.source} cannot be read as a SQLite database: {error}.") from error


def read_address(address: str, *, table: str | None = None, query: str | None = None) -> Cells:
    """What a query gives, or a whole table, from a database with an address, such as `postgresql://user@host/name`.

    Raises:
        UsageError: neither or both of table and query are given, the address is none of a database, or ConnectorX,
            which reads databases, is not installed.
        DataError: the database cannot be reached, or refuses the query.
    """
    source = without_password(address)
    if lacks_password(address):
        raise UsageError(
            f"{source} lacks its password, which Fallline writes into no file. Give the whole address as DATA."
        )
    scheme = address.split(":")[0].casefold()
    if scheme in _FILES:
        raise DataError(f"{source} is no file on this machine. Download it, and give the file.")
    if scheme == "sqlite":
        raise UsageError(f"{source}: of SQLite give the file itself, without sqlite://.")
    if (table is None) == (query is None):
        raise UsageError(f"{source} is a database: name one table (--table) or give one query (--query).")
    if table is not None:
        if not _PLAIN_NAME.fullmatch(table):
            raise UsageError(
                f'"{table}" is no plain name of a table. Ask by --query "SELECT * FROM ...", quoted as there.'
            )
        query = f"SELECT * FROM {table}"
    assert query is not None
    try:
        frame = pl.read_database_uri(query, address, engine="connectorx")
    except ModuleNotFoundError:
        raise UsageError(
            f'{source} is a database, and reading one needs ConnectorX: pip install "fallline[databases]"'
        ) from None
    except BaseException as error:  # it panics, too, with an error that is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).replace(address, source).strip()
        for word in hidden_words(address):
            reason = reason.replace(word, HIDDEN)
        if not isinstance(error, Exception):
            reason += ". Ask by --query, and cast a column of such a type there to text or numbers."
        raise DataError(f"{source} could not be read: {reason}") from None
    what = f"{scheme}, " + (f'table "{table}"' if table else "a query")
    return Cells(plain(frame), source, what)


def _opened(content: Content) -> sqlite3.Connection:
    if content.path is not None:
        return sqlite3.connect(f"file:{quote(str(content.path.absolute()))}?mode=ro", uri=True)
    connection = sqlite3.connect(":memory:")
    data = bytearray(content.data)
    data[18:20] = b"\1\1"  # the file alone, without the log that a database in WAL mode asks for
    connection.deserialize(data)
    connection.execute("PRAGMA query_only = 1")
    return connection


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """The names of tables and views, and which of the two each is."""
    found = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return dict(found.fetchall())


def _chosen_table(names: dict[str, str], table: str | None, source: str, notes: list[str]) -> str:
    if table is not None:
        if table not in names:
            raise DataError(f'{source} has no table "{table}". {suggestion(table, names)}')
        return table
    tables = [name for name, kind in names.items() if kind == "table"] or list(names)
    shown = ", ".join(f'"{name}"' for name in names)
    views = ", ".join(f'"{name}"' for name in names if name not in tables)
    if not tables:
        raise DataError(f"{source} is a SQLite database without tables.")
    if len(tables) > 1:
        raise DataError(
            f"{source} holds several tables: {shown}. Name one with --table, or ask with --query."
        )
    if len(names) > 1:
        notes.append(f'table "{tables[0]}" was taken; {source} also holds views: {views}')
    return tables[0]


def _run(connection: sqlite3.Connection, query: str, source: str, names: dict[str, str]) -> sqlite3.Cursor:
    try:
        cursor = connection.execute(query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise
        shown = ", ".join(f'"{name}"' for name in names)
        raise UsageError(f"the query does not run on {source}: {error}. Its tables are {shown}.") from None
    if cursor.description is None:
        raise UsageError(f"the query gives no table; expected one that begins with SELECT: {query}")
    return cursor


def _fetched(cursor: sqlite3.Cursor, notes: list[str]) -> pl.DataFrame:
    """All rows, column by column: some at a time, so that they never all lie in memory as Python's values."""
    names = _unique([column[0] for column in cursor.description], notes)
    parts: list[list[pl.Series]] = [[pl.Series(name, [], dtype=pl.String)] for name in names]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for part, name, values in zip(parts, names, zip(*rows, strict=True), strict=True):
            part.append(column_of(name, values))
    return pl.DataFrame([joined(part) for part in parts])


def _unique(names: Sequence[str], notes: list[str]) -> list[str]:
    """Names of a query's columns; what two of them share gets a number."""
    unique: list[str] = []
    for name in names:
        fresh, number = name, 2
        while fresh in unique or (fresh != name and fresh in names):
            fresh, number = f"{name}_{number}", number + 1
        unique.append(fresh)
    if renamed := [f'"{new}"' for old, new in zip(names, unique, strict=True) if old != new]:
        notes.append(f"columns that share a name were renamed: {', '.join(renamed)}")
    return unique


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
