"""Delimited text: which encoding, which delimiter, which rows."""

import csv
import io
from collections.abc import Iterator

from zhtj.lib.sheets.model import CELL_CHARACTERS, HEADER_ROWS
from zhtj.lib.sheets.refusals import refused

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",\t;"


def rows_of(data: bytes) -> Iterator[list[str]]:
    """The rows of a .csv, blank ones too, every cell as text. Raises SheetRefused, csv.Error."""
    text = decoded(data)
    csv.field_size_limit(CELL_CHARACTERS * 2)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))


def decoded(data: bytes) -> str:
    """The text, by its byte order mark, else UTF-8, else GB18030. Raises SheetRefused."""
    encodings = [encoding for mark, encoding in _MARKS.items() if data.startswith(mark)]
    for encoding in encodings or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused("file.encoding")


def _delimiter(text: str) -> str:
    """The delimiter that splits one of the first rows into the most cells: titles above the header
    hold none, and a lone semicolon in a sentence does not outweigh a header of ten."""
    head = text[: 64 * 1024].splitlines()[: HEADER_ROWS + 1]
    return max(_DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in head), default=0))
