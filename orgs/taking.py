"""Taking people's data away: what is asked before an export or a whole national id leaves, in every room.

Specification (domain, section 3): rosters leave with ids masked; whole ones need `ids.reveal` and a purpose,
which stands in the audit trail. One export ends somewhere; more is taken level by level.
"""

from typing import Any

from django.db.models import QuerySet

from zhtj.lib import words
from zhtj.lib.problems import Catalogue, Refused, Rule

from orgs import paging
from orgs.models import OrgUnit
from orgs.scopes import Actor

MOST_ROWS = 200_000
MOST_WORDS = 200
_ADMIN = "附件第三条"

CODES = Catalogue(
    [
        Rule("purpose.missing", "没有填写用途。", "查看、导出完整身份证号码须写明用途，将记入审计。", _ADMIN),
        Rule(
            "export.too_many",
            "符合条件的超过一次导出的上限{limit}名。",
            "请选择下级组织或增加筛选条件，分别导出。",
            _ADMIN,
        ),
    ]
)


def purpose_for(actor: Actor, unit: OrgUnit, purpose: str, *, full: bool) -> str:
    """The purpose as the trail keeps it; for whole ids (`full`) there must be one.

    Raises PermissionDenied for whole ids without `ids.reveal` on the unit, Refused (`purpose.missing`,
    `text.too_long`). No query.
    """
    if not full:
        return words.within(purpose, MOST_WORDS, at="purpose")
    actor.scope.require("ids.reveal", unit)
    return words.needed(purpose, MOST_WORDS, missing=CODES.problem("purpose.missing"))


def counted(found: QuerySet[Any]) -> int:
    """How many rows an export would have, counted no further than needed. Raises Refused beyond MOST_ROWS.
    One query."""
    count = paging.up_to(found, MOST_ROWS)
    if count > MOST_ROWS:
        raise Refused([CODES.problem("export.too_many", limit=f"{MOST_ROWS:,}")])
    return count
