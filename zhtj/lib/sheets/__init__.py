"""The only place that knows spreadsheet libraries: reading what people upload, writing what they get.

Reading  `read_rows` types a file by its content, guards against hostile ones and parses it in a
         short child process (`child.py`), whose death means no more than a refusal.
         `find_table` picks the sheet and header row that hold the wanted columns.
Writing  `write_workbook` makes blank workbooks, returned rows and exports.

Whatever cannot be read is a `SheetRefused`: a stable code, what was found, and how to mend it.

Cell types are kept as the file has them, because they matter: a number is a `float` (also a whole
one; from .xls also `int`), so that an id typed as a number can be told from one typed as text; a
date cell is a `date` or `datetime`; a formula is its stored result; times of day and durations are
text; an error (`#N/A`) is its text, one of ERROR_VALUES; text of blanks only is nothing (`None`).
"""

from zhtj.lib.sheets.header import Header, Table, find_header, find_table
from zhtj.lib.sheets.model import ERROR_VALUES, Limits, Sheet, Sheets
from zhtj.lib.sheets.read import read_rows
from zhtj.lib.sheets.refusals import CODES, SheetRefused
from zhtj.lib.sheets.write import MEDIA_TYPE, HeaderCell, Marked, SheetOut, write_workbook

__all__ = [
    "CODES",
    "ERROR_VALUES",
    "MEDIA_TYPE",
    "Header",
    "HeaderCell",
    "Limits",
    "Marked",
    "Sheet",
    "SheetOut",
    "SheetRefused",
    "Sheets",
    "Table",
    "find_header",
    "find_table",
    "read_rows",
    "write_workbook",
]
