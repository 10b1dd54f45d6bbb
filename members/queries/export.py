"""The roster as a workbook."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO

from django.db.models import QuerySet

from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from members.models import Member
from members.queries.columns import Column, Row
from members.queries.rosters import posts_of_members

_SLICE = 2_000


def export_rows(
    found: QuerySet[Member], columns: Sequence[Column], *, full: bool = False
) -> Iterator[list[str]]:
    """The rows in the order of `columns`, never held whole.

    `full`: ids and mobiles as they are, which the caller has allowed and audited; else masked.
    One cursor, and a query for the posts of each 2 000.
    """
    rows = found.iterator(chunk_size=_SLICE)
    while part := list(islice(rows, _SLICE)):
        posts = posts_of_members(part)
        for member in part:
            row = Row(member, posts.get(member.pk, ""), full)
            yield [column.value(row) for column in columns]


def export_file(found: QuerySet[Member], columns: Sequence[Column], *, title: str, full: bool) -> IO[bytes]:
    """The workbook of `export_rows`, on disk from a megabyte on; who answers with it closes it."""
    header = [HeaderCell(column.header, width=column.width, is_text=True) for column in columns]
    note = "含完整的身份证号码和手机号码，请妥善保管。" if full else "身份证号码和手机号码已作遮盖。"
    target = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the answer closes it
    rows = export_rows(found, columns, full=full)
    write_workbook(target, [SheetOut("团员名册", header, rows, [note], title)])
    target.seek(0)
    return target
