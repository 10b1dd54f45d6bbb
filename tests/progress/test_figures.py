"""What leads on from the bulletin's page: lists behind figures, curves, two days, what is entered now."""

import datetime as dt
import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from zhtj.lib import days

from orgs.kinds import Industry, UnitKind
from orgs.models import User
from orgs.tree import move
from progress import actions, exports, queries
from progress.models import Bulletin

from tests import world
from tests.progress.conftest import DAY, Scene, at

pytestmark = pytest.mark.django_db

NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def published(scene: Scene) -> Scene:
    cache.clear()
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=scene.compute())
    return scene


def get(user: User, name: str, *parts: str, day: dt.date = DAY, **query: str) -> object:
    return world.client(user).get(reverse(f"bulletin_{name}", args=[day, *parts]), query)


def listed(user: User, figure: str, **query: str) -> list[object]:
    """Every row of the list, page by page."""
    rows: list[object] = []
    after = ""
    while True:
        found = get(user, "behind", figure, after=after, **query).context["behind"]
        rows += found.rows
        after = found.after
        if not after:
            return rows


# --- the list behind a figure ----------------------------------------------------------------------


def test_every_figure_of_the_page_has_as_many_entries_in_its_list(published: Scene) -> None:
    for user in (published.cast.county_admin, published.cast.city_admin, published.cast.province_admin):
        unit = queries.own_unit(world.actor(user).scope)
        page = queries.page(world.actor(user).scope, Bulletin.objects.get(), unit, queries.Choice())
        for figure, count, has_list in page.structure:
            assert has_list == bool(count)
            assert len(listed(user, figure.key)) == count, (user, figure.key)
        for column in page.columns:
            own = queries.page(world.actor(user).scope, page.bulletin, unit, queries.Choice(column.key)).own
            assert len(listed(user, "entered", stage=column.key)) == own.entered, (user, column.key)


def test_the_list_is_that_of_the_cutoff_whatever_happened_since(published: Scene) -> None:
    cast = published.cast
    before = [member.pk for member in listed(cast.province_admin, "entered", stage="members_school")]
    published.clock.set(at(DAY, 12))
    cast.branch.members.filter(pk__in=before[:5]).update(until_at=days.now())
    world.members(cast.third_branch, 4)
    move(cast.committee, cast.other_city, at=days.now())
    after = [member.pk for member in listed(cast.province_admin, "entered", stage="members_school")]
    assert after == before
    assert len(before) == 90
    empty = listed(cast.province_admin, "branches_empty")
    assert [branch.code for branch in empty] == ["HN01010103"]


def test_ids_are_masked_and_the_branch_is_named_as_it_was(published: Scene) -> None:
    response = get(published.cast.county_admin, "behind", "entered", unit="HN01010201", stage="members_other")
    html = response.content.decode()
    assert html.count("小寨村团支部") >= 2
    assert '<span class="under">须水镇团委</span>' in html, "a branch is told by its superior"
    for member in response.context["behind"].rows:
        assert member.person.masked_id in html
        assert "*" in member.person.masked_id


def test_people_of_a_branch_that_left_the_scope_are_not_listed(published: Scene) -> None:
    cast = published.cast
    published.clock.set(at(DAY, 12))
    move(cast.committee, cast.other_city, at=days.now())
    assert listed(cast.county_admin, "entered", stage="members_school") == []
    html = get(cast.county_admin, "behind", "entered", stage="members_school").content.decode()
    assert "不在您的管理范围内" in html


def test_a_page_of_branches_that_left_the_scope_does_not_end_the_list(scene: Scene) -> None:
    cast = scene.cast
    world.members(cast.branch, 30)  # with the 30 there are: more than a page, and first in the tree
    actions.publish_bulletin(world.actor(cast.staff), bulletin=scene.compute())
    scene.clock.set(at(DAY, 12))
    move(cast.branch, cast.other_committee, at=days.now())
    shown = listed(cast.county_admin, "entered", stage="members_school")
    assert {member.branch_id for member in shown} == {cast.second_branch.pk} and len(shown) == 10


def test_a_page_of_people_deleted_since_does_not_end_the_list(scene: Scene) -> None:
    cast = scene.cast
    world.members(cast.branch, 30)
    actions.publish_bulletin(world.actor(cast.staff), bulletin=scene.compute())
    cast.branch.members.all().delete()
    shown = listed(cast.county_admin, "entered", stage="members_school")
    assert {member.branch_id for member in shown} == {cast.second_branch.pk} and len(shown) == 10


def test_who_sees_figures_but_no_rosters_gets_no_names(published: Scene) -> None:
    assert get(published.cast.staff, "behind", "entered", stage="members_school").status_code == 403
    assert get(published.cast.staff, "behind", "branches_empty").status_code == 200


