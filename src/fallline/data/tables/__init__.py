"""Tables in: what a source holds, as cells, before anything is decided about a column.

cells.py         the cells of a table, and where they stood
source.py        any source into cells: what it is, its content decides
content.py       the bytes of a file or of standard input; compressed.py what is packed around them
delimited.py     CSV and its relatives; text.py its encoding, separator.py what stands between the cells,
                 quotes.py marks around them, ragged.py odd lines
spreadsheet.py   sheets of Excel and ODS
header.py        where a table begins among rows; footer.py rows that are no data
columnar.py      Parquet, Arrow, JSON
database.py      SQLite, and databases with an address
frames.py        data frames of any library; records.py dictionaries and rows of plain Python
folder.py        several files as one table
values.py        typed values as columns
"""

from fallline.data.tables.cells import Cells as Cells
from fallline.data.tables.source import find_column as find_column, read_cells as read_cells
