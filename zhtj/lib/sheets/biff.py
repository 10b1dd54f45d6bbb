"""Cells of an old .xls that hold an error: the parser gives nothing where one stands.

Reads as little as is needed: the chain of sectors that makes the stream `Workbook` (MS-CFB), and in it the
records of each sheet (MS-XLS): error cells, and formulas whose result is one. Runs in the child process only;
whatever is out of order makes it find nothing, for it decides about nothing else.
About 0.1 s for 20 000 rows of 16 cells.
"""

import struct
from collections.abc import Iterator

from zhtj.lib.sheets.archive import Rows
from zhtj.lib.sheets.model import UNKNOWN_ERROR

_WORDS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_END, _BOF, _SHEET, _BOOLERR, _FORMULA = 0x0A, 0x809, 0x85, 0x205, 0x06
_LAST_SECTOR = 0xFFFFFFFA
_STREAMS = ("Workbook", "Book")
_SMALL = 4096  # a stream below is kept elsewhere; no spreadsheet program writes so small a one
_ERRORS_KEPT = 200_000


def errors_of(data: bytes) -> dict[str, Rows]:
    """What is known of each sheet by name: its cells that hold an error. Never raises."""
    try:
        stream = _stream(data)
        return {name: _errors(stream, at) for name, at in _sheets(stream)}
    except (struct.error, IndexError, ValueError):
        return {}


def _stream(data: bytes) -> bytes:
    """The workbook's own stream; b"" if there is none."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        return b""
    table = _table(data, size)
    (directory,) = struct.unpack_from("<I", data, 48)
    entries = _joined(data, size, table, directory)
    for at in range(0, len(entries), 128):
        length, start, whole = struct.unpack_from("<H50xII", entries, at + 64)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name in _STREAMS and whole >= _SMALL:
            return _joined(data, size, table, start)[:whole]
    return b""


def _table(data: bytes, size: int) -> list[int]:
    """For each sector the one that follows it."""
    places = list(struct.unpack_from("<109I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    for _ in range(len(data) // size):
        if more >= _LAST_SECTOR:
            break
        *listed, more = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        places += listed
    table: list[int] = []
    for place in places[: len(data) // size]:
        if place < _LAST_SECTOR:
            table += struct.unpack_from(f"<{size // 4}I", data, (place + 1) * size)
    return table


def _joined(data: bytes, size: int, table: list[int], sector: int) -> bytes:
    """The sectors of one chain; one that bites its tail ends with the file's size."""
    parts: list[bytes] = []
    while sector < _LAST_SECTOR and len(parts) <= len(data) // size:
        parts.append(data[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector]
    return b"".join(parts)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(type, length, where its content begins) of each record from `at` to the end of that sheet; what is
    drawn inside it (charts, with a beginning and an end of their own) is among them."""
    depth, head = 0, struct.Struct("<HH").unpack_from
    while at + 4 <= len(stream):
        kind, length = head(stream, at)
        yield kind, length, at + 4
        depth += (kind == _BOF) - (kind == _END)
        if depth <= 0:
            return
        at += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    """The sheets' names and where they begin."""
    for kind, _, at in _records(stream, 0):
        if kind == _SHEET:
            begin, count, wide = struct.unpack_from("<I2xBB", stream, at)
            text = stream[at + 8 : at + 8 + count * (2 if wide & 1 else 1)]
            yield text.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), begin


def _errors(stream: bytes, begin: int) -> Rows:
    rows = Rows()
    for kind, length, at in _records(stream, begin):
        if kind == _BOOLERR and length >= 8 and stream[at + 7]:
            code = stream[at + 6]
        elif (
            kind == _FORMULA
            and length >= 14
            and stream[at + 6] == 2
            and stream[at + 12 : at + 14] == b"\xff\xff"
        ):
            code = stream[at + 8]
        else:
            continue
        row, column = struct.unpack_from("<HH", stream, at)
        rows.errors.setdefault(row + 1, {})[column] = _WORDS.get(code, UNKNOWN_ERROR)
        rows.error_count += 1
        if rows.error_count >= _ERRORS_KEPT:
            break
    return rows
