"""Everything the province gives out in a morning: pictures, workbook, PDF, Word file, text.

A province of 18 cities, 10 counties, 60 universities and 40 direct units; each run is another day with
other figures, so that nothing drawn before can help. From stored lines to stored files.
"""

import datetime as dt
import random

from zhtj.lib import days

from orgs.kinds import Domain, Industry, UnitClass, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import actor_for
from orgs.tree import NewUnit, graft
from progress import exports
from progress.actions import Expected, compute_bulletin, enter_baselines, publish_bulletin
from progress.models import BulletinFile, Campaign
from progress.presets import load_preset

from tests import world
from tests.bench.frame import Result, seconds

BAR = "< 20 s"
RUNS = 3
CLASSES = (
    (18, UnitKind.CITY_COMMITTEE, UnitClass.CITY, "第{}团市委", ""),
    (10, UnitKind.COUNTY_COMMITTEE, UnitClass.DIRECT_COUNTY, "第{}团县委", ""),
    (60, UnitKind.COMMITTEE, UnitClass.UNIVERSITY, "第{}职业技术学院团委", Industry.UNIVERSITY),
    (40, UnitKind.COMMITTEE, UnitClass.DIRECT_UNIT, "省直第{}集团有限公司团委", Industry.STATE_ENTERPRISE),
)


def run(size: str) -> list[Result]:
    """The whole set at a quarter of a province and, grown, at a whole one."""
    moment = dt.datetime(2018, 11, 20, 9, 0, tzinfo=days.SHANGHAI)
    real, days.now = days.now, lambda: moment
    results = []
    try:
        province = graft(None, [NewUnit("省级团委", UnitKind.PROVINCE_COMMITTEE)], at=moment)[0]
        campaign = load_preset("henan-2018", province=province)
        for quarters in (1,) if size == "small" else (1, 4):
            _grow(province, quarters)
            times = []
            for _ in range(RUNS):
                _expect(campaign, province, seed=moment.day)
                moment += dt.timedelta(days=1)
                times.append(_morning(campaign, moment))
            results.append(Result("all outputs of a day", province.children.count(), "units", times, bar=BAR))
    finally:
        days.now = real
    return results


def _morning(campaign: Campaign, now: dt.datetime) -> float:
    """The seconds it takes to give everything out."""
    staff = actor_for(world.account(campaign.province, "provincial_staff"))
    bulletin = publish_bulletin(staff, bulletin=compute_bulletin(campaign, days.day_of(now), now=now))

    def give_out() -> None:
        for format in exports.Format.values:
            exports.give_out(staff, bulletin=bulletin, unit=campaign.province, format=format)

    taken = seconds(give_out)
    if BulletinFile.objects.filter(bulletin=bulletin).count() < 8:
        raise RuntimeError("not everything was given out")
    return taken


def _grow(province: OrgUnit, quarters: int) -> None:
    """Units of every class, as many as that share of a province has."""
    known = set(province.children.values_list("short_name", flat=True))
    wanted = [
        NewUnit(name.format(n), kind, unit_class=unit_class, industry=industry)
        for count, kind, unit_class, name, industry in CLASSES
        for n in range(1, count * quarters // 4 + 1)
    ]
    province.refresh_from_db()
    graft(province, [unit for unit in wanted if unit.short_name not in known], at=days.now())


def _expect(campaign: Campaign, province: OrgUnit, *, seed: int) -> None:
    chance = random.Random(seed)
    figures = [
        Expected(unit_id, domain, chance.randrange(1_000, 90_000))
        for unit_id in province.children.values_list("pk", flat=True)
        for domain in Domain.values
    ]
    admin = actor_for(world.account(province))
    enter_baselines(admin, campaign=campaign, unit=province, figures=figures)
