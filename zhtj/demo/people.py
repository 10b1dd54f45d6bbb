"""Filling branches and offices with people, in bulk: `COPY` on PostgreSQL, executemany on SQLite.

Nothing here goes through the rules, which is why the tests put what comes out through them.
"""

import datetime as dt
import itertools
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from zhtj.demo.identities import Crowd, Identity
from zhtj.lib import bulk, crypto, days

from cadres.models import Cadre, CadreState, Engagement
from members.models import Member
from orgs.kinds import LEADING_ORGANS, Domain
from orgs.models import OrgUnit, Person, PoliticalStatus, Sex

SLICE = 20_000
BRANCH_POSTS = ("书记", "组织委员", "宣传委员")
ORGAN_POSTS = ("书记", "副书记", "工作人员")
ETHNICITIES = ("汉族",) * 24 + ("回族", "满族", "蒙古族")
PHONE_HEADS = ("135", "136", "138", "150", "152", "158", "159", "173", "182", "187")
# Days into the campaign from which a domain's members come in (campaign, section 1).
OPEN_AFTER_DAYS: dict[str, int] = {
    Domain.SCHOOL: 2,
    Domain.STATE_ENTERPRISE: 14,
    Domain.GOVERNMENT: 14,
    Domain.PUBLIC_INSTITUTION: 14,
}
OTHERS_OPEN_AFTER_DAYS = 18
MALE, FEMALE = Sex.MALE.value, Sex.FEMALE.value
IN_LEAGUE, IN_PARTY = PoliticalStatus.LEAGUE_MEMBER.value, PoliticalStatus.PARTY_MEMBER.value
WORKING_DAY = (8.5, 18.0)  # hours in Shanghai between which people enter people

# Columns not named get their model's default.
PERSON_FIELDS = (
    "id",
    "id_sealed",
    "id_index",
    "full_name",
    "sex",
    "birth_on",
    "ethnicity",
    "political_status",
    "education",
    "mobile",
)
MEMBER_FIELDS = (
    "person_id",
    "branch_id",
    "joined_on",
    "development_number",
    "application_form",
    "from_at",
)
CADRE_FIELDS = (
    "person_id",
    "unit_id",
    "post",
    "engagement",
    "state",
    "is_preloaded",
    "verified_at",
    "from_at",
)

Values = tuple[Any, ...]  # of one row, in the order of these


@dataclass(frozen=True, slots=True)
class Seat:
    """One person to be: where, since when, as a member or in which post."""

    unit_id: int
    kind: str
    domain: str
    from_at: dt.datetime
    is_member: bool
    post: str = ""
    who: Identity | None = None  # a named person; None draws the next of the crowd


@dataclass(slots=True)
class Slice:
    """People made but not yet written. Posts and memberships name theirs by place in `people`."""

    people: list[Values]
    members: list[tuple[int, Values]]
    cadres: list[tuple[int, Values]]

    def insert(self) -> int:
        """Write all; returns how many are members. Three statements and one for the ids."""
        ids = bulk.reserve_ids(Person, len(self.people))
        bulk.insert(Person, PERSON_FIELDS, ((pk, *row) for pk, row in zip(ids, self.people, strict=True)))
        bulk.insert(Cadre, CADRE_FIELDS, ((ids[place], *row) for place, row in self.cadres))
        return bulk.insert(Member, MEMBER_FIELDS, ((ids[place], *row) for place, row in self.members))


