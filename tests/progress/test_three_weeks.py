"""Three weeks of a small province, day by day, against a second book kept by hand (recount.py).

Every day things happen before the cut-off, at it, and after it: entries, withdrawals, transfers, moves,
merges, renamings, new units, changed figures, imports undone. The bulletin of the day must be the whole
book as it stood just before the cut-off, and must come out the same whenever it is computed again.
"""

import copy
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from zhtj.desk import health
from zhtj.desk.sizes import small_units
from zhtj.lib import days

from members.models import LeftReason, Member
from members.queries import active_counts_by_domain
from orgs.kinds import Domain, Industry, UnitKind, domain_of
from orgs.models import OrgUnit
from orgs.tree import move, rename
from orgs.tree.closing import close, reopen
from orgs.tree.placing import set_industry
from progress.actions import compute_bulletin, publish_bulletin
from progress.models import Bulletin
from progress.queries import form2017, present

from tests import world
from tests.progress.conftest import DAY, Scene, at, whole
from tests.progress.recount import Book, Row

pytestmark = pytest.mark.django_db

DAYS = 21
INDUSTRIES = (Industry.HIGH_SCHOOL, Industry.RURAL, Industry.STATE_ENTERPRISE)
DEEDS = 6  # a day before the cut-off, and half as many after it


