"""Which branch a returned file is of, when many were dropped at once for one superior.

In this order: the hidden key, the file's name (a branch's code or short name in it), the one branch that
its rows name. A file that tells none stays with the superior, where every row must name its branch.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from zhtj.imports import keys, queries
from zhtj.imports.models import ImportBatch
from zhtj.imports.pipeline import states
from zhtj.lib import sheets
from zhtj.lib.workbook import WorkbookKind

from orgs.identity import squeeze
from orgs.models import OrgUnit


def settle(batch: ImportBatch, kind: WorkbookKind, key: keys.FileKey | None, found: sheets.Sheets) -> None:
    """Give the batch the branch its file is of, if that can be told. Raises Superseded. Two queries."""
    branches = list(queries.branches_below(batch.unit))
    branch = _by_key(branches, key) or _by_name(branches, batch.file_name) or _by_rows(branches, kind, found)
    if branch is not None:
        batch.unit = branch
        states.beat(batch, 0, unit=branch)


def _by_key(branches: Sequence[OrgUnit], key: keys.FileKey | None) -> OrgUnit | None:
    return next((branch for branch in branches if key and branch.pk == key.unit_id), None)


def _by_name(branches: Sequence[OrgUnit], file_name: str) -> OrgUnit | None:
    """The branch whose code or name stands in the file's name; of several the longest (1班, 11班)."""
    stem = squeeze(PurePath(file_name).stem)
    named = [
        (len(text), branch)
        for branch in branches
        for text in (
            branch.code,
            squeeze(branch.short_name),
            squeeze(branch.short_name).removesuffix("团支部"),
        )
        if len(text) > 1 and text in stem
    ]
    longest = max((length for length, _ in named), default=0)
    found = {branch.pk: branch for length, branch in named if length == longest}
    return next(iter(found.values())) if len(found) == 1 else None


def _by_rows(branches: Sequence[OrgUnit], kind: WorkbookKind, found: sheets.Sheets) -> OrgUnit | None:
    """The one branch that all rows name, in the column a branch's own workbook need not have."""
    if not branches:
        return None
    named = _values(kind, found, kind.left_out(branches[0]))
    meant = {
        branch.pk: branch
        for branch in branches
        if {branch.code, squeeze(branch.short_name), squeeze(branch.full_name)} & named
    }
    return next(iter(meant.values())) if len(named) == len(meant) == 1 else None


def _values(kind: WorkbookKind, found: sheets.Sheets, fields: Iterable[str]) -> set[str]:
    """The distinct texts of these columns."""
    columns = (*kind.columns, keys.COLUMN)
    texts: set[str] = set()
    for sheet in found:
        header = sheets.find_header(sheet, columns)
        places = [header.columns[name] for name in fields if name in header.columns] if header else []
        for _, line in sheet.rows[header.index + 1 :] if header else ():
            texts.update(squeeze(line[place]) for place in places if place < len(line))
    return texts - {""}
