"""The daily bulletin: a whole province counted, folded, written and checked; its pages at every level.

The province is the demo of the size asked for (full: 100 000 units and 3 million members, so run it alone),
or that of a database already seeded (`--database`). Computed are new mornings, each the day after the last
as when missed days are caught up, and one of them again. The figures of this moment are counted after a busy
day: one member of 35 has been entered since the cut-off. The floor are the bare GROUP BYs over members and
cadres that any bulletin needs: the statements alone, their rows fetched, under the computation's settings.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhtj.lib import days

from cadres import queries as cadres
from members import queries as members
from members.models import Member
from orgs.kinds import UnitKind
from orgs.models import OrgUnit
from progress.actions import compute_bulletin
from progress.models import Bulletin, BulletinBranch, BulletinUnit, Campaign

from tests import world
from tests.bench.frame import Result, seconds, timed

SIZES = {"small": ("small",), "full": ("medium", "large")}
RUNS = 3
PAGE_RUNS = 7
BAR = "< 6 s, <= 3 x floor"
PAGE_BAR = "< 0.1 s"
PRESENT_BAR = "p95 < 150 ms"
LEVELS = (
    UnitKind.PROVINCE_COMMITTEE,
    UnitKind.CITY_COMMITTEE,
    UnitKind.COUNTY_COMMITTEE,
    UnitKind.COMMITTEE,
    UnitKind.BRANCH,
)
PAGES = ("overview", "trend", "compare")


def run(size: str) -> list[Result]:
    """Small: the small demo. Full: the medium one, then the large one in its place."""
    results = []
    for demo in SIZES[size]:
        call_command("flush", interactive=False, verbosity=0)
        call_command("seed_demo", size=demo, verbosity=0, stdout=io.StringIO())
        results += measure()
    return results


def measure() -> list[Result]:
    """The province that stands in the database: four mornings more, and an account a level are left there."""
    units = OrgUnit.objects.count()
    campaign = Campaign.objects.select_related("province").get(is_active=True)
    last = Bulletin.objects.filter(campaign=campaign).order_by("-day", "-revision")[0]
    mornings = (last.day + dt.timedelta(days=n) for n in count(1))

    def compute(day: dt.date | None = None) -> Bulletin:
        again, day = day is not None, day or next(mornings)
        return compute_bulletin(campaign, day, now=days.at(day, dt.time(8, 1)), recompute=again)

    bulletin = compute()  # what a process does only once
    statements = _statements(bulletin.cutoff_at)
    taken, again, floor = [], [], []
    for _ in range(RUNS):  # in turn: whatever else the machine does meets all three
        taken.append(seconds(compute))
        floor.append(seconds(lambda: _count(statements)))
        again.append(seconds(lambda: compute(bulletin.day)))
    _count_tables()
    Bulletin.objects.filter(pk=bulletin.pk).update(state="published", published_at=days.now())
    return [
        Result("bulletin of a new day", units, "units", taken, floor=floor, bar=BAR),
        Result("bulletin computed again", units, "units", again, floor=floor, bar=BAR),
        *_pages(bulletin.day, units),
        *_present(bulletin, units),
    ]


def _statements(cutoff_at: dt.datetime) -> list[str]:
    """What must be counted, as the rooms ask for it."""
    with CaptureQueriesContext(connection) as asked:
        for counted in (
            members.active_counts_by_branch(cutoff_at),
            cadres.counts_by_unit(cutoff_at),
            cadres.organ_counts(cutoff_at),
            cadres.grassroots_complete(cutoff_at),
            cadres.with_secretary(cutoff_at),
        ):
            list(counted)
    return [query["sql"] for query in asked]


def _count(statements: list[str]) -> None:
    """Ask, fetch, and do nothing with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()


def _count_tables() -> None:
    """What autovacuum does within a minute."""
    with connection.cursor() as cursor:
        for model in (BulletinUnit, BulletinBranch):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _pages(day: dt.date, units: int) -> list[Result]:
    """Every page at every level, asked for by an administrator of a unit with many children."""
    settings.ALLOWED_HOSTS = ["*"]
    results = []
    for kind in LEVELS:
        _, client = _administrator(kind)
        for name in ("", *PAGES):
            page = _page(client, f"bulletin_{name}" if name else "bulletin", [day])
            results.append(_result(f"page {name or 'ranking'}, {kind.label}", units, page))
        for figure, query in (("entered", "?stage=members_school"), ("branches_empty", "")):
            page = _page(client, "bulletin_behind", [day, figure], query)
            results.append(_result(f"list {figure}, {kind.label}", units, page))
    return results


def _administrator(kind: UnitKind) -> tuple[OrgUnit, Client]:
    """The first unit of this kind, and who is signed in for it."""
    unit = OrgUnit.objects.filter(kind=kind, closed_at=None).order_by("lft")[0]
    return unit, world.client(world.account(unit, username=f"bench{uuid4().hex}"))


def _present(bulletin: Bulletin, units: int) -> list[Result]:
    """What counts beside the bulletin, its minute in the cache left out; the floor counts everybody."""
    results = []
    with transaction.atomic():
        entered = Member.objects.annotate(day=F("pk") % 35).filter(day=0, until_at=None)
        entered.update(from_at=bulletin.cutoff_at + dt.timedelta(hours=9))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(Member._meta.db_table)}")
        for kind in LEVELS:
            unit, client = _administrator(kind)
            for name, arguments in (("bulletin_live", [bulletin.day]), ("completions", [])):
                page = _uncached(_page(client, name, arguments))
                floor = timed(lambda unit=unit: members.active_counts_by_domain(unit), PAGE_RUNS)
                results.append(_result(f"{name}, {kind.label}", units, page, floor, bar=PRESENT_BAR))
        transaction.set_rollback(True)
    return results


def _uncached(page: Callable[[], None]) -> Callable[[], None]:
    def ask() -> None:
        cache.clear()
        page()

    return ask


def _page(client: Client, name: str, arguments: list[Any], query: str = "") -> Callable[[], None]:
    url = reverse(name, args=arguments) + query

    def ask() -> None:
        answer = client.get(url, secure=True)
        if answer.status_code != 200 or not re.search(rb"</html>", answer.content):
            raise RuntimeError(f"{url}: {answer.status_code}")

    return ask


def _result(
    what: str, units: int, page: Callable[[], None], floor: Sequence[float] = (), bar: str = PAGE_BAR
) -> Result:
    page()
    return Result(what, units, "units", timed(page, PAGE_RUNS), floor=[*floor], bar=bar)
