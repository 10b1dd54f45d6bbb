"""Closing, reopening, moving, another industry, the queue of small units: what is refused, who sees what."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.desk import health, reshape, sizes
from zhtj.lib import days
from zhtj.lib.problems import Refused

import members.queries
from cadres.models import Cadre
from members import actions as asking
from members.models import YouthUnderReview
from orgs import admins, queries
from orgs.kinds import UnitKind
from orgs.models import AuditEntry, CorrectionRequest, UnitPlacement
from progress.actions import Expected, enter_baselines
from progress.presets import load_preset

from tests import world
from tests.cast import Cast
from tests.conftest import Clock
from tests.desk.reshaping import fresh, refusal

pytestmark = pytest.mark.django_db


def test_a_branch_with_members_is_not_closed_and_is_told_how(cast: Cast) -> None:
    world.members(cast.branch, 1)
    actor = world.actor(cast.committee_admin)
    assert refusal(reshape.close_unit, actor, unit=cast.branch) == ["close.has_members"]
    assert refusal(reshape.close_unit, world.actor(cast.county_admin), unit=cast.town) == [
        "close.has_children"
    ]
    assert refusal(reshape.close_unit, world.actor(cast.province_admin), unit=cast.other_city) == [
        "close.leading_organ",
        "close.has_children",
    ]


def test_a_branch_with_youth_under_review_is_merged_not_closed(cast: Cast) -> None:
    actor = world.actor(cast.committee_admin)
    youth = YouthUnderReview.objects.create(
        branch=cast.branch,
        full_name="王小明",
        id_index=uuid.uuid4(),
        masked_id="410***",
        entry_sealed=b"",
        due_on=days.today(),
        created_at=days.now(),
    )
    assert refusal(reshape.close_unit, actor, unit=cast.branch) == ["close.has_youth"]
    reshape.merge_units(actor, source=cast.branch, target=cast.second_branch)
    youth.refresh_from_db()
    assert youth.branch == cast.second_branch


def test_correction_requests_of_a_closed_unit_wait_with_the_new_keeper_or_the_superior(cast: Cast) -> None:
    actor, today = world.actor(cast.county_admin), days.today()
    nobody_left, also_in_town = (world.cadre(cast.branch, "书记").person for _ in range(2))
    for person in (nobody_left, also_in_town):
        asking.ask_person_correction(
            world.actor(cast.village_admin),
            person=person,
            unit=cast.village,
            typed={"ethnicity": "回族"},
            reason="身份证上是回族",
            today=today,
        )
    world.cadre(cast.town, "委员", also_in_town)
    reshape.close_unit(actor, unit=cast.branch)
    keepers = dict(CorrectionRequest.objects.values_list("person", "keeper"))
    assert keepers == {nobody_left.pk: cast.committee.pk, also_in_town.pk: cast.town.pk}
    request = CorrectionRequest.objects.get(person=nobody_left)
    answered = asking.answer_person_correction(
        world.actor(cast.committee_admin), request=request, agrees=True, decision="", today=today
    )
    assert answered.state == "granted"


def test_closing_ends_posts_roles_and_codes_and_the_unit_stays_readable(cast: Cast) -> None:
    actor = world.actor(cast.committee_admin)
    world.cadre(cast.branch, "书记")
    text = admins.plain_code(admins.issue_codes(actor, units=[cast.branch])[0])
    reshape.close_unit(actor, unit=cast.branch)
    assert not Cadre.objects.filter(unit=cast.branch, until_at=None)
    assert not admins.admins(cast.branch).exists()
    with pytest.raises(Refused):
        admins.look_up(text, "register", now=days.now())
    assert queries.units(actor.scope).filter(pk=cast.branch.pk).exists()
    assert refusal(reshape.close_unit, actor, unit=cast.branch) == ["close.closed"]
    assert refusal(reshape.rename_unit, actor, unit=cast.branch, short_name="一班团支部") == ["change.closed"]


def test_a_closed_unit_opens_again_where_it_stood(cast: Cast, clock: Clock) -> None:
    actor = world.actor(cast.committee_admin)
    reshape.merge_units(actor, source=cast.branch, target=cast.second_branch)
    clock.forward(days=1)
    reshape.reopen_unit(actor, unit=cast.branch)
    opened = fresh(cast.branch)
    assert opened.is_open and opened.merged_into is None and opened.parent == cast.committee
    assert UnitPlacement.objects.filter(unit=opened, until_at=None).count() == 1
    assert AuditEntry.objects.get(action="desk.reopen_unit").before["merged_into"] == cast.second_branch.code
    assert refusal(reshape.reopen_unit, actor, unit=opened) == ["reopen.open"]


def test_a_name_given_away_meanwhile_forbids_reopening(cast: Cast) -> None:
    actor = world.actor(cast.committee_admin)
    reshape.close_unit(actor, unit=cast.branch)
    world.branch(cast.committee, cast.branch.short_name)
    assert refusal(reshape.reopen_unit, actor, unit=cast.branch) == ["short_name.taken"]


def test_a_unit_under_a_closed_superior_does_not_open_alone(cast: Cast) -> None:
    actor = world.actor(cast.county_admin)
    reshape.close_unit(actor, unit=cast.village)
    reshape.close_unit(actor, unit=cast.town)
    assert refusal(reshape.reopen_unit, actor, unit=cast.village) == ["reopen.parent_closed"]
    reshape.reopen_unit(actor, unit=cast.town)
    reshape.reopen_unit(actor, unit=cast.village)


def test_a_moved_unit_changes_scopes_at_once(cast: Cast) -> None:
    world.members(cast.village, 3)
    city = world.actor(cast.outsider).scope
    assert members.queries.members(city).count() == 0
    reshape.move_unit(world.actor(cast.province_admin), unit=cast.town, new_parent=cast.other_city)
    assert members.queries.members(city).count() == 3
    assert members.queries.members(world.actor(cast.county_admin).scope).count() == 0


def test_another_industry_is_shown_with_what_goes_over_and_then_stated(cast: Cast) -> None:
    world.members(cast.branch, 2)
    world.members(cast.second_branch, 1)
    url = reverse("unit_industry", args=[cast.committee.pk])
    browser = world.client(cast.county_admin)
    seen = browser.get(url, {"industry": "农村"}).context["preview"]
    assert (seen.domain, seen.units, seen.members) == ("农村", 4, 3)
    assert browser.get(url).context["preview"] is None
    assert browser.get(url, {"industry": "种地"}).context["preview"] is None
    assert browser.post(url, {"industry": "农村"}).status_code == 302
    assert fresh(cast.branch).domain == fresh(cast.committee).domain == "rural"
    assert browser.post(url, {"industry": "农村"}).status_code == 302, "again: nothing to do"
    assert AuditEntry.objects.filter(action="orgs.change_industry").count() == 1
    page = browser.post(url, {"industry": ""}).content.decode()
    assert "没有填写行业类别" in page and fresh(cast.committee).industry == "农村"


def test_a_closed_unit_keeps_its_industry_and_an_organ_has_none(cast: Cast) -> None:
    county, city = world.actor(cast.county_admin), world.actor(cast.city_admin)
    reshape.close_unit(world.actor(cast.committee_admin), unit=cast.branch)
    assert refusal(reshape.change_industry, county, unit=cast.branch, industry="农村") == ["change.closed"]
    found = refusal(reshape.change_industry, city, unit=cast.county, industry="农村")
    assert found == ["industry.not_at_this_kind"]


def test_the_page_of_closing_leads_on_to_who_takes_the_people(cast: Cast) -> None:
    world.members(cast.branch, 2)
    world.members(cast.second_branch, 3)
    browser, close = world.client(cast.committee_admin), reverse("unit_close", args=[cast.branch.pk])
    page = browser.get(close).content.decode()
    into = f"{reverse('unit_merge', args=[cast.branch.pk])}?into={cast.second_branch.pk}"
    assert "还有 2 名团员" in page and f'href="{into}"' in page and "转入后 5 人" in page
    assert browser.get(into).context["preview"].result == 5
    browser.post(into.split("?")[0], {"into": cast.second_branch.pk})
    assert not fresh(cast.branch).is_open
    empty = browser.get(reverse("unit_close", args=[cast.third_branch.pk])).content.decode()
    assert "确认撤销" in empty and "转出后一并撤销" not in empty


def test_the_page_of_closing_says_which_figure_goes(cast: Cast) -> None:
    campaign = load_preset("henan-2018", province=cast.province)
    superior = world.actor(cast.county_admin)
    figures = [Expected(cast.village.pk, "rural", 1_040), Expected(cast.branch.pk, "school", 40)]
    enter_baselines(superior, campaign=campaign, unit=cast.county, figures=figures)
    close = reverse("unit_close", args=[cast.village.pk])
    page = world.client(cast.county_admin).get(close).content.decode()
    assert "农村 1,040 人" in page and "不再计入上级的应录入数" in page and "学校" not in page
    other = world.client(cast.county_admin).get(reverse("unit_close", args=[cast.third_branch.pk]))
    assert "不再计入上级的应录入数" not in other.content.decode()


def test_a_move_out_of_the_actors_reach_is_forbidden(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        reshape.move_unit(world.actor(cast.city_admin), unit=cast.town, new_parent=cast.other_city)


def test_the_queue_holds_small_branches_and_hollow_units_and_done_ones_leave(cast: Cast) -> None:
    world.members(cast.branch, 2)
    world.members(cast.second_branch, 3)
    scope = world.actor(cast.county_admin).scope
    queue = list(sizes.small_units(scope))
    assert [unit.short_name for unit in queue] == ["高一1班团支部", "高一3班团支部", "小寨村团支部"]
    partners = sizes.partners(scope, queue)
    assert [(p.unit.short_name, p.result) for p in partners[cast.branch.pk]] == [
        ("高一2班团支部", 5),
        ("高一3班团支部", 2),
    ]
    assert partners[cast.village.pk] == []
    actor = world.actor(cast.county_admin)
    reshape.merge_units(actor, source=cast.branch, target=cast.second_branch)
    reshape.close_unit(actor, unit=cast.third_branch)
    reshape.close_unit(actor, unit=cast.village)
    assert [unit.short_name for unit in sizes.small_units(scope)] == ["须水镇团委"], "hollow by now"


def test_a_unit_with_only_hollow_units_below_is_hollow_in_the_queue_as_on_the_health_list(cast: Cast) -> None:
    above = world.unit(cast.town, UnitKind.COMMITTEE, "卫生院团委")
    world.unit(above, UnitKind.GENERAL_BRANCH, "门诊团总支")
    scope = world.actor(cast.county_admin).scope
    hollow = {unit.short_name for unit in sizes.small_units(scope) if not unit.is_branch}
    assert hollow == {"卫生院团委", "门诊团总支"}
    listed = health.faulty(scope, unit=cast.town, near=False, code="unit.hollow")
    assert {unit.short_name for unit in listed} == hollow


def test_a_branch_sees_no_queue_of_its_own(cast: Cast) -> None:
    assert not sizes.small_units(world.actor(cast.secretary).scope)


def test_who_works_through_the_queue_comes_back_to_it(cast: Cast) -> None:
    client = world.client(cast.committee_admin)
    queue = reverse("small_units")
    page = client.get(queue).content.decode()
    merging = reverse("unit_merge", args=[cast.second_branch.pk])
    closing = reverse("unit_close", args=[cast.second_branch.pk])
    assert f"{merging}?into={cast.branch.pk}&amp;queue=1" in page
    assert f"{closing}?queue=1" in page
    answer = client.post(f"{merging}?queue=1", {"into": cast.branch.pk})
    assert (answer.status_code, answer["Location"]) == (302, queue)
    others = world.client(cast.county_admin)
    answer = others.post(reverse("unit_close", args=[cast.branch.pk]))
    assert answer["Location"] == reverse("unit_detail", args=[cast.branch.pk]), "from elsewhere: to the unit"