class Filler:
    """Draws people one after another and writes them in slices."""

    def __init__(self, today: dt.date, dice: random.Random) -> None:
        self.today = today
        self.dice = dice
        self.crowd = Crowd(today)
        self.numbers = itertools.count()
        self.phones = itertools.count(1)
        self.serials: dict[int, itertools.count[int]] = {}  # development numbers, by year

    def write(self, seats: Iterable[Seat]) -> int:
        """Insert a person for every seat; returns how many are members.

        While the database takes one slice, a thread makes the next (each is about half of the work).
        All dice are thrown in that thread, so the outcome stays the same.
        """
        seats, members = iter(seats), 0
        with ThreadPoolExecutor(max_workers=1) as maker:
            coming = maker.submit(self._make, seats)
            while (made := coming.result()).people:
                coming = maker.submit(self._make, seats)
                members += made.insert()
        return members

    def _make(self, seats: Iterator[Seat]) -> Slice:
        made = Slice([], [], [])
        for place, seat in enumerate(itertools.islice(seats, SLICE)):
            who = seat.who or self.crowd.person(next(self.numbers))
            made.people.append(self._person(seat, who))
            if seat.is_member:
                made.members.append((place, self._member(seat, who)))
            if seat.post:
                made.cadres.append((place, self._cadre(seat)))
        return made

    def _person(self, seat: Seat, who: Identity) -> Values:
        dice = self.dice
        in_party = not seat.is_member or (seat.domain != Domain.SCHOOL and dice.random() < 0.1)
        return (
            crypto.seal(who.national_id),
            crypto.blind_index(who.national_id),
            who.full_name,
            MALE if who.is_male else FEMALE,
            who.birth_on,
            dice.choice(ETHNICITIES),
            IN_PARTY if in_party else IN_LEAGUE,
            "高中" if seat.domain == Domain.SCHOOL else "大学专科",
            f"{dice.choice(PHONE_HEADS)}{next(self.phones) % 100_000_000:08d}",
        )

    def _member(self, seat: Seat, who: Identity) -> Values:
        joined_on = joining_month(who.birth_on, self.today, self.dice)
        number = ""
        if joined_on.year >= 2017:
            serial = next(self.serials.setdefault(joined_on.year, itertools.count(1)))
            number = f"{joined_on.year}41{serial:06d}"
        return seat.unit_id, joined_on, number, True, seat.from_at

    def _cadre(self, seat: Seat) -> Values:
        is_organ = seat.kind in LEADING_ORGANS
        is_pending = is_organ and self.dice.random() < 0.3
        return (
            seat.unit_id,
            seat.post,
            Engagement.FULL_TIME.value if is_organ else "",
            (CadreState.PENDING if is_pending else CadreState.VERIFIED).value,
            is_organ,
            None if is_pending else seat.from_at,
            seat.from_at,
        )


def joining_month(birth_on: dt.date, today: dt.date, dice: random.Random) -> dt.date:
    """A month between the 14th birthday and two years later, never in the future."""
    months = birth_on.month - 1 + dice.randrange(24)
    joined_on = dt.date(birth_on.year + 14 + months // 12, months % 12 + 1, 1)
    return min(joined_on, today.replace(day=1))


@dataclass(frozen=True, slots=True)
class Roll:
    """A branch that has been entered, and how many members it has."""

    branch: OrgUnit
    count: int


def member_seats(
    rolls: Iterable[Roll], *, starts_on: dt.date, now: dt.datetime, dice: random.Random
) -> Iterator[Seat]:
    """The members of every roll, entered at one to three sittings. The first three hold its posts."""
    for roll in rolls:
        branch, count = roll.branch, dice.randint(1, 3)
        sittings = sorted(_some_moment(branch.domain, starts_on, now, dice) for _ in range(count))
        for place in range(roll.count):
            post = BRANCH_POSTS[place] if place < len(BRANCH_POSTS) else ""
            from_at = sittings[place * count // roll.count]
            yield Seat(branch.pk, branch.kind, branch.domain, from_at, True, post)


def office_seats(units: Iterable[OrgUnit], at: dt.datetime) -> Iterator[Seat]:
    """Posts of the units above the branches: three in a leading organ, a secretary elsewhere.

    Every ninth has nobody yet, so that the lists of what is missing have something to show.
    """
    for position, unit in enumerate(units):
        if position % 9 == 8:
            continue
        posts = ORGAN_POSTS if unit.is_leading_organ else ORGAN_POSTS[:1]
        for post in posts:
            yield Seat(unit.pk, unit.kind, unit.domain, at, False, post)


def _some_moment(domain: str, starts_on: dt.date, now: dt.datetime, dice: random.Random) -> dt.datetime:
    """A working hour since the domain opened, before `now`."""
    today = days.day_of(now)
    opened = starts_on + dt.timedelta(days=OPEN_AFTER_DAYS.get(domain, OTHERS_OPEN_AFTER_DAYS))
    day = opened + dt.timedelta(days=dice.randrange(max(1, (today - opened).days)))
    hour = dt.timedelta(hours=dice.uniform(*WORKING_DAY))
    return min(days.at(day, dt.time()) + hour, now)
