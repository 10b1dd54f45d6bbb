"""The daily bulletin: a whole province counted, folded, written and checked; its page.

The province is the demo of the size asked for (full: 100 000 units and 3 million members, so run it alone).
The floor is the bare GROUP BYs over members and cadres that any bulletin needs.
"""

import datetime as dt
import io
from typing import Any

from django.core.management import call_command

from zhtj.lib import days

from cadres import queries as cadres
from members import queries as members
from orgs.models import OrgUnit
from orgs.scopes import Grant, Scope
from progress import queries
from progress.actions import compute_bulletin
from progress.models import Bulletin, Campaign

from tests.bench.frame import Result, timed

SIZES = {"small": ("small",), "full": ("medium", "large")}
RUNS = 3
BAR = "< 6 s, <= 3 x floor"
PAGE_BAR = "< 0.1 s"


def run(size: str) -> list[Result]:
    """Small: the small demo. Full: the medium one, then the large one in its place."""
    results = []
    for demo in SIZES[size]:
        call_command("flush", interactive=False, verbosity=0)
        call_command("seed_demo", size=demo, verbosity=0, stdout=io.StringIO())
        results += _measured(OrgUnit.objects.count())
    return results


def _measured(units: int) -> list[Result]:
    campaign = Campaign.objects.select_related("province").get(is_active=True)
    bulletin = Bulletin.objects.filter(campaign=campaign).order_by("-day", "-revision")[0]
    day, now = bulletin.day, days.now()

    def compute() -> Bulletin:
        return compute_bulletin(campaign, day, now=now, recompute=True, reason="bench")

    taken = timed(compute, RUNS)
    floor = timed(lambda: _counts(bulletin.cutoff_at), RUNS)
    page = timed(lambda: _page(campaign, _last(campaign, day)), RUNS)
    return [
        Result("bulletin of a day", units, "units", taken, floor=floor, bar=BAR),
        Result("bulletin page of the province", units, "units", page, bar=PAGE_BAR),
    ]


def _last(campaign: Campaign, day: dt.date) -> Bulletin:
    """The last revision of the day."""
    return Bulletin.objects.filter(campaign=campaign, day=day).order_by("-revision")[0]


def _counts(cutoff_at: dt.datetime) -> None:
    """What must be counted, and nothing done with it."""
    counted: list[Any] = [
        members.active_counts_by_branch(cutoff_at),
        cadres.counts_by_unit(cutoff_at),
        cadres.organ_counts(cutoff_at),
        cadres.grassroots_complete(cutoff_at),
    ]
    for rows in counted:
        list(rows)


def _page(campaign: Campaign, bulletin: Bulletin) -> None:
    province = campaign.province
    scope = Scope((Grant(province.pk, province.kind, "provincial_staff"),), province.pk)
    if queries.page(scope, bulletin, province, queries.Choice()) is None:
        raise RuntimeError("the province does not see its own page")
