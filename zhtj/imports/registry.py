"""The kinds of workbook there are, named literally."""

import importlib

from zhtj.imports.rules import CODES
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import WorkbookKind

KINDS: dict[str, WorkbookKind] = {}
for _room in ("members", "orgs", "progress"):  # temporary while the rooms are being written
    try:
        _kind = importlib.import_module(f"{_room}.imports").KIND
        KINDS[_kind.key] = _kind
    except (ImportError, AttributeError):
        pass

# What one row of a kind is called when counted: 导入 36 人.
COUNTED: dict[str, str] = {"members": "人", "units": "个组织", "baselines": "条团统数"}


def kind_of(key: str) -> WorkbookKind:
    """The kind called `key`. Raises Refused for an unknown one."""
    if key not in KINDS:
        raise Refused([CODES.problem("batch.kind", kind=key, known="、".join(KINDS))])
    return KINDS[key]


def counted(key: str) -> str:
    return COUNTED.get(key, "行")
