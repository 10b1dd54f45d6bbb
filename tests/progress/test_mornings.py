"""Mornings with faults: by ten to nine a bulletin with the right figures, or an alarm; never a wrong picture.

Every day things are entered and withdrawn before, at and after the cut-off, and told to a second book: how
many members every branch had just before eight. Then the morning runs by its timetable, and something may
go wrong: the worker is late or gone, the broker forgets a message or delivers it twice, the computation is
killed before some statement, the server is off for days, somebody's clock fires at midnight, the machine
stands in a zone with summer time, a row vanishes behind everybody's back, nobody publishes.
"""

import datetime as dt
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from zhtj import health
from zhtj.lib import days
from zhtj.lib.problems import Refused

from members.models import Member
from progress import actions, exports, queries, tasks
from progress.exports.drawing import document_of
from progress.models import Bulletin, BulletinState

from tests import world
from tests.progress.conftest import Scene, at

pytestmark = pytest.mark.django_db

FIRST = dt.date(2018, 11, 24)
SCHOOL = "members_school"
ZONES = ["America/New_York", "Europe/Berlin", "Asia/Shanghai", "UTC"]


class Killed(BaseException):
    """As kill -9 would: nothing catches it, nothing is committed."""


class Broken(Exception):
    """The broker or the worker is not there."""


class Morning:
    """The province, its second book, and what may go wrong."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.chance = scene, random.Random(seed)
        cast = scene.cast
        self.branches = [cast.branch, cast.second_branch, cast.third_branch, cast.other_branch]
        self.book = {branch.pk: branch.members.filter(until_at=None).count() for branch in self.branches}
        self.books: dict[dt.date, dict[int, int]] = {}
        self.suspect: set[dt.date] = set()
        self.faults: list[Callable[[dt.date], None]] = [
            self.all_is_well,
            self.worker_is_late,
            self.message_is_lost,
            self.message_comes_twice,
            self.killed_half_way,
            self.fires_at_midnight,
            self.worker_is_gone,
            self.nobody_publishes,
            self.row_vanishes,
        ]

    # --- a day -------------------------------------------------------------------------------------

    def live(self, day: dt.date, fault: Callable[[dt.date], None]) -> None:
        """What people do until after the cut-off, then the morning itself."""
        for minute in (0, 59):
            self.scene.clock.set(at(day, 7, minute, 59))
            self.deed()
        self.books[day] = dict(self.book)
        self.scene.clock.set(at(day, 8))
        self.deed()  # at the cut-off itself: the next day's
        os.environ["TZ"] = self.chance.choice(ZONES)
        time.tzset()
        fault(day)

    def deed(self) -> None:
        branch = self.chance.choice(self.branches)
        if self.chance.random() < 0.7 or not self.book[branch.pk]:
            count = self.chance.randint(1, 3)
            world.members(branch, count)
        else:
            member = branch.members.filter(until_at=None).first()
            Member.objects.filter(pk=member.pk).update(until_at=days.now())
            count = -1
        self.book[branch.pk] += count

    def task(self, day: dt.date, hour: int, minute: int) -> None:
        self.scene.clock.set(at(day, hour, minute))
        tasks.compute_due_bulletins()

    def publish(self, day: dt.date, minute: int) -> None:
        """A person at the desk; a bulletin that is not sound cannot be published."""
        self.scene.clock.set(at(day, 8, minute))
        bulletin = Bulletin.objects.filter(day=day, state=BulletinState.DONE).first()
        if bulletin is None:
            return
        staff = world.actor(self.scene.cast.staff)
        if all(check["ok"] for check in bulletin.checks):
            actions.publish_bulletin(staff, bulletin=bulletin)
        else:
            with pytest.raises(Refused):
                actions.publish_bulletin(staff, bulletin=bulletin)

    # --- what may go wrong -------------------------------------------------------------------------

    def all_is_well(self, day: dt.date) -> None:
        self.task(day, 8, 0)
        self.publish(day, self.chance.randint(1, 49))

    def worker_is_late(self, day: dt.date) -> None:
        minute = self.chance.randint(1, 48)
        self.task(day, 8, minute)
        self.publish(day, minute + 1)

    def message_is_lost(self, day: dt.date) -> None:
        """The broker was restarted at eight; the run of ten past catches up."""
        self.task(day, 8, 10)
        self.publish(day, 20)

    def message_comes_twice(self, day: dt.date) -> None:
        self.task(day, 8, 0)
        before = list(Bulletin.objects.filter(day=day).values())
        self.task(day, 8, 5)
        assert list(Bulletin.objects.filter(day=day).values()) == before
        self.publish(day, 20)

    def killed_half_way(self, day: dt.date) -> None:
        """Before some statement the process is gone; the next run does it whole."""
        fatal, done = self.chance.randint(1, 40), 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal done
            done += 1
            if done == fatal:
                raise Killed
            return execute(*arguments)

        try:
            with connection.execute_wrapper(count):
                self.task(day, 8, 0)
        except Killed:
            assert not Bulletin.objects.filter(day=day, state=BulletinState.PUBLISHED).exists()
        self.task(day, 8, 10)
        self.publish(day, 30)

    def fires_at_midnight(self, day: dt.date) -> None:
        """Somebody's timetable runs in another zone: a day is not computed before its cut-off."""
        tomorrow = day + dt.timedelta(days=1)
        self.task(day, 8, 0)
        self.publish(day, 30)
        for moment in (at(day, 23, 59, 59), at(tomorrow, 0), at(tomorrow, 7, 59, 59)):
            self.scene.clock.set(moment)
            tasks.compute_due_bulletins()
            assert not Bulletin.objects.filter(day=tomorrow).exists()
        self.scene.clock.set(at(day, 8, 50))  # and back to the morning that is looked at

    def worker_is_gone(self, day: dt.date) -> None:
        """All morning: an alarm; it is caught up with later."""

    def nobody_publishes(self, day: dt.date) -> None:
        self.task(day, 8, 0)

    def row_vanishes(self, day: dt.date) -> None:
        """Behind everybody's back: the bulletin finds that nobody left, and nothing is given out."""
        branch = max(self.branches, key=lambda branch: self.books[day][branch.pk])
        taken = list(branch.members.filter(until_at=None, from_at__lt=at(day, 0))[:3])
        finished = set(Bulletin.objects.exclude(state=BulletinState.STARTED).values_list("day", flat=True))
        for owed in self.books.keys() - finished:  # days still to be counted find them gone as well
            self.books[owed][branch.pk] -= sum(member.from_at < at(owed, 8) for member in taken)
            self.suspect.add(owed)
        self.book[branch.pk] -= len(taken)
        Member.objects.filter(pk__in=[member.pk for member in taken]).delete()
        self.task(day, 8, 0)
        self.publish(day, 20)

    # --- ten to nine -------------------------------------------------------------------------------

    def look(self, day: dt.date) -> None:
        """A bulletin with the right figures and pictures, or an alarm that nobody can miss."""
        self.scene.clock.set(at(day, 8, 50))
        out = Bulletin.objects.filter(day=day, state=BulletinState.PUBLISHED).first()
        if out is not None:
            self.is_right(out)
            self.pictures_are_right(out)
            return
        (found,) = queries.unpublished(days.now())
        assert found.is_alarm
        assert health.bulletins_are_up_to_date(days.now()).level >= health.Level.WARNING
        client = world.client(self.scene.cast.staff)
        for name in ("home", "bulletin_latest"):
            assert f"{day} 的日通报还没有发布" in client.get(reverse(name)).content.decode()
        staff, province = world.actor(self.scene.cast.staff), self.scene.cast.province
        for bulletin in Bulletin.objects.filter(day=day):
            with pytest.raises(Refused):
                exports.give_out(staff, bulletin=bulletin, unit=province, format="txt")

    def is_right(self, bulletin: Bulletin) -> None:
        book = self.books[bulletin.day]
        frozen = dict(bulletin.branches.filter(unit__in=book).values_list("unit_id", "members"))
        assert frozen == book, bulletin.day
        assert bulletin.units.get(position=0).counted(SCHOOL, "").entered == sum(book.values())

    def pictures_are_right(self, bulletin: Bulletin) -> None:
        """Everything is drawn from the book's sum; what is stored is served again unchanged."""
        staff, province = world.actor(self.scene.cast.staff), self.scene.cast.province
        entered = sum(self.books[bulletin.day].values())
        document = document_of(bulletin, province)
        line = document.own(SCHOOL)
        assert line is not None
        assert line.entered == entered
        (text,) = exports.give_out(staff, bulletin=bulletin, unit=province, format="txt")
        if "“学校领域”" in text.content.decode():  # the stage spoken of, until it is complete
            assert f"已录{entered:,}" in text.content.decode()
        pictures = exports.give_out(staff, bulletin=bulletin, unit=province, format="png")
        again = exports.give_out(staff, bulletin=bulletin, unit=province, format="png")
        assert [file.sha256 for file in pictures] == [file.sha256 for file in again]
        assert all(file.content.startswith(b"\x89PNG") for file in pictures)


