"""The cast's province in the middle of the campaign: baselines, members, cadres, all told by hand.

HN 河南 ─ HN01 郑州 ─ HN0101 中原区 ─ HN010101 第一中学 ─ 01 (30 of 40), 02 (10 of 40), 03 (0 of ?)
        │                          └ HN010102 须水镇 ─ 01 小寨村 (2 of 30)
        ├ HN02 开封 ─ HN0201 开封高中 ─ 01 (50 of 50)
        └ HN03 郑州大学 (hollow)

郑州's explicit figure for schools is 100 although its branches add up to 80.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from zhtj.lib import days

from cadres.models import CadreState
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import actor_for
from progress.actions import Expected, compute_bulletin, enter_baselines
from progress.models import Bulletin, Campaign
from progress.presets import load_preset

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

DAY = dt.date(2018, 11, 24)  # the first cut-off after the clock's morning


def at(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), days.SHANGHAI)


@dataclass(frozen=True)
class Scene:
    cast: Cast
    campaign: Campaign
    clock: Clock

    def compute(self, day: dt.date = DAY, **options: object) -> Bulletin:
        """The bulletin of `day`, a minute after its cut-off."""
        self.clock.set(max(at(day, 8, 1), self.clock.moment))
        return compute_bulletin(self.campaign, day, now=days.now(), **options)

    def expect(self, unit: OrgUnit, count: int, domain: str = Domain.SCHOOL) -> None:
        expect(self.cast, self.campaign, unit, count, domain)


def expect(cast: Cast, campaign: Campaign, unit: OrgUnit, count: int, domain: str = Domain.SCHOOL) -> None:
    figures = [Expected(unit.pk, domain, count)]
    enter_baselines(actor_for(cast.province_admin), campaign=campaign, unit=cast.province, figures=figures)


def campaign_of(cast: Cast) -> Campaign:
    """As the notice has it."""
    return load_preset("henan-2018", province=cast.province)


def settle(cast: Cast, campaign: Campaign) -> None:
    """What is expected and who is entered."""
    for unit, count in (
        (cast.branch, 40),
        (cast.second_branch, 40),
        (cast.other_branch, 50),
        (cast.city, 100),
    ):
        expect(cast, campaign, unit, count)
    expect(cast, campaign, cast.village, 30, Domain.RURAL)
    for branch, count in (
        (cast.branch, 30),
        (cast.second_branch, 10),
        (cast.village, 2),
        (cast.other_branch, 50),
    ):
        world.members(branch, count)
    world.cadre(cast.committee, "书记", verified_at=days.now())
    world.cadre(cast.county, "书记", verified_at=days.now())
    world.cadre(cast.city, "副书记", state=CadreState.PENDING, is_preloaded=True)


@pytest.fixture
def empty_scene(cast: Cast, clock: Clock) -> Scene:
    """The campaign as the notice has it, nothing expected, nobody entered."""
    return Scene(cast, campaign_of(cast), clock)


@pytest.fixture
def scene(cast: Cast, given: dict[str, Any], clock: Clock) -> Scene:
    """The same in the middle of it, as told above."""
    if "campaign" in given:
        return Scene(cast, given["campaign"], clock)
    campaign = campaign_of(cast)
    settle(cast, campaign)
    return Scene(cast, campaign, clock)


def table(bulletin: Bulletin) -> list[str]:
    """All lines of a bulletin as text, a row a unit: `code organ grassroots school state other | domains…`.

    Each figure is entered/expected, - for unknown. Units in the order of that day's tree.
    """
    stages = ["organ_cadres", "grassroots_cadres", "members_school", "members_state", "members_other"]
    rows = []
    for unit in bulletin.units.order_by("position"):
        figures = {}
        for stage, domain, (expected, adjusted, entered, _) in unit.lines():
            assert adjusted == expected
            figures[stage or domain] = f"{entered}/{'-' if expected is None else expected}"
        by_stage = " ".join(figures.pop(stage) for stage in stages)
        by_domain = " ".join(figures.pop(domain) for domain in Domain.values)
        assert not figures
        rows.append(f"{unit.code} {by_stage} | {by_domain}")
    return rows


def whole(bulletin: Bulletin) -> dict[str, list[tuple[object, ...]]]:
    """Every frozen row of a bulletin but the rows' own keys, to be compared as it is."""
    return {
        "units": _rows(bulletin.units.order_by("position")),
        "branches": _rows(bulletin.branches.order_by("position")),
    }


def _rows(queryset: object) -> list[tuple[object, ...]]:
    fields = [
        field.attname
        for field in queryset.model._meta.concrete_fields
        if field.attname not in ("id", "bulletin_id")
    ]
    return list(queryset.values_list(*fields))
