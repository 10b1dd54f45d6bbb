"""One member entered by form: the page asked for and the entry saved, as the server answers them.

A city's worth of units and members beside (`full`), every rule, sealing and audit included. Each entry is
another person, of one branch. `floor` is a page without anything of its own behind the same middleware.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from zhtj.demo import identities

from members.models import Member
from orgs.kinds import UnitKind
from orgs.models import OrgUnit

from tests.bench import province
from tests.bench.frame import Result, timed

SIZES = {"small": "small", "full": "medium"}
RUNS = 60
SECRETARY = "branch"  # the demo account of a branch's admin
ENTRY = {
    "ethnicity": "汉族",
    "political_status": "共青团员",
    "joined_on": "2015-05",
    "is_cadre": "否",
    "application_form": "有",
}


def run(size: str) -> list[Result]:
    """On a demo province, filled first."""
    province.fill(SIZES[size])
    return measure()


def measure() -> list[Result]:
    """The form's page, and an entry saved. Writes RUNS members into the branch of the demo's secretary."""
    browser = province.signed_in(SECRETARY)
    branch = OrgUnit.objects.get(kind=UnitKind.BRANCH, grants__user__username=SECRETARY)
    address = reverse("member_enter", kwargs={"branch_pk": branch.pk})
    count = Member.objects.filter(until_at__isnull=True).count()
    floor = timed(lambda: browser.get("/healthz"), RUNS)
    page = timed(lambda: province.sound(browser.get(address)), RUNS)
    saved = timed(_saving(browser, address, branch), RUNS)
    return [
        Result("entry: the form", count, "members", page, floor, bar="< 150 ms"),
        Result("entry: one member saved", count, "members", saved, floor, bar="< 60 ms"),
    ]


def _saving(browser: Client, address: str, branch: OrgUnit) -> Callable[[], Any]:
    serials = iter(range(branch.members.count(), 500))

    def save() -> None:
        serial = next(serials)
        born = dt.date(1999, 1, 1) + dt.timedelta(days=serial)
        given = {"full_name": "王小明", "national_id": identities.national_id("410199", born, 997 - serial)}
        province.sound(browser.post(address, ENTRY | given), 302)

    return save
