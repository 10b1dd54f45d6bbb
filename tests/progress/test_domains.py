"""A unit goes over to another domain: what is expected of it follows, through every door (decision 0034)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.urls import reverse

from zhtj.desk import reshape
from zhtj.lib import days

from orgs import actions
from orgs.kinds import Industry
from orgs.models import AuditEntry, OrgUnit
from progress import queries
from progress.models import Baseline, Campaign

from tests import world
from tests.cast import Cast
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db


def stated() -> dict[str, int]:
    """Every figure in force: unit and domain → members."""
    rows = Baseline.objects.filter(until_at=None).select_related("unit")
    return {f"{row.unit.code} {row.domain}": row.member_count for row in rows}


def by_page(cast: Cast, unit: OrgUnit) -> None:
    client = world.client(cast.county_admin)
    answered = client.post(reverse("unit_industry", args=[unit.pk]), {"industry": Industry.RURAL})
    assert answered.status_code == 302


def by_api(cast: Cast, unit: OrgUnit) -> None:
    client = world.client(cast.county_admin)
    data = {"industry": Industry.RURAL}
    answered = client.post(f"/api/units/{unit.pk}/industry/", data, content_type="application/json")
    assert answered.status_code == 200


def by_workbook(cast: Cast, unit: OrgUnit) -> None:
    updates = [(unit, {"industry": Industry.RURAL})]
    actions.import_units(world.actor(cast.county_admin), unit=cast.county, plantings=[], updates=updates)


def by_move(cast: Cast, unit: OrgUnit) -> None:
    reshape.move_unit(world.actor(cast.county_admin), unit=unit, new_parent=cast.town)


DOORS = [by_page, by_api, by_workbook, by_move]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_the_figure_of_a_branch_follows_it_and_past_bulletins_keep_theirs(
    scene: Scene, door: Callable[[Cast, OrgUnit], None]
) -> None:
    cast = scene.cast
    before = scene.compute()
    door(cast, cast.branch)
    after = scene.compute(DAY + dt.timedelta(days=1))
    frozen = after.units.get(unit=cast.county).domains
    assert (frozen["school"][:3], frozen["rural"][:3]) == ([40, 40, 10], [70, 70, 32])
    assert after.branches.get(unit=cast.branch).expected == 40
    assert before.units.get(unit=cast.county).domains["school"][:3] == [80, 80, 40]
    again = scene.compute(recompute=True)
    assert again.units.get(unit=cast.county).domains["school"][:3] == [80, 80, 40]
    assert {line.label: (line.expected, line.entered) for line in now(cast.branch)} == {"农村": (40, 30)}
    assert AuditEntry.objects.get(action="progress.follow_domains").after["figures"] == 1


def now(unit: OrgUnit) -> list[queries.Standing]:
    unit.refresh_from_db()
    return queries.standing(Campaign.objects.get(), unit)


def test_back_again_the_figures_are_what_they_were_and_the_same_domain_moves_none(scene: Scene) -> None:
    cast, before = scene.cast, stated()
    actor = world.actor(cast.county_admin)
    reshape.change_industry(actor, unit=cast.committee, industry=Industry.PRIMARY_SCHOOL)
    assert stated() == before and not AuditEntry.objects.filter(action="progress.follow_domains").exists()
    reshape.change_industry(actor, unit=cast.committee, industry=Industry.RURAL)
    assert stated() != before
    cast.committee.refresh_from_db()
    reshape.change_industry(actor, unit=cast.committee, industry=Industry.HIGH_SCHOOL)
    assert stated() == before


@pytest.mark.parametrize(
    ("own", "after"),
    [
        # 01 and 02 inherit; 03 is a school whatever stands above it; of it 15 are expected.
        ({}, {}),
        ({"school": 95}, {"rural": 80}),  # 15 of the 95 stay where 03 states them
        ({"school": 120}, {"rural": 105}),
        ({"school": 95, "rural": 8}, {"rural": 88}),
        ({"rural": 8}, {"rural": 88}),  # speaks for the branches, which have come over
        ({"school": 10}, {"school": 10}),  # disagrees with what stays: shown, not mended
    ],
    ids=["below only", "own", "more than below", "in both", "in the new one", "less than stays"],
)
def test_a_committee_speaks_for_who_goes_and_not_for_who_stays(
    scene: Scene, own: dict[str, int], after: dict[str, int]
) -> None:
    cast = scene.cast
    actor = world.actor(cast.county_admin)
    reshape.change_industry(actor, unit=cast.third_branch, industry=Industry.PRIMARY_SCHOOL)
    scene.expect(cast.third_branch, 15)
    for domain, count in own.items():
        scene.expect(cast.committee, count, domain)
    sums = {line.domain: line.expected for line in now(cast.county)}
    url = reverse("unit_industry", args=[cast.committee.pk])
    seen = world.client(cast.county_admin).get(url, {"industry": Industry.RURAL})
    reshape.change_industry(actor, unit=cast.committee, industry=Industry.RURAL)
    figures = stated()
    assert {key: figures[f"HN010101{key}"] for key in ("01 rural", "02 rural", "03 school")} == {
        "01 rural": 40,
        "02 rural": 40,
        "03 school": 15,
    }
    assert {d: figures.get(f"HN010101 {d}") for d in ("school", "rural")} == {
        "school": None,
        "rural": None,
    } | after
    assert figures["HN01 school"] == 100, "what is stated above stays"
    went = {line.domain: line.expected for line in now(cast.county)}
    if "school" not in after:
        moved = sums["school"] - went["school"]
        assert went["rural"] - sums["rural"] == moved == seen.context["preview"].expected
        assert f"团统数 {moved} 人随之转入" in seen.content.decode()


def test_a_closed_branch_takes_its_figure_along_for_the_day_it_is_opened_again(scene: Scene) -> None:
    cast = scene.cast
    scene.expect(cast.third_branch, 25)
    reshape.close_unit(world.actor(cast.committee_admin), unit=cast.third_branch)
    scene.expect(cast.committee, 90)
    reshape.change_industry(world.actor(cast.county_admin), unit=cast.committee, industry=Industry.RURAL)
    assert stated()["HN01010103 rural"] == 25 and stated()["HN010101 rural"] == 90
    cast.third_branch.refresh_from_db()
    reshape.reopen_unit(world.actor(cast.committee_admin), unit=cast.third_branch)
    assert [line.domain for line in now(cast.third_branch)] == ["rural"]


def test_committees_of_two_domains_merge_and_what_stood_below_the_one_is_expected_in_the_other(
    scene: Scene,
) -> None:
    cast = scene.cast
    scene.expect(cast.town, 35, "rural")
    scene.expect(cast.committee, 100)
    reshape.merge_units(world.actor(cast.county_admin), source=cast.town, target=cast.committee)
    figures = stated()
    assert (figures["HN01010201 school"], figures["HN010101 school"]) == (30, 135)
    assert not [key for key in figures if key.endswith("rural")]
    frozen = scene.compute().units.get(unit=cast.county).domains
    assert frozen["school"][:3] == [135, 135, 42] and frozen["rural"][:3] == [None, None, 0]


def test_a_cards_other_counts_follow_too(scene: Scene) -> None:
    cast = scene.cast
    Baseline.objects.filter(unit=cast.branch).update(cadre_count=3)
    Baseline.objects.create(
        campaign=scene.campaign,
        unit=cast.branch,
        domain="rural",
        member_count=1,
        branch_count=1,
        from_at=days.now(),
    )
    reshape.change_industry(world.actor(cast.county_admin), unit=cast.branch, industry=Industry.RURAL)
    row = Baseline.objects.get(unit=cast.branch, until_at=None)
    assert (row.domain, row.member_count, row.cadre_count, row.branch_count) == ("rural", 41, 3, 1)
    assert row.entered_by == cast.county_admin