@pytest.mark.parametrize(
    ("figure", "query", "status"),
    [
        ("branches_empty", {"unit": "HN02"}, 404),  # another city
        ("branches_empty", {"unit": "HN"}, 404),  # above: the class table is open, no list is
        ("nonsense", {}, 404),
        ("entered", {"stage": "nonsense"}, 404),
        ("entered", {"stage": "members_school", "after": "9" * 30}, 200),
        ("branches_empty", {"after": "²"}, 200),
    ],
)
def test_a_list_that_is_none_is_not_found(
    published: Scene, figure: str, query: dict[str, str], status: int
) -> None:
    assert get(published.cast.county_admin, "behind", figure, **query).status_code == status


# --- the curve, all stages, two days, now ----------------------------------------------------------


def test_the_curve_has_a_point_for_every_day_and_none_beyond_the_page(published: Scene) -> None:
    published.clock.set(at(DAY, 12))
    world.members(published.cast.third_branch, 7)
    actions.publish_bulletin(world.actor(published.cast.staff), bulletin=published.compute(NEXT))
    scope = world.actor(published.cast.county_admin).scope
    for day, entered in ((DAY, [40]), (NEXT, [40, 47])):
        bulletin = Bulletin.objects.get(day=day)
        curves = queries.trend(scope, bulletin, published.cast.county)
        school = next(curve for curve in curves if curve.column.key == "members_school")
        assert [point.entered for point in school.points] == entered
    html = get(published.cast.county_admin, "trend", day=NEXT).content.decode()
    assert html.count('<svg class="chart"') == 5
    assert "style=" not in html


def test_a_branch_has_the_curve_and_the_row_of_its_own_domain(published: Scene) -> None:
    curves = get(published.cast.secretary, "trend").context["drawn"]
    assert [curve.column.key for curve, _ in curves] == ["members_school"]
    overview = get(published.cast.secretary, "overview").context["overview"]
    assert [(row.column.key, row.entered, row.expected) for row in overview.by_domain] == [("school", 30, 40)]


def test_a_committee_sees_no_stage_it_has_nothing_to_do_with(published: Scene) -> None:
    user, organ = published.cast.committee_admin, published.cast.county_admin
    curves = [curve.column.key for curve, _ in get(user, "trend").context["drawn"]]
    assert curves == ["grassroots_cadres", "members_school"]
    rows = get(user, "overview").context["overview"].by_deadline
    assert [row.column.key for row in rows] == curves
    assert len(get(organ, "trend").context["drawn"]) == 5, "of a leading organ nobody may have stated it yet"


def test_all_stages_stand_by_deadline(published: Scene) -> None:
    rows = get(published.cast.city_admin, "overview").context["overview"].by_deadline
    assert [row.column.key for row in rows] == [
        "organ_cadres",
        "grassroots_cadres",
        "members_school",
        "members_state",
        "members_other",
    ]


def test_the_plan_line_of_a_gated_stage_begins_where_the_gate_opened(published: Scene) -> None:
    def drawn(user: User) -> dict[str, object]:
        return {curve.column.key: chart for curve, chart in get(user, "trend").context["drawn"]}

    closed = drawn(published.cast.city_admin)
    assert closed["members_school"].plan != ""
    assert closed["members_other"].plan == ""
    works = world.unit(published.cast.other_city, UnitKind.COMMITTEE, industry=Industry.RURAL)
    published.expect(world.branch(works), 9, "rural")
    actions.publish_bulletin(world.actor(published.cast.staff), bulletin=published.compute(NEXT))
    (curve,) = (
        chart
        for curve, chart in get(published.cast.outsider, "trend", day=NEXT).context["drawn"]
        if curve.column.key == "members_other"
    )
    begin = curve.entered.split(",")[0]  # where the first day lies, on which its gate opened
    assert curve.plan.startswith(f"{begin},")


def test_two_days_show_what_was_won_and_lost(published: Scene) -> None:
    cast = published.cast
    published.clock.set(at(DAY, 12))
    world.members(cast.third_branch, 65)  # 郑州 passes 开封
    cast.other_branch.members.filter(pk__in=cast.other_branch.members.values("pk")[:10]).update(
        until_at=days.now()
    )
    actions.publish_bulletin(world.actor(cast.staff), bulletin=published.compute(NEXT))
    context = get(cast.staff, "compare", day=NEXT, stage="members_school").context
    found = {
        pair.now.shown.code: (
            pair.was.entered,
            pair.now.entered,
            pair.change,
            pair.was.rank,
            pair.rank_change,
        )
        for pair in context["pairs"]
    }
    assert found["HN01"] == (40, 105, 65, 2, 1)
    assert found["HN02"] == (50, 40, -10, 1, -1)
    assert (context["own"].change, context["before"].day) == (55, DAY)


@pytest.mark.parametrize("then", ["2018-11-30", "0001-01-01"])
def test_a_day_that_has_no_bulletin_cannot_be_compared(published: Scene, then: str) -> None:
    assert get(published.cast.staff, "compare", then=then).status_code == 404


