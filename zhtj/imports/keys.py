"""The hidden keys of workbooks the desk gives out: what a returned file is, and who a masked row is.

A workbook handed out carries one hidden column. Its header names the file (kind, unit, and the batch it
continues), its cells the row (number in that batch, and the national id shown masked beside it). Both are
sealed with the field key, so that nothing can be read from them and none can be made up. They are a
convenience: a file without them is read like any other.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhtj.imports.cells import text_of
from zhtj.lib import crypto, masks
from zhtj.lib.sheets import Sheets
from zhtj.lib.sheets.model import HEADER_ROWS
from zhtj.lib.workbook import Cell, Column, Row

from orgs.identity import squeeze

FIELD = "row_key"
HEADER = "系统标识"
COLUMN = Column(FIELD, HEADER)
_NOTE = "（系统使用，请勿改动）"
_FILE, _ROW = "file", "row"
_MASKED = re.compile(r"[0-9]{3}\*{6,14}[0-9]{3}[0-9X]")


@dataclass(frozen=True, slots=True)
class FileKey:
    """What a returned file says it is. `batch_id` 0: it continues none."""

    kind: str
    unit_id: int
    batch_id: int = 0


@dataclass(frozen=True, slots=True)
class RowKey:
    """What a returned row says it is. `batch_id` and `number` 0: of no batch; `national_id` "": nothing was
    masked; `digest`: of the cells as they were handed out."""

    batch_id: int = 0
    number: int = 0
    national_id: str = ""
    digest: str = ""


def header_of(key: FileKey) -> str:
    """The header of the hidden column."""
    return f"{HEADER}{_NOTE} {_sealed(_FILE, key.kind, key.unit_id, key.batch_id)}"


def cell_of(key: RowKey) -> str:
    """The hidden cell of one row."""
    return _sealed(_ROW, key.batch_id, key.number, key.national_id, key.digest)


def digest_of(row: Mapping[str, Cell]) -> str:
    """A short sign of a row's cells: equal for a line that came back as it went out."""
    filled = sorted((name, text_of(cell)) for name, cell in row.items() if cell is not None and name != FIELD)
    return hashlib.blake2b(repr(filled).encode("utf-8", "replace"), digest_size=8).hexdigest()


def take_from(found: Sheets) -> FileKey | None:
    """The key of the file, if it carries one; its header cell is left as the plain header. Never raises."""
    key = None
    for sheet in found:
        for number, cells in sheet.rows:
            if number > HEADER_ROWS:
                break
            for place, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith(HEADER):
                    cells[place] = HEADER
                    key = key or _file_key(cell)
    return key


def row_key(cell: Cell) -> RowKey | None:
    """The key in a row's hidden cell; None for a blank or foreign one. Never raises."""
    content = _opened(_ROW, cell) if isinstance(cell, str) else None
    match content:
        case [int(batch_id), int(number), str(national_id), str(digest)]:
            return RowKey(batch_id, number, national_id, digest)
    return None


def is_masked(cell: Cell) -> bool:
    """Does the cell hold a national id as the system masks it?"""
    return isinstance(cell, str) and not cell.isalnum() and bool(_MASKED.fullmatch(squeeze(cell).upper()))


def same_person(cell: Cell, key: RowKey | None) -> bool:
    """Is the masked id of the cell that of the key?"""
    return bool(key and key.national_id and masks.mask_id(key.national_id) == squeeze(cell).upper())


def without_rests(rows: Iterable[Row]) -> list[Row]:
    """The rows without those of which only the hidden key is left: their content was deleted."""
    return [
        row for row in rows if any(cell is not None for field, cell in row.cells.items() if field != FIELD)
    ]


def _file_key(text: str) -> FileKey | None:
    match _opened(_FILE, text.rpartition(" ")[2]):
        case [str(kind), int(unit_id), int(batch_id)]:
            return FileKey(kind, unit_id, batch_id)
    return None


def _sealed(purpose: str, *content: Any) -> str:
    data = json.dumps([purpose, *content], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(crypto.seal_bytes(data)).decode().rstrip("=")


def _opened(purpose: str, text: str) -> list[Any]:
    text = "".join(text.split())
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        first, *content = json.loads(crypto.unseal_bytes(sealed))
    except (ValueError, TypeError, binascii.Error):  # SealBroken is a ValueError
        return []
    return content if first == purpose else []
