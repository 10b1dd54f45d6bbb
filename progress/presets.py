"""Campaigns as a notice lays them down: literal tables, loaded as rows the province then edits.

`henan-2018` is 豫青字〔2018〕42号, part 1, with its own dates. The third group of domains
(农村、社区、非公、社会组织及其他) has no date of its own to begin: its gate opens it, region by region,
at 70 % of the school domain (part 1, 3 (3)); `opens_on` is there the first day the gate may open.
"""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from zhtj.lib import locks

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions.campaigns import KEYS, lay_down
from progress.models import Campaign, Measure
from progress.plans import Plan, StagePlan, shifted

PRESETS: dict[str, Plan] = {
    "henan-2018": Plan(
        name="信息采集录入“百日攻坚行动”",
        starts_on=dt.date(2018, 11, 1),
        ends_on=dt.date(2019, 1, 31),
        plans_due_on=dt.date(2018, 11, 6),
        stages=(
            StagePlan(
                "organ_cadres",
                "领导机关团干部",
                Measure.ORGAN_CADRES,
                opens_on=dt.date(2018, 11, 1),
                deadline=dt.date(2018, 11, 10),
            ),
            StagePlan(
                "grassroots_cadres",
                "基层团干部",
                Measure.GRASSROOTS_CADRES,
                opens_on=dt.date(2018, 11, 1),
                deadline=dt.date(2018, 11, 19),
            ),
            StagePlan(
                "members_school",
                "学校领域",
                Measure.MEMBERS,
                opens_on=dt.date(2018, 11, 1),
                deadline=dt.date(2018, 12, 31),
                domains=(Domain.SCHOOL,),
            ),
            StagePlan(
                "members_state",
                "国企、机关、事业单位",
                Measure.MEMBERS,
                opens_on=dt.date(2018, 11, 15),
                deadline=dt.date(2019, 1, 5),
                domains=(Domain.STATE_ENTERPRISE, Domain.GOVERNMENT, Domain.PUBLIC_INSTITUTION),
            ),
            StagePlan(
                "members_other",
                "其他领域",
                Measure.MEMBERS,
                opens_on=dt.date(2018, 11, 1),
                deadline=dt.date(2019, 1, 31),
                domains=(
                    Domain.RURAL,
                    Domain.COMMUNITY,
                    Domain.PRIVATE_ENTERPRISE,
                    Domain.SOCIAL_ORGANIZATION,
                    Domain.OTHER,
                ),
                gate="members_school",
                gate_rate=Decimal("0.700"),
            ),
        ),
    ),
}


def load_preset(key: str, *, province: OrgUnit, shift_days: int = 0, actor: Actor | None = None) -> Campaign:
    """The campaign of preset `key` for `province`, every date moved by `shift_days`.

    Loaded once a province: the campaign it has already is returned as it has edited it. Keys stand in
    addresses and are unique: where another province has `key`, this one's carries its code besides. It is
    active unless the province has another active one. Raises KeyError for an unknown key.
    """
    preset = PRESETS[key]
    own = f"{key}-{slugify(province.code)}"
    with transaction.atomic():
        locks.exclusive(KEYS)  # two at once: the second finds what the first has loaded
        OrgUnit.objects.select_for_update().get(pk=province.pk)  # nor does another become active meanwhile
        loaded = Campaign.objects.filter(province=province, key__in=[key, own]).first()
        if loaded is not None:
            return loaded
        key = own if Campaign.objects.filter(key=key).exists() else key
        plan = shifted(preset, dt.timedelta(days=shift_days))
        is_active = not Campaign.objects.filter(province=province, is_active=True).exists()
        campaign = lay_down(plan, Campaign(key=key, province=province, is_active=is_active))
        after = {"key": key, "shift_days": shift_days}
        audit.record(actor or Actor(None, door="command"), "progress.load_preset", unit=province, after=after)
    return campaign
