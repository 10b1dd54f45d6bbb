"""The pages of a whole province: tree, picker, search, health list, queue and trail one by one, and what
every room lists, as a page and over the API, for the administrators of a province, city, county and branch.

Whole requests as the server answers them, nothing in the cache. Of the organisations room `floor` is the one
bare statement that gives the rows such a page shows, fetched without a model. `full` is a demo province of
16 000 units; `--database` measures whichever province stands there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client

from zhtj.desk.health import CHECKS

from orgs.kinds import UnitKind
from orgs.models import OrgUnit, User

from tests.bench import province
from tests.bench.frame import Result, timed

SIZES = {"small": "small", "full": "medium"}
RUNS = 15
BAR = "p95 < 150 ms"
PROVINCE, CITY, COUNTY, BRANCH, AUDITOR = "province", "city", "county", "branch", "auditor"  # demo accounts
NOT_THEIRS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
# What each of them is asked for; what is not theirs is left out.
LISTS = (
    "/",
    "/members/",
    "/members/?q=王芳",
    "/members/?q=龘龘",
    "/members/?sex=male",
    "/members/print/",
    "/members/print/?sex=male",
    "/members/cases/",
    "/members/cases/?show=asked",
    "/members/cases/?show=all",
    "/members/review/",
    "/members/review/?state=ready",
    "/members/review/?state=overdue",
    "/members/review/?state=recognised",
    "/cadres/",
    "/cadres/?q=王芳",
    "/cadres/print/",
    "/cadres/missing/",
    "/cadres/organs/",
    "/imports/",
    "/imports/branches/",
    "/progress/",
    "/progress/baselines/",
    "/progress/adjustments/",
    "/progress/completions/",
    "/progress/openings/",
    "/progress/spotchecks/",
    "/progress/form/",
    "/progress/form/file/",
    "/progress/campaign/",
    "/api/units/",
    "/api/units/?q=高级中学",
    "/api/units/small/",
    "/api/health/",
    "/api/health/?code=branch.empty",
    "/api/health/?code=branch.under_three",
    "/api/health/?code=branch.over_fifty",
    "/api/members/",
    "/api/cases/",
    "/api/cases/?show=all",
    "/api/corrections/",
    "/api/youths/",
    "/api/youths/progress/",
    "/api/cadres/",
    "/api/cadres/organs/",
    "/api/cadres/missing/",
    "/api/cadres/missing/counts/",
    "/api/imports/",
    "/api/bulletins/",
    "/api/campaigns/",
    "/api/baselines/",
    "/api/adjustments/",
    "/api/completions/",
    "/api/early-openings/",
    "/api/spot-checks/",
    "/api/form2017/",
)

_PLACE = """tree_id = (SELECT tree_id FROM orgs_orgunit WHERE id = %(top)s)
    AND lft >= (SELECT lft FROM orgs_orgunit WHERE id = %(top)s)
    AND lft < (SELECT rght FROM orgs_orgunit WHERE id = %(top)s)"""
_UNITS = f"SELECT * FROM orgs_orgunit unit WHERE {_PLACE}"
_IN_ORDER = "ORDER BY tree_id, lft LIMIT 51"
_CHILDREN = "SELECT * FROM orgs_orgunit WHERE parent_id = %(open)s ORDER BY tree_id, lft"
_NAMED = f"{_UNITS} AND (short_name LIKE %(held)s OR full_name LIKE %(held)s) {_IN_ORDER}"
_BEGINNING = f"{_UNITS} AND (short_name LIKE %(begun)s OR code LIKE %(begun)s) {_IN_ORDER}"
_COUNTED = """SELECT branch_id FROM members_member WHERE until_at IS NULL
    GROUP BY branch_id HAVING count(*) {} LIMIT 51"""
_WITHOUT = f"""{_UNITS} AND closed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM {{}} WHERE {{}} = unit.id) {_IN_ORDER}"""
_TRAIL = "SELECT * FROM orgs_auditentry ORDER BY id DESC LIMIT 51"


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked by whom, and the bare statement beside it ("" = none)."""

    address: str
    floor: str = ""
    who: str = PROVINCE
    is_fragment: bool = False


def run(size: str) -> list[Result]:
    """Every page on a demo province that is filled first."""
    province.fill(SIZES[size])
    return measure()