class Province:
    """The database and the book beside it; every deed is done in both."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.chance, self.book = scene, random.Random(seed), Book()
        self.numbers = iter(range(1, 10_000))
        self.closed: list[tuple[str, str, dict[tuple[str, str], int]]] = []  # code, superior, figures
        parents = dict(OrgUnit.objects.values_list("pk", "code"))
        for unit in OrgUnit.objects.order_by("level", "pk"):
            self.book.plant(unit, parents.get(unit.parent_id, ""))
        self.deeds: list[Callable[[], None]] = [
            *[self.enter] * 4,
            *[self.withdraw] * 2,
            *[self.transfer] * 2,
            *[self.expect] * 2,
            self.correct,
            self.undo,
            self.move_branch,
            self.move_committee,
            self.rename,
            self.change_industry,
            self.found_branch,
            self.found_committee,
            self.merge,
            self.reopen,
            self.appoint,
        ]

    def live(self) -> None:
        self.chance.choice(self.deeds)()

    def enter(self) -> None:
        branch = self._any("branch")
        for member in world.members(branch, self.chance.choice([1, 2, 3, 4, 25])):
            self.book.members[member.pk] = branch.code

    def withdraw(self) -> None:
        for pk in self._some_members():
            Member.objects.filter(pk=pk).update(until_at=days.now())
            del self.book.members[pk]

    def transfer(self) -> None:
        for pk in self._some_members():
            self._carry(pk, self._any("branch"))

    def undo(self) -> None:
        """An import taken back: its members end now, and were there until now."""
        branch = self._any("branch")
        here = [pk for pk, code in sorted(self.book.members.items()) if code == branch.code]
        Member.objects.filter(pk__in=here).update(until_at=days.now(), left_reason=LeftReason.UNDONE)
        for pk in here:
            del self.book.members[pk]

    def correct(self) -> None:
        """A name mended moves no figure."""
        for pk in self._some_members():
            member = Member.objects.select_related("person").get(pk=pk)
            member.person.full_name = "改名"
            member.person.save()

    def move_branch(self) -> None:
        self._move(self._any("branch"), self._any("committee"))

    def move_committee(self) -> None:
        committee, parent = self._any("committee"), self._any("county_committee", "city_committee")
        self._move(committee, parent)

    def rename(self) -> None:
        unit = self._any("branch", "committee")
        name = f"第{next(self.numbers)}号"
        rename(unit, name, at=days.now())
        self.book.units[unit.code].name = name

    def change_industry(self) -> None:
        """A committee goes over to another domain, with every branch that states none."""
        committee = self._any("committee")
        industry = self.chance.choice(INDUSTRIES)
        set_industry(committee, industry, at=days.now())
        self.book.units[committee.code].domain = domain_of(industry)

    def found_branch(self) -> None:
        parent = self._any("committee")
        self.book.plant(world.branch(parent, f"新{next(self.numbers)}团支部"), parent.code)

    def found_committee(self) -> None:
        parent = self._any("county_committee", "city_committee")
        industry = self.chance.choice(INDUSTRIES)
        name = f"新{next(self.numbers)}团委"
        self.book.plant(world.unit(parent, UnitKind.COMMITTEE, name, industry=industry), parent.code)

    def merge(self) -> None:
        """A branch goes up in another one: its members move along, it is closed."""
        gone, into = self._any("branch"), self._any("branch")
        if gone == into:
            return
        for pk in [pk for pk, branch in self.book.members.items() if branch == gone.code]:
            self._carry(pk, into)
        close(gone, at=days.now(), into=into)
        figures = {key: count for key, count in self.book.figures.items() if key[0] == gone.code}
        self.closed.append((gone.code, self.book.units.pop(gone.code).parent, figures))
        for key in figures:
            del self.book.figures[key]

    def reopen(self) -> None:
        """A branch that was merged opens again, empty, with the figures it had."""
        if self.closed:
            code, parent, figures = self.closed.pop()
            self.book.plant(reopen(OrgUnit.objects.get(code=code), at=days.now()), parent)
            self.book.figures |= figures

    def expect(self) -> None:
        unit = self._any("branch", "committee", "county_committee", "city_committee")
        domain, count = (
            self.chance.choice(["school", "rural", "state_enterprise"]),
            self.chance.randint(0, 60),
        )
        self.scene.expect(unit, count, domain)
        self.book.figures[unit.code, domain] = count

    def appoint(self) -> None:
        unit = self._any("committee")
        if unit.code not in self.book.secretaries:
            engagement = ("", "full_time", "part_time")[unit.pk % 3]
            world.cadre(unit, "书记", engagement=engagement, verified_at=days.now())
            self.book.secretaries.add(unit.code)

    def _any(self, *kinds: str) -> OrgUnit:
        codes = sorted(code for code, entry in self.book.units.items() if entry.kind in kinds)
        return OrgUnit.objects.get(code=self.chance.choice(codes))

    def _some_members(self) -> list[int]:
        known = sorted(self.book.members)
        return self.chance.sample(known, min(len(known), self.chance.randint(1, 3)))

    def _carry(self, pk: int, branch: OrgUnit) -> None:
        member, now = Member.objects.get(pk=pk), days.now()
        Member.objects.filter(pk=pk).update(until_at=now)
        arrived = world.member(branch, member.person, from_at=now)
        del self.book.members[pk]
        self.book.members[arrived.pk] = branch.code

    def _move(self, unit: OrgUnit, parent: OrgUnit) -> None:
        if unit.parent_id != parent.pk:
            move(unit, parent, at=days.now())
            self.book.units[unit.code].parent = parent.code


def unit_rows(bulletin: Bulletin) -> set[Row]:
    names = (
        "branches",
        "branches_with_members",
        "branches_empty",
        "branches_under_three",
        "units_hollow",
        "units_without_cadre",
    )
    return {
        (
            row.code,
            row.short_name,
            row.parent.code if row.parent else "",
            *(row.figures[name] for name in names),
        )
        for row in bulletin.units.select_related("parent")
    }


def line_rows(bulletin: Bulletin) -> set[Row]:
    return {
        (unit.code, stage or domain, counted.expected, counted.entered)
        for unit in bulletin.units.all()
        for stage, domain, counted in unit.lines()
        if stage != "organ_cadres"
    }


def branch_rows(bulletin: Bulletin) -> set[Row]:
    found = bulletin.branches.select_related("parent")
    return {(b.code, b.short_name, b.parent.code, b.domain, b.expected, b.members) for b in found}


def assert_is_the_book(bulletin: Bulletin, book: Book) -> None:
    for read, told in (
        (unit_rows, book.unit_rows()),
        (line_rows, book.line_rows()),
        (branch_rows, book.branch_rows()),
    ):
        assert sorted(map(repr, read(bulletin) ^ told)) == [], (bulletin.day, read.__name__)
    assert all(check["ok"] for check in bulletin.checks), (bulletin.day, bulletin.checks)


def forms_of(scene: Scene, bulletin: Bulletin | None) -> list[Any]:
    """The 2017 forms on three levels: as the bulletin froze them, or counted this moment."""
    units = (scene.cast.province, scene.cast.city, scene.cast.committee)
    return [form2017(scene.campaign, bulletin, OrgUnit.objects.get(pk=unit.pk)).lines for unit in units]


def assert_now_is_everybody() -> None:
    for unit in OrgUnit.objects.filter(closed_at=None):
        everybody: Counter[str] = Counter()
        for domain, count in active_counts_by_domain(unit).items():
            everybody[domain or Domain.OTHER.value] += count
        assert Counter(present.entered_now(unit)) == everybody, unit


def assert_the_lists_are_everybody(scene: Scene) -> None:
    """What the last bulletin leaves out of a list, a count of every branch leaves out as well."""
    scope = world.actor(scene.cast.province_admin).scope
    sizes = Counter(Member.objects.filter(until_at=None).values_list("branch_id", flat=True))
    branches = set(OrgUnit.objects.filter(kind=UnitKind.BRANCH, closed_at=None).values_list("pk", flat=True))
    for code, is_faulty in (
        ("branch.empty", lambda size: size == 0),
        ("branch.under_three", lambda size: 0 < size < 3),
        ("branch.over_fifty", lambda size: size > health.MOST),
    ):
        told = {pk for pk in branches if is_faulty(sizes[pk])}
        listed = health.faulty(scope, unit=scene.cast.province, code=code)
        assert set(listed.values_list("pk", flat=True)) == told, code
    queue = small_units(scope).filter(kind=UnitKind.BRANCH)
    assert {unit.pk for unit in queue} == {pk for pk in branches if sizes[pk] < 3}


@pytest.mark.parametrize("seed", [42, pytest.param(7, marks=pytest.mark.stress)])
def test_every_day_of_three_weeks_is_the_book_as_it_stood_and_stays_so(
    empty_scene: Scene, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = empty_scene
    monkeypatch.setattr(present, "MANY", 0)
    monkeypatch.setattr(present, "MANY_ASKED", 0)
    province, frozen, books = Province(scene, seed), {}, {}
    for day in [DAY + dt.timedelta(days=n) for n in range(DAYS)]:
        for minute in range(DEEDS):
            scene.clock.set(at(day, 7, 50 + minute, 59))
            province.live()
        books[day] = copy.deepcopy(province.book)
        forms = forms_of(scene, None)
        for minute in range(DEEDS // 2):  # at the cut-off itself, and after it
            scene.clock.set(at(day, 8, 0, minute))
            province.live()
        bulletin = scene.compute(day)
        assert_is_the_book(bulletin, books[day])
        assert forms_of(scene, bulletin) == forms, day
        frozen[day] = whole(bulletin)
        # Told from the last bulletin that was published, one to three days old, on the tree of now.
        with monkeypatch.context() as many:
            assert_now_is_everybody()
            assert_the_lists_are_everybody(scene)
            many.setattr(present, "MOVED_BELOW", -1)  # so much has been moved that all are looked up
            assert_now_is_everybody()
            many.setattr(present, "FEW", 0)  # so many branches may be meant that none is named
            assert_the_lists_are_everybody(scene)
        if day.day % 3 == 0:
            publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)
    for day in province.chance.sample(sorted(frozen), DAYS):
        again = compute_bulletin(scene.campaign, day, now=days.now(), recompute=True, reason="复核")
        assert whole(again) == frozen[day], day
        assert again.revision == (2 if day.day % 3 == 0 else 1)