@pytest.fixture
def own_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("mornings", [5, pytest.param(60, marks=pytest.mark.stress)])
def test_by_ten_to_nine_there_is_a_right_bulletin_or_an_alarm(
    scene: Scene, own_zone: None, mornings: int
) -> None:
    morning = Morning(scene, mornings)
    faults = iter(morning.chance.sample(morning.faults * 10, 60))
    day, last = FIRST, FIRST + dt.timedelta(days=mornings - 1)
    while day <= last:
        if day > FIRST and morning.chance.random() < 0.1:  # the server is off for days; nobody enters
            for _ in range(morning.chance.randint(1, 3)):
                morning.books[day] = dict(morning.book)
                day += dt.timedelta(days=1)
            if day > last:
                break
        morning.live(day, next(faults))
        morning.look(day)
        day += dt.timedelta(days=1)
    scene.clock.set(at(last, 12))
    tasks.compute_due_bulletins()
    everything = list(Bulletin.objects.order_by("day", "revision"))
    assert [bulletin.day for bulletin in everything] == sorted(morning.books)[: len(everything)]
    assert len(everything) == mornings
    for bulletin in everything:
        sound = all(check["ok"] for check in bulletin.checks)
        assert sound or bulletin.day in morning.suspect, (bulletin.day, bulletin.checks)
        morning.is_right(bulletin)
