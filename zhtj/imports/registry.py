"""The kinds of workbook there are, named literally."""

from zhtj.imports.rules import CODES
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import WorkbookKind

from cadres.imports import KIND as CADRES
from members.imports import KIND as MEMBERS
from members.youth_imports import KIND as YOUTHS
from orgs.imports import KIND as UNITS
from progress.imports import KIND as BASELINES

KINDS: dict[str, WorkbookKind] = {kind.key: kind for kind in (MEMBERS, CADRES, UNITS, BASELINES, YOUTHS)}

# What one row of a kind is called when counted: 导入 36 人.
COUNTED: dict[str, str] = {
    "members": "人",
    "cadres": "名团干部",
    "units": "个组织",
    "baselines": "条团统数",
    "youths": "名青年",
}

# Kinds whose rows stand below the importing unit: a branch has nothing to import there.
BELOW = frozenset({"units", "baselines"})


def kind_of(key: str) -> WorkbookKind:
    """The kind called `key`. Raises Refused for an unknown one."""
    if key not in KINDS:
        raise Refused([CODES.problem("batch.kind", kind=key, known="、".join(KINDS))])
    return KINDS[key]


def counted(key: str) -> str:
    return COUNTED.get(key, "行")