def measure() -> list[Result]:
    """Every page on the province that stands there; the count beside it is the units there are."""
    browsers = {name: province.signed_in(name) for name in (PROVINCE, CITY, COUNTY, BRANCH, AUDITOR)}
    count = OrgUnit.objects.count()
    results = []
    for what, page in (_pages() | _lists(browsers)).items():
        ask = _get(browsers[page.who], page)
        ask()  # what a process and the cache of the database learn only once
        floor = timed(_bare(page.floor), RUNS) if page.floor else []
        results.append(Result(f"pages: {what}", count, "units", timed(ask, RUNS), floor, bar=BAR))
    return results


def _lists(browsers: dict[str, Client]) -> dict[str, Page]:
    """Every list, for whomever it is there."""
    asked = [Page(address, who=who) for address in LISTS for who in (PROVINCE, CITY, COUNTY, BRANCH)]
    return {
        f"{page.address}, {page.who}": page
        for page in asked
        if browsers[page.who].get(page.address).status_code not in NOT_THEIRS
    }


def _pages() -> dict[str, Page]:
    top = User.objects.get(username=PROVINCE).acting_unit_id
    school = OrgUnit.objects.filter(kind=UnitKind.COMMITTEE, closed_at=None).order_by("-level", "lft").first()
    assert school is not None
    plain = {
        "tree": Page("/units/tree/", _CHILDREN),
        "tree, opened far down": Page(f"/units/tree/?open={school.pk}", _CHILDREN),
        "one unit": Page(f"/units/{top}/", _CHILDREN),
        "all units": Page("/units/", f"{_UNITS} {_IN_ORDER}"),
        "search": Page("/units/?q=高级中学", _NAMED),
        "search, none found": Page("/units/?q=龘龘", _NAMED.replace("held", "nobody")),
        "administrators": Page(f"/units/{school.pk}/admins/", _CHILDREN),
        "codes of the children": Page(f"/units/{top}/codes/", _CHILDREN),
        "sheet of codes": Page(f"/units/{top}/codes/sheet/", _CHILDREN),
        "small units": Page("/units/small/", _COUNTED.format("< 3")),
        "trail": Page("/audit/", _TRAIL, AUDITOR),
        "trail of a unit": Page(f"/audit/?unit={school.code}", _TRAIL, AUDITOR),
    }
    return plain | _fragments(top) | _health()


def _fragments(top: int | None) -> dict[str, Page]:
    """What the tree and the picker fetch while one clicks and types."""
    asked = {
        "children": (f"/units/{top}/children/", _CHILDREN),
        "picker, first look": ("/units/pick/", _CHILDREN),
        "picker, inside a unit": (f"/units/pick/?inside={top}", _CHILDREN),
        "picker, beginning of a name": ("/units/pick/?q=中原", _BEGINNING),
        "picker, part of a name": ("/units/pick/?q=高级中学&may=members.see", _NAMED),
        "picker, branches": ("/units/pick/?q=团支部&kind=branch", _NAMED),
        "picker, none found": ("/units/pick/?q=龘龘", _NAMED.replace("held", "nobody")),
    }
    return {what: Page(address, floor, is_fragment=True) for what, (address, floor) in asked.items()}


def _health() -> dict[str, Page]:
    """The list with every check, and with each alone."""
    bare = {
        "branch.empty": _WITHOUT.format("members_member", "branch_id"),
        "branch.under_three": _COUNTED.format("< 3"),
        "branch.over_fifty": _COUNTED.format("> 50"),
        "unit.no_cadre": _WITHOUT.format("cadres_cadre", "unit_id"),
        "unit.no_admin": _WITHOUT.format("orgs_orgunituserobjectpermission", "content_object_id"),
    }
    every = {"health list": Page("/units/health/", f"{_UNITS} {_IN_ORDER}")}
    return every | {
        f"health {check.code}": Page(
            f"/units/health/?code={check.code}", bare.get(check.code, f"{_UNITS} AND phone = '' {_IN_ORDER}")
        )
        for check in CHECKS
    }


def _get(browser: Client, page: Page) -> Callable[[], Any]:
    headers = {"HX-Request": "true"} if page.is_fragment else {}

    def ask() -> None:
        cache.clear()
        province.sound(browser.get(page.address, headers=headers))

    return ask


def _bare(statement: str) -> Callable[[], Any]:
    top = User.objects.get(username=PROVINCE).acting_unit_id
    values = {"top": top, "open": top, "held": "%高级中学%", "begun": "中原%", "nobody": "%龘龘%"}

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()

    return ask
