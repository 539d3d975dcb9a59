import bz2
import gzip
import sqlite3

import polars as pl
import pytest

from fallline.data.tables import read_cells
from fallline.errors import DataError, UsageError


@pytest.fixture
def database(tmp_path):
    """Writes a SQLite file by statements and gives its path."""

    def write(*statements, rows=(), journal="delete"):
        path = tmp_path / "t.db"
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA journal_mode={journal}")
        for statement in statements:
            connection.execute(statement)
        connection.executemany(
            f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})" if rows else "", rows
        )
        connection.commit()
        connection.close()
        return path

    return write


# The census, section 7 of the ecosystem, D1-D5: where other readers round, fail, or take the declared type.
@pytest.mark.parametrize(
    ("declared", "early", "late", "dtype", "values"),
    [
        ("", 1, 0.5, pl.Float64, [1.0, 0.5]),
        ("INTEGER", 1, "word", pl.String, ["1", "word"]),
        ("INTEGER", 1, "0.5", pl.Float64, [1.0, 0.5]),  # SQLite itself makes a number of it
        ("TEXT", "007", "8", pl.String, ["007", "8"]),
        ("NUMERIC", 1, 2.25, pl.Float64, [1.0, 2.25]),
        ("", None, 3, pl.Int64, [None, 3]),
        ("", 1.0, "x", pl.String, ["1", "x"]),
        ("DATE", "2024-03-01", None, pl.String, ["2024-03-01", None]),
        ("BOOLEAN", True, False, pl.Int64, [1, 0]),
        ("INTEGER", 2**53 + 1, None, pl.Int64, [2**53 + 1, None]),
    ],
)
@pytest.mark.parametrize("chunk", [50_000, 1000])
def test_values_of_all_rows_decide(database, monkeypatch, chunk, declared, early, late, dtype, values):
    monkeypatch.setattr("fallline.data.tables.database._ROWS_AT_ONCE", chunk)
    path = database(f"CREATE TABLE t (k INTEGER, v {declared})", rows=[(0, early)] * 2000 + [(1, late)])
    column = read_cells(path).frame["v"]
    assert column.dtype == dtype
    assert column.to_list() == [values[0]] * 2000 + [values[1]]


def test_tables_views_and_queries(database):
    path = database(
        "CREATE TABLE t (id INTEGER, v REAL)",
        'CREATE VIEW "big ones" AS SELECT * FROM t WHERE v > 1',
        rows=[(1, 0.5), (2, 1.5)],
    )
    cells = read_cells(path)
    assert cells.frame.rows() == [(1, 0.5), (2, 1.5)]
    assert cells.what == 'SQLite, table "t"'
    assert cells.notes == (f'table "t" was taken; {path} also holds views: "big ones"',)
    assert read_cells(path, table="big ones").frame.rows() == [(2, 1.5)]
    cells = read_cells(
        path, query="SELECT a.id, b.id, a.v + b.v AS total FROM t a JOIN t b ON a.id = b.id ORDER BY 1"
    )
    assert cells.frame.to_dict(as_series=False) == {"id": [1, 2], "id_2": [1, 2], "total": [1.0, 3.0]}
    assert cells.notes == ('columns that share a name were renamed: "id_2"',)


def test_several_tables_are_named(database):
    path = database("CREATE TABLE t (a)", "CREATE TABLE prices (a)", rows=[(1,)])
    with pytest.raises(
        DataError, match='several tables: "t", "prices". Name one with --table, or ask with --query'
    ):
        read_cells(path)
    with pytest.raises(DataError, match='no table "price". Did you mean "prices"'):
        read_cells(path, table="price")
    with pytest.raises(UsageError, match="a table or a query, not both"):
        read_cells(path, table="t", query="SELECT 1")


