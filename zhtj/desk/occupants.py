"""Who or what uses a unit, as far as the rooms above `orgs` know: handed to it (ZHTJ_UNIT_OCCUPANTS)."""

from collections.abc import Iterable

from zhtj.imports.travel import under_way_in
from zhtj.lib import bulk

from cadres.models import Cadre
from members.models import Member, YouthUnderReview
from progress.models import Baseline

_REASONS = (
    (Member, {"until_at": None}, "branch_id", "已录入团员"),
    (YouthUnderReview, {"state": YouthUnderReview.State.OPEN}, "branch_id", "有青年在身份摸底整改中"),
    (Cadre, {"until_at": None}, "unit_id", "已录入团干部"),
    (Baseline, {"until_at": None}, "unit_id", "已填报团统数"),
)


def occupants(unit_ids: Iterable[int]) -> dict[int, str]:
    """Those of the units that are in use, and by what. Five queries for each 2 000."""
    ids = list(unit_ids)
    used = dict.fromkeys(under_way_in(ids), "有导入批次没有完成")
    for model, condition, place, why in _REASONS:
        rows = model.objects.filter(**condition).order_by().values_list(place, flat=True)
        used |= dict.fromkeys(bulk.among(rows, place, ids), why)
    return used
