"""The health list: each code on both sides of its edge, in scope only, with the link that mends it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhtj.desk import health, reshape
from zhtj.lib import sheets

from orgs import actions
from orgs.kinds import UnitKind
from orgs.models import AuditEntry, OrgUnit

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db

CARD: dict[str, Any] = {
    "full_name": "中国共产主义青年团第一中学委员会",
    "phone": "0371-12345678",
    "email": "a@example.com",
    "secretary_name": "王芳",
    "secretary_mobile": "13812345678",
    "secretary_id": world.national_id(60_011),
}
UNNAMED = CARD | {"secretary_id": ""}
POSTS = dict.fromkeys(
    (
        "admin_posts_planned_count",
        "admin_posts_filled_count",
        "public_posts_planned_count",
        "public_posts_filled_count",
    ),
    0,
)


def found(cast: Cast, unit: OrgUnit, person: str = "province_admin") -> set[str]:
    """The codes the list shows for this unit."""
    scope = world.actor(getattr(cast, person)).scope
    rows = health.listing(scope, health.faulty(scope, unit=unit, near=True)).rows
    return {fault.check.code for each, faults in rows for fault in faults if each.pk == unit.pk}


def members(count: int) -> Callable[[Cast], None]:
    return lambda cast: world.members(cast.branch, count) and None


def card(name: str, **fields: Any) -> Callable[[Cast], None]:
    return lambda cast: (
        actions.edit_card(world.actor(cast.province_admin), unit=getattr(cast, name), **fields) and None
    )


def secretary(name: str) -> Callable[[Cast], None]:
    return lambda cast: world.cadre(getattr(cast, name), "书记") and None


def both(*given: Callable[[Cast], None]) -> Callable[[Cast], None]:
    return lambda cast: [each(cast) for each in given] and None


def nothing(cast: Cast) -> None:
    pass


TABLE: list[tuple[str, str, Callable[[Cast], None], bool]] = [
    ("branch.empty", "branch", nothing, True),
    ("branch.empty", "branch", members(1), False),
    ("branch.under_three", "branch", nothing, False),
    ("branch.under_three", "branch", members(1), True),
    ("branch.under_three", "branch", members(2), True),
    ("branch.under_three", "branch", members(3), False),
    ("branch.over_fifty", "branch", members(50), False),
    ("branch.over_fifty", "branch", members(51), True),
    ("unit.hollow", "university", nothing, True),
    ("unit.hollow", "university", lambda cast: world.branch(cast.university) and None, False),
    ("unit.hollow", "committee", nothing, False),
    (
        "unit.hollow",
        "town",
        lambda cast: reshape.close_unit(world.actor(cast.county_admin), unit=cast.village) and None,
        True,
    ),
    ("unit.hollow", "branch", nothing, False),
    ("unit.hollow", "county", nothing, False),
    ("unit.no_cadre", "town", nothing, True),
    ("unit.no_cadre", "town", lambda cast: world.cadre(cast.town, "委员") and None, False),
    ("unit.no_secretary", "town", nothing, True),
    ("unit.no_secretary", "county", nothing, True),
    ("unit.no_secretary", "branch", nothing, False),
    ("unit.no_secretary", "town", lambda cast: world.cadre(cast.town, "委员") and None, True),
    ("unit.no_secretary", "town", lambda cast: world.cadre(cast.town, "书记") and None, False),
    ("unit.no_admin", "town", nothing, True),
    ("unit.no_admin", "committee", nothing, False),
    ("unit.no_admin", "town", lambda cast: world.account(cast.town, "viewer") and None, True),
    ("unit.no_admin", "town", lambda cast: world.account(cast.town) and None, False),
    ("unit.incomplete", "branch", nothing, True),
    ("unit.incomplete", "branch", card("branch", **CARD), False),
    ("unit.incomplete", "branch", card("branch", **UNNAMED), True),
    ("unit.incomplete", "branch", both(card("branch", **UNNAMED), secretary("branch")), False),
    ("unit.incomplete", "committee", card("committee", **CARD), True),
    ("unit.incomplete", "committee", card("committee", **CARD, **POSTS), False),
]


@pytest.mark.parametrize(("code", "name", "arrange", "expected"), TABLE)
def test_each_check_on_both_sides_of_its_edge(
    cast: Cast, code: str, name: str, arrange: Callable[[Cast], None], expected: bool
) -> None:
    arrange(cast)
    unit = getattr(cast, name)
    assert (code in found(cast, unit)) is expected
    scope = world.actor(cast.province_admin).scope
    assert health.faulty(scope, unit=unit, code=code, near=True).filter(pk=unit.pk).exists() is expected
    assert bool(health.counts(scope, unit).get(code)) >= expected


def test_every_check_stands_in_the_table() -> None:
    assert {line[0] for line in TABLE} == set(health.BY_CODE)


LINKS = [
    ("branch.empty", "branch", "secretary", "import_upload"),
    ("branch.empty", "branch", "county_admin", "unit_detail"),
    ("unit.no_admin", "town", "county_admin", "unit_admins"),
    ("unit.no_admin", "second_branch", "viewer", "unit_detail"),
    ("unit.hollow", "university", "province_admin", "unit_create"),
    ("unit.incomplete", "committee", "committee_admin", "unit_edit"),
    ("unit.no_cadre", "committee", "committee_admin", "cadre_enter"),
]


@pytest.mark.parametrize(("code", "name", "person", "page"), LINKS)
def test_a_line_carries_the_one_link_its_reader_may_use(
    cast: Cast, code: str, name: str, person: str, page: str
) -> None:
    unit = getattr(cast, name)
    user = getattr(cast, person)
    scope = world.actor(user).scope
    rows = dict(health.listing(scope, health.faulty(scope, unit=unit, code=code, near=True)).rows)
    (fault,) = [fault for fault in rows[unit] if fault.check.code == code]
    expected = reverse(page) if page == "import_upload" else reverse(page, args=[unit.pk])
    assert fault.url.startswith(expected)
    assert world.client(user).get(fault.url).status_code == 200


def test_the_list_shows_the_own_scope_only(cast: Cast) -> None:
    client = world.client(cast.county_admin)
    page = client.get(reverse("health")).content.decode()
    assert cast.village.short_name in page and cast.other_branch.short_name not in page
    assert client.get(reverse("health"), {"unit": cast.other_city.pk}).status_code == 404
    assert client.get(reverse("health"), {"unit": "x"}).status_code == 404
    assert client.get(reverse("health"), {"code": "x", "near": "x", "after": "'"}).status_code == 200


def test_pages_follow_each_other_without_gaps_and_cost_the_same(cast: Cast) -> None:
    for number in range(120):
        world.branch(cast.committee, f"高二{number}班团支部")
    scope = world.actor(cast.committee_admin).scope
    wanted = list(health.faulty(scope, unit=cast.committee).values_list("pk", flat=True))
    seen, after, costs = [], "", set()
    while True:
        with CaptureQueriesContext(connection) as captured:
            page = health.listing(scope, health.faulty(scope, unit=cast.committee), after=after)
        costs.add(len(captured))
        seen += [unit.pk for unit, _ in page.rows]
        if not (after := page.after):
            break
    assert seen == wanted and len(wanted) == 124 and len(costs) == 1


def test_the_list_goes_out_as_a_workbook_and_is_audited(cast: Cast) -> None:
    answer = world.client(cast.county_admin).post(reverse("health_export"), {"code": "unit.no_admin"})
    (page,) = sheets.read_rows(b"".join(answer.streaming_content), "清单.xlsx", limits=sheets.Limits())
    assert {row[0] for _, row in page.rows[1:]} >= {"须水镇团委", "高一2班团支部"}
    assert AuditEntry.objects.get(action="desk.export_health").unit == cast.county


def test_the_first_page_counts_what_is_to_mend(cast: Cast) -> None:
    page = world.client(cast.committee_admin).get(reverse("home")).content.decode()
    assert "没有团员 3 个" in page and "没有管理员 2 个" in page
    assert OrgUnit.objects.filter(kind=UnitKind.BRANCH).count() == 5
