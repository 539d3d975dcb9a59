"""Tables in: what a source holds, as cells, before anything is decided about a column.

cells.py       the cells of a table, and where they stood
files.py       a file into a table
delimited.py   CSV and its relatives
"""

from fallline.data.tables.files import (
    find_column as find_column,
    from_frame as from_frame,
    infer_types as infer_types,
    read_table as read_table,
)
