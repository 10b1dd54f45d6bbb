"""What reading a file needs to know, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from zhtj.lib.workbook import Cell

HEADER_ROWS = 10  # the header row is looked for in rows 1 … 10 of a sheet
SHEETS_READ = 20  # visible sheets looked at; who hides the table behind more of them means no good
CELL_CHARACTERS = 32_767  # Excel's own limit for one cell

UNKNOWN_ERROR = "#ERROR"
# What a spreadsheet shows where a formula went wrong. Read as this text, never as an empty cell.
ERROR_VALUES = frozenset(
    [
        "#N/A",
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
    ]
) | {UNKNOWN_ERROR}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. `rows` counts rows of data with a value; `memory_bytes` and `seconds`
    bound the child process that parses."""

    bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    rows: int = 50_000
    columns: int = 100
    seconds: int = 60
    memory_bytes: int = 320 * 1024 * 1024

    @classmethod
    def of(cls, settings: Mapping[str, int], row_key: str = "rows") -> "Limits":
        """From the settings' table of limits; `row_key` names the entry that bounds the rows."""
        known = {field.name for field in fields(cls)} & settings.keys()
        return cls(**{name: settings[name] for name in known} | {"rows": settings[row_key]})


@dataclass(slots=True)
class Sheet:
    """A visible sheet. `rows` are the non-empty rows as (number the sheet shows, cells), cells cut
    after the last value; a little more than the limit
    is kept; `row_count` counts them all, or says that there are more than the limit.

    `beyond` is the address of the first value right of the column limit; "" when there is none.
    `hidden_row_count` counts hidden rows that hold a value (they are among `rows`; .xlsx only).
    """

    name: str
    rows: list[tuple[int, list[Cell]]]
    row_count: int
    hidden_row_count: int = 0
    beyond: str = ""


Sheets = list[Sheet]


def column_index(letters: str) -> int:
    """The index of the column over which a sheet shows these letters (A → 0, AA → 26)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """The letters a sheet shows over column `index` (0 → A, 25 → Z, 26 → AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