def test_no_tables_no_rows_and_bytes(database, tmp_path):
    path = database("CREATE TABLE t (a INTEGER, b TEXT)", rows=[(1, b"\1")])
    with pytest.raises(DataError, match='column "b" holds bytes'):
        read_cells(path)
    frame = read_cells(path, query="SELECT a, b FROM t WHERE a > 1").frame
    assert frame.schema == {"a": pl.String, "b": pl.String}
    assert frame.height == 0
    sqlite3.connect(tmp_path / "none.db").execute("PRAGMA user_version = 1").connection.close()
    with pytest.raises(DataError, match="without tables"):
        read_cells(tmp_path / "none.db")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT prise FROM t", 'does not run on .*no such column: prise. Its tables are "t"'),
        ("SELEC 1", "syntax error"),
        ("DELETE FROM t", "readonly"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "gives no table"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_query_that_does_not_run(database, tmp_path, query, message, packed):
    path = database("CREATE TABLE t (price REAL)", rows=[(1.5,)])
    before = path.read_bytes()
    if packed:
        path = tmp_path / "t.db.gz"
        path.write_bytes(gzip.compress(before))
    with pytest.raises(UsageError, match=message):
        read_cells(path, query=query)
    assert (tmp_path / "t.db").read_bytes() == before


def test_a_database_with_a_log_of_its_own(database, tmp_path):
    path = database("CREATE TABLE t (price REAL)", rows=[(1.5,)], journal="wal")
    assert read_cells(path).frame.rows() == [(1.5,)]
    (tmp_path / "t.bz2").write_bytes(bz2.compress(path.read_bytes()))
    assert read_cells(tmp_path / "t.bz2").frame.rows() == [(1.5,)]


ADDRESS = "postgresql://me:secret@db.example:5432/shop"


@pytest.fixture
def asked(monkeypatch):
    """Stands in for the database: what polars is asked, and what it answers or raises."""
    calls = []

    def answer(query, address, *, engine):
        calls.append((query, address, engine))
        if isinstance(calls[0], BaseException):
            raise calls[0]
        return pl.DataFrame({"n": pl.Series([1, 2], dtype=pl.Int16), "price": ["1.5", None]}).with_columns(
            pl.col("price").cast(pl.Decimal(38, 10))
        )

    monkeypatch.setattr(pl, "read_database_uri", answer)
    return calls


def test_an_address_is_asked_through_polars(asked):
    cells = read_cells(ADDRESS, table="public.prices")
    assert cells.frame.schema == {"n": pl.Int64, "price": pl.Float64}
    assert cells.frame.rows() == [(1, 1.5), (2, None)]
    assert cells.source == "postgresql://me:***@db.example:5432/shop"
    assert cells.what == 'postgresql, table "public.prices"'
    assert (
        read_cells("mysql://h/db?user=me&password=secret&x=1", table="t").source
        == "mysql://h/db?user=me&password=***&x=1"
    )
    asked.pop()
    read_cells(ADDRESS, query="SELECT 1")
    assert asked == [
        ("SELECT * FROM public.prices", ADDRESS, "connectorx"),
        ("SELECT 1", ADDRESS, "connectorx"),
    ]


class PanicException(BaseException):
    """As ConnectorX raises it."""


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ModuleNotFoundError("connectorx"), UsageError, r'pip install "fallline\[databases\]"'),
        (
            RuntimeError(f"no route to {ADDRESS}"),
            DataError,
            r"could not be read: no route to postgresql://me:\*\*\*@",
        ),
        (
            PanicException("not implemented: interval"),
            DataError,
            "not implemented: interval. .* cast a column",
        ),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
    ],
)
def test_what_goes_wrong_at_an_address(asked, error, kind, message):
    asked.append(error)
    with pytest.raises(kind, match=message) as raised:
        read_cells(ADDRESS, table="prices")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        (ADDRESS, {}, "name one table .* or give one query"),
        (ADDRESS, {"table": "a", "query": "b"}, "name one table .* or give one query"),
        (ADDRESS, {"table": "a; DROP TABLE b"}, "is no plain name of a table"),
        (ADDRESS, {"table": "a", "sheet": "b"}, "only workbooks have sheets"),
        ("https://example.org/t.csv", {}, "Download it"),
        ("sqlite:///t.db", {"table": "t"}, "give the file itself"),
    ],
)
def test_what_an_address_lacks(asked, address, options, message):
    with pytest.raises((DataError, UsageError), match=message):
        read_cells(address, **options)
    assert not asked


def test_an_address_without_its_password_is_refused(asked):
    with pytest.raises(UsageError, match="lacks its password"):
        read_cells("postgresql://me:***@db/shop", table="t")
    assert not asked


def test_what_a_driver_says_again_has_no_password(monkeypatch):
    def refuse(*args, **options):
        raise RuntimeError("cannot log in me with s/cret")

    monkeypatch.setattr(pl, "read_database_uri", refuse)
    with pytest.raises(DataError, match=r"cannot log in me with \*\*\*"):
        read_cells("postgresql://me:s%2Fcret@db/shop", table="t")
