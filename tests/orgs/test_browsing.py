"""Choosing a unit: the picker's lines, the tree page, the search; in scope only, with or without script."""

from typing import Any

import pytest
from django.urls import reverse

from zhtj.lib import days

from orgs import browsing
from orgs.browsing import Wanted
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, User

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
FRAGMENT = {"hx-request": "true"}


def picked(user: User, **query: Any) -> list[str]:
    """Names of the picker's lines; those that may not be chosen in brackets."""
    answer = world.client(user).get(reverse("unit_pick"), query, headers=FRAGMENT)
    assert answer.status_code == 200
    units = answer.context["offer"].units
    return [unit.short_name if unit.may_choose else f"({unit.short_name})" for unit in units]


SEARCHES: list[tuple[str, dict[str, str], list[str]]] = [
    ("county_admin", {"q": "高一"}, ["高一1班团支部", "高一2班团支部", "高一3班团支部"]),
    ("county_admin", {"q": "1班"}, ["高一1班团支部"]),
    ("county_admin", {"q": "HN010102"}, ["须水镇团委", "小寨村团支部"]),
    ("county_admin", {"q": "hn01010201"}, ["小寨村团支部"]),
    ("county_admin", {"q": "开封"}, []),
    ("county_admin", {"q": "HN02"}, []),
    ("county_admin", {"q": "团委", "kind": "committee"}, ["第一中学团委", "须水镇团委"]),
    ("county_admin", {"q": "中", "may": "units.manage"}, ["第一中学团委"]),
    ("county_admin", {"q": "中", "may": "no.such"}, ["中原团区委", "第一中学团委"]),
    ("county_admin", {"q": "团", "holds": "general_branch"}, ["中原团区委", "第一中学团委", "须水镇团委"]),
    ("secretary", {"q": "团"}, ["高一1班团支部"]),
    ("county_admin", {"q": "%"}, []),
    ("county_admin", {"q": "\x00"}, ["中原团区委"]),
]


@pytest.mark.parametrize(("person", "query", "expected"), SEARCHES)
def test_a_picker_finds_by_name_and_code_what_may_be_chosen(
    cast: Cast, person: str, query: dict[str, str], expected: list[str]
) -> None:
    assert picked(getattr(cast, person), **query) == expected


def test_what_begins_with_the_text_comes_before_what_merely_holds_it(cast: Cast) -> None:
    world.branch(cast.committee, "班子团支部")
    assert picked(cast.county_admin, q="班")[0] == "班子团支部"


def test_a_picker_goes_level_by_level_and_shows_what_leads_to_a_choice(cast: Cast) -> None:
    wanted = {"kind": "branch", "may": "units.manage"}
    assert picked(cast.county_admin, **wanted) == ["(中原团区委)"]
    assert picked(cast.county_admin, inside=cast.county.pk, **wanted) == ["(第一中学团委)", "(须水镇团委)"]
    inside = picked(cast.county_admin, inside=cast.committee.pk, without=cast.branch.pk, **wanted)
    assert inside == ["(高一1班团支部)", "高一2班团支部", "高一3班团支部"]


def test_a_closed_unit_is_never_offered(cast: Cast) -> None:
    OrgUnit.objects.filter(pk=cast.village.pk).update(closed_at=days.now())
    assert picked(cast.county_admin, q="小寨") == []
    assert picked(cast.county_admin, inside=cast.town.pk) == []


@pytest.mark.parametrize("inside", ["x", "-1", "9" * 30, "1.5"])
def test_a_picker_looks_into_no_foreign_unit(cast: Cast, inside: str) -> None:
    client = world.client(cast.county_admin)
    for key in (inside, cast.other_city.pk):
        answer = client.get(reverse("unit_pick"), {"inside": key}, headers=FRAGMENT)
        assert answer.status_code == 404


def test_an_offer_longer_than_a_list_says_so(cast: Cast) -> None:
    for number in range(browsing.OFFERED + 1):
        world.branch(cast.town, f"{number}组团支部")
    scope = world.actor(cast.county_admin).scope
    for offer in (
        browsing.offer(scope, Wanted(), text="组团支部"),
        browsing.offer(scope, Wanted(), inside=cast.town),
    ):
        assert len(offer.units) == browsing.OFFERED and offer.is_cut


def lines(nodes: list[browsing.Node] | None, depth: int = 0) -> list[str]:
    found = []
    for node in nodes or []:
        found += [f"{'  ' * depth}{node.unit.short_name}", *lines(node.children, depth + 1)]
    return found


def test_the_tree_opens_down_to_the_unit_asked_for(cast: Cast) -> None:
    scope = world.actor(cast.county_admin).scope
    assert lines(browsing.tree(scope)) == ["中原团区委", "  第一中学团委", "  须水镇团委"]
    assert lines(browsing.tree(scope, cast.village)) == [
        "中原团区委",
        "  第一中学团委",
        "  须水镇团委",
        "    小寨村团支部",
    ]


def test_a_unit_held_inside_another_held_one_stands_in_the_tree_once(cast: Cast) -> None:
    world.grant(cast.county_admin, cast.town, "viewer")
    world.grant(cast.county_admin, cast.other_committee, "viewer")
    scope = world.actor(cast.county_admin).scope
    assert lines(browsing.tree(scope)) == ["中原团区委", "开封高中团委"]


def test_children_beyond_a_screenful_are_found_on_the_units_own_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "SHOWN", 2)
    page = world.client(cast.committee_admin).get(reverse("unit_tree")).content.decode()
    assert "高一2班团支部" in page and "高一3班团支部" not in page
    assert f'href="{reverse("unit_detail", args=[cast.committee.pk])}">还有更多下级' in page


def test_without_script_every_arrow_leads_to_the_opened_tree(cast: Cast) -> None:
    client = world.client(cast.county_admin)
    opened = f"{reverse('unit_tree')}?open={cast.town.pk}"
    assert opened in client.get(reverse("unit_tree")).content.decode()
    assert "小寨村团支部" in client.get(opened).content.decode()
    assert client.get(reverse("unit_children", args=[cast.town.pk])).url == opened
    fragment = client.get(reverse("unit_children", args=[cast.town.pk]), headers=FRAGMENT).content.decode()
    assert "小寨村团支部" in fragment and "<html" not in fragment


@pytest.mark.parametrize("wanted", ["x", "0", "9" * 30])
def test_the_tree_opens_at_no_unit_that_is_none(cast: Cast, wanted: str) -> None:
    assert world.client(cast.county_admin).get(reverse("unit_tree"), {"open": wanted}).status_code == 404


def test_a_list_counts_only_so_far_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "MOST_COUNTED", 3)
    page = world.client(cast.county_admin).get(reverse("unit_list"))
    assert page.context["page"].paginator.count == 3 and "只逐页列出前 3 个" in page.content.decode()


def test_merge_and_move_offer_the_same_with_and_without_script(cast: Cast) -> None:
    client = world.client(cast.county_admin)
    page = client.get(reverse("unit_move", args=[cast.village.pk]), {"q": "团"})
    assert [unit.short_name for unit in page.context["found"]] == ["中原团区委", "第一中学团委", "须水镇团委"]
    picker = page.context["picker"]
    lines = client.get(f"{picker}&q=团", headers=FRAGMENT).context["offer"].units
    assert lines == page.context["found"]
    assert K.BRANCH not in {unit.kind for unit in lines}
