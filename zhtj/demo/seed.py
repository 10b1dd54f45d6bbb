"""Filling an empty database with the demo: units, accounts, campaign, people, past bulletins.

Deterministic: the same size, seed and day give the same province. All or nothing.
"""

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from zhtj.demo import cast, shape
from zhtj.demo.people import Filler, Roll, Seat, member_seats, office_seats
from zhtj.demo.shape import SIZES, Size
from zhtj.demo.workbook import ELSEWHERE
from zhtj.lib import bulk, days
from zhtj.lib.problems import Problem, Refused

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit, User
from orgs.scopes import Actor, actor_for
from orgs.tree import graft
from progress.actions import compute_bulletin, publish_bulletin
from progress.models import Baseline, Campaign
from progress.presets import PRESETS, load_preset

PRESET = "henan-2018"
BASELINE_FIELDS = ("campaign_id", "unit_id", "domain", "member_count", "from_at")
# What a city that is not drawn in full expects besides its schools, as a multiple of these.
OTHER_DOMAINS = {Domain.STATE_ENTERPRISE: 0.5, Domain.PUBLIC_INSTITUTION: 0.3, Domain.RURAL: 0.8}


@dataclass(frozen=True, slots=True)
class Seeded:
    units: int
    members: int
    accounts: list[cast.Account]


@dataclass(frozen=True, slots=True)
class Expected:
    """One figure of the baseline."""

    unit: OrgUnit
    domain: str
    count: int


def is_empty() -> bool:
    return not (OrgUnit.objects.exists() or User.objects.exists())


@transaction.atomic
def seed_demo(size_name: str, *, seed: int, now: dt.datetime) -> Seeded:
    """Fill the database. Raises Refused unless it is empty."""
    if not is_empty():
        message = "数据库里已经有组织或账号，演示数据只能装入空的数据库。"
        mend = "请用 DATABASE_URL 指定另一个数据库，或先删除 var/zhtj.sqlite3。"
        raise Refused([Problem("", "demo.not_empty", message, mend)])
    size, dice, today = SIZES[size_name], random.Random(seed), days.day_of(now)
    starts_on = today - dt.timedelta(days=size.day_number - 1)
    before = days.at(starts_on - dt.timedelta(days=7), dt.time(9))

    units = graft(None, [shape.plan_province(size)], at=before)
    province = units[0]
    accounts = cast.hire(province)
    audit.record(Actor(None, door="command"), "demo.seed", unit=province, after={"size": size_name})
    shift_days = (starts_on - PRESETS[PRESET].starts_on).days
    campaign = load_preset(PRESET, province=province, shift_days=shift_days)

    rolls, expected = _plan_members(units, size, dice)
    filler = Filler(today, dice)
    filler.write(office_seats((unit for unit in units if not unit.is_branch), before))
    members = filler.write(member_seats(rolls, starts_on=starts_on, now=now, dice=dice))
    members += filler.write([_the_one_elsewhere(rolls, now)])
    _enter_baselines(campaign, expected, before)
    _compute_past_bulletins(campaign, size, now)
    return Seeded(len(units), members, accounts)


def _plan_members(units: list[OrgUnit], size: Size, dice: random.Random) -> tuple[list[Roll], list[Expected]]:
    """Which branches are entered, and what is expected of whom.

    A region with a single branch stands for a whole one: its figure is set so that the branch is
    that share of it. In one drawn in full every branch has its own figure and is entered or not.
    """
    demo_branch = _demo_branch(units)
    rolls: list[Roll] = []
    expected: list[Expected] = []
    for region, branches in _branches_by_region(units):
        pace = shape.pace_of(region.short_name, size)
        if len(branches) == 1:
            count = dice.randint(size.members // 2, size.members * 2)
            rolls.append(Roll(branches[0], count))
            expected += _expected_of_region(region, round(count / pace))
            continue
        counts = {branch: dice.randint(size.members - 6, size.members + 6) for branch in branches}
        counts[demo_branch] = shape.DEMO_BRANCH_EXPECTED
        expected += [Expected(branch, branch.domain, counts[branch]) for branch in branches]
        candidates = [branch for branch in branches if branch is not demo_branch]
        rolls += [
            Roll(branch, counts[branch] - dice.randrange(3))
            for branch in _entered(candidates, pace, size, dice)
        ]
    return rolls, expected


def _entered(branches: list[OrgUnit], pace: float, size: Size, dice: random.Random) -> Iterable[OrgUnit]:
    """Of each domain's branches the share that is entered, picked at random."""
    by_domain: dict[str, list[OrgUnit]] = {}
    for branch in branches:
        by_domain.setdefault(branch.domain, []).append(branch)
    for domain, those in by_domain.items():
        share = shape.share_of(domain, pace, size)
        yield from dice.sample(those, round(len(those) * share))


def _expected_of_region(region: OrgUnit, school_count: int) -> list[Expected]:
    others = [
        Expected(region, domain, round(school_count * times)) for domain, times in OTHER_DOMAINS.items()
    ]
    return [Expected(region, Domain.SCHOOL, school_count), *others]


def _branches_by_region(units: list[OrgUnit]) -> Iterable[tuple[OrgUnit, list[OrgUnit]]]:
    """The branches below every direct child of the province. `units` has parents before children."""
    province = units[0]
    region_of: dict[int, OrgUnit] = {}
    branches: dict[OrgUnit, list[OrgUnit]] = {}
    for unit in units[1:]:
        region = unit if unit.parent_id == province.pk else region_of[unit.parent_id]
        region_of[unit.pk] = region
        below = branches.setdefault(region, [])
        if unit.is_branch:
            below.append(unit)
    return branches.items()


def _demo_branch(units: list[OrgUnit]) -> OrgUnit:
    by_place = {(unit.parent_id, unit.short_name): unit for unit in units}
    unit = units[0]
    for short_name in shape.DEMO_BRANCH_PATH:
        unit = by_place[unit.pk, short_name]
    return unit


def _the_one_elsewhere(rolls: list[Roll], now: dt.datetime) -> Seat:
    """A member of another branch who also stands in the demo workbook."""
    branch = rolls[0].branch
    return Seat(branch.pk, branch.kind, branch.domain, now, True, who=ELSEWHERE)


def _enter_baselines(campaign: Campaign, expected: list[Expected], at: dt.datetime) -> None:
    rows = ((campaign.pk, figure.unit.pk, figure.domain, figure.count, at) for figure in expected)
    bulk.insert(Baseline, BASELINE_FIELDS, rows)


def _compute_past_bulletins(campaign: Campaign, size: Size, now: dt.datetime) -> None:
    """The last days' bulletins, published but for the latest, which waits for a person."""
    last_day = days.last_cutoff_day(now, campaign.cutoff_time)
    publisher = actor_for(User.objects.get(username="staff"), door="command")
    for back in reversed(range(size.bulletins)):
        day = last_day - dt.timedelta(days=back)
        computed_at = days.at(day, campaign.cutoff_time) + dt.timedelta(minutes=1)
        bulletin = compute_bulletin(campaign, day, now=computed_at)
        if back:
            publish_bulletin(publisher, bulletin=bulletin)
