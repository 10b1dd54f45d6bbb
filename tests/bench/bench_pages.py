"""The pages of the organisations room for a whole province: tree, picker, search, health list, queue, trail.

Whole requests as the server answers them, for the administrator of the province (the trail for the auditor).
`floor` is the one bare statement that gives the rows such a page shows, fetched without a model. `full` is a
demo province of 16 000 units; `--database` measures whichever province stands there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client

from zhtj.desk.health import CHECKS

from orgs.kinds import UnitKind
from orgs.models import OrgUnit, User

from tests.bench import province
from tests.bench.frame import Result, timed

SIZES = {"small": "small", "full": "medium"}
RUNS = 15
BAR = "p95 < 200 ms"
PICKER_BAR = "p95 < 150 ms"
PROVINCE, AUDITOR = "province", "auditor"  # demo accounts

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
    """What is asked by whom, and the bare statement beside it."""

    address: str
    floor: str
    who: str = PROVINCE
    is_fragment: bool = False
    bar: str = BAR


def run(size: str) -> list[Result]:
    """Every page on a demo province that is filled first."""
    province.fill(SIZES[size])
    return measure()


def measure() -> list[Result]:
    """Every page on the province that stands there; the count beside it is the units there are."""
    browsers = {name: province.signed_in(name) for name in (PROVINCE, AUDITOR)}
    count = OrgUnit.objects.count()
    results = []
    for what, page in _pages().items():
        ask = _get(browsers[page.who], page)
        ask()  # what a process and the cache of the database learn only once
        floor = timed(_bare(page.floor), RUNS)
        results.append(Result(f"pages: {what}", count, "units", timed(ask, RUNS), floor, bar=page.bar))
    return results


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
    return {
        what: Page(address, floor, is_fragment=True, bar=PICKER_BAR)
        for what, (address, floor) in asked.items()
    }


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
    return lambda: province.sound(browser.get(page.address, headers=headers))


def _bare(statement: str) -> Callable[[], Any]:
    top = User.objects.get(username=PROVINCE).acting_unit_id
    values = {"top": top, "open": top, "held": "%高级中学%", "begun": "中原%", "nobody": "%龘龘%"}

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()

    return ask
