"""The pages of the import desk: door → query or form → action → answer."""

from zhtj.imports.views.branches import branch_commit, branch_files, branches
from zhtj.imports.views.lists import batch_list, blank_workbook, upload
from zhtj.imports.views.review import (
    attest,
    batch,
    carry_on,
    check_again,
    commit,
    discard,
    open_rows,
    progress,
    put_on_list,
    skip_row,
    take_over,
)
from zhtj.imports.views.rows import row, row_check
from zhtj.imports.views.undo import undo

__all__ = [
    "attest",
    "batch",
    "batch_list",
    "blank_workbook",
    "branch_commit",
    "branch_files",
    "branches",
    "carry_on",
    "check_again",
    "commit",
    "discard",
    "open_rows",
    "progress",
    "put_on_list",
    "row",
    "row_check",
    "skip_row",
    "take_over",
    "undo",
    "upload",
]
