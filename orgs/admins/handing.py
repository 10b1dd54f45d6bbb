"""Registration codes handed on to the units below, as a workbook."""

import io
from collections.abc import Sequence
from typing import IO

from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from orgs.models import AccessCode

_HEADER = [
    HeaderCell("组织", width=28),
    HeaderCell("组织编码", width=18, is_text=True),
    HeaderCell("注册码", width=14, is_text=True),
    HeaderCell("有效期至", width=18),
]


def codes_file(codes: Sequence[tuple[AccessCode, str]], address: str) -> IO[bytes]:
    """These codes, each with what it reads, as a workbook that tells where to use them: `address` is that of
    the installation."""
    rows = [(code.unit.short_name, code.unit.code, text, code.expires_at) for code, text in codes]
    note = f"请各组织管理员打开 {address}/register/ 输入注册码。每个注册码只能用一次，请勿转发到工作群。"
    target = io.BytesIO()
    write_workbook(target, [SheetOut("注册码", _HEADER, rows, [note], "管理员注册码")])
    target.seek(0)
    return target