def test_days_with_other_stages_and_gates_are_compared_as_each_was_set(published: Scene) -> None:
    plan = actions.plan_of(published.campaign)
    other = plan.stages[-1]
    stages = (
        *plan.stages[:3],
        replace(plan.stages[3], gate="members_school", gate_rate=Decimal("0.5")),
        replace(other, domains=tuple(set(other.domains) - {"rural"})),
        replace(other, key="stage-6", name="农村", domains=("rural",), gate="", gate_rate=None),
    )
    actions.change_campaign(
        world.actor(published.cast.province_admin),
        campaign=published.campaign,
        plan=replace(plan, stages=stages),
    )
    staff = published.cast.staff
    actions.publish_bulletin(world.actor(staff), bulletin=published.compute(NEXT))
    for unit in ("HN", "HN01"):
        assert get(staff, "compare", day=NEXT, stage="members_state", unit=unit).context["own"].change == 0
        assert get(staff, "compare", day=NEXT, stage="stage-6", unit=unit).context["own"].was is None
        back = get(staff, "compare", then=str(NEXT), stage="members_state", unit=unit)
        assert back.context["own"].change == 0
    assert api(staff, f"compare/?then={NEXT}&stage=members_other")[0] == 200


def test_what_is_entered_now_stands_beside_the_frozen_figure_with_both_times(published: Scene) -> None:
    published.clock.set(at(DAY, 12, 34))
    world.members(published.cast.third_branch, 7)
    response = get(published.cast.county_admin, "live")
    lines = {line.label: (line.frozen, line.now, line.since) for line in response.context["live"].lines}
    assert lines["学校领域"] == (40, 47, 7)
    assert lines["其他领域"] == (2, 2, 0)
    for words in ("11-24 08:00", "11-24 12:34"):
        assert words in response.content.decode()


def test_what_is_entered_now_is_shown_of_the_own_scope_only(published: Scene) -> None:
    assert get(published.cast.county_admin, "live", unit="HN").status_code == 404


# --- over the API ----------------------------------------------------------------------------------


def api(user: User, path: str) -> tuple[int, object]:
    response = world.client(user).get(f"/api/bulletins/{DAY}/{path}")
    return response.status_code, json.loads(response.content)


def test_the_api_has_the_curve_two_days_and_the_list_as_the_pages_have_them(published: Scene) -> None:
    cast = published.cast
    _, curves = api(cast.county_admin, "trend/")
    assert [curve["stage"] for curve in curves][2] == "members_school"
    assert curves[2]["days"][0]["entered"] == 40
    _, compared = api(cast.staff, f"compare/?then={DAY}&stage=members_school")
    assert [(line["unit"], line["change"], line["rank_change"]) for line in compared["lines"]][:2] == [
        ("HN", 0, None),
        ("HN02", 0, 0),
    ]
    _, behind = api(cast.county_admin, "figures/entered/?stage=members_school")
    assert (behind["total"], len(behind["results"])) == (40, 40)
    assert all("*" in row["national_id"] for row in behind["results"])
    assert api(cast.staff, "figures/entered/?stage=members_school")[0] == 403
    for figure in queries.FIGURES:
        assert api(cast.county_admin, f"figures/{figure}/")[0] == 200


def test_the_api_serves_a_file_given_out_by_its_hash_and_only_inside_the_scope(published: Scene) -> None:
    cast, bulletin = published.cast, Bulletin.objects.get()
    exports.give_out(world.actor(cast.city_admin), bulletin=bulletin, unit=cast.city, format="txt")
    _, (file,) = api(cast.city_admin, "files/")
    response = world.client(cast.city_admin).get(file["url"])
    assert hashlib.sha256(response.content).hexdigest() == file["sha256"]
    assert world.client(cast.outsider).get(file["url"]).status_code == 404
    assert api(cast.outsider, "files/?unit=HN01")[0] == 404


def test_a_file_given_out_is_served_by_its_hash_after_a_correction_and_after_the_campaign(
    published: Scene,
) -> None:
    cast, bulletin = published.cast, Bulletin.objects.get()
    exports.give_out(world.actor(cast.city_admin), bulletin=bulletin, unit=cast.city, format="txt")
    _, (file,) = api(cast.city_admin, "files/")

    def served() -> list[bytes]:
        return [
            b"".join(world.client(user).get(file["url"])) for user in (cast.city_admin, cast.province_admin)
        ]

    first = served()
    assert {hashlib.sha256(content).hexdigest() for content in first} == {file["sha256"]}
    again = published.compute(recompute=True, reason="核对")
    assert served() == first
    actions.publish_bulletin(world.actor(cast.staff), bulletin=again)
    assert served() == first
    actions.end_campaign(world.actor(cast.settings_admin), campaign=published.campaign)
    assert served() == first
    assert world.client(cast.outsider).get(file["url"]).status_code == 404
