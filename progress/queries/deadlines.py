"""The last days of the cadre stages: handed to `cadres`, which knows no campaign (ZHTJ_CADRE_DEADLINES)."""

import datetime as dt

from orgs.models import OrgUnit
from progress.models import Measure, Stage

CADRE_STAGES = (Measure.ORGAN_CADRES, Measure.GRASSROOTS_CADRES)


def cadre_deadlines(unit: OrgUnit) -> dict[str, dt.date]:
    """Measure → deadline, of the campaign running in the province of `unit`; empty without one. One query."""
    stages = Stage.objects.filter(
        campaign__is_active=True, campaign__province__tree_id=unit.tree_id, measure__in=CADRE_STAGES
    )
    return dict(stages.order_by("-position").values_list("measure", "deadline"))
