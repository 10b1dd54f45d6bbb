"""Merging, closing, reopening, moving, renaming: what goes along, what is refused, who sees what after."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.desk import health, preview, reshape, sizes
from zhtj.imports import actions as imports
from zhtj.lib import days
from zhtj.lib.problems import Refused

import members.queries
from cadres.models import Cadre
from members import actions as asking
from members.models import Member, YouthUnderReview
from members.queries import review
from orgs import admins, history, queries, tree
from orgs.kinds import UnitKind
from orgs.models import AuditEntry, CorrectionRequest, OrgUnit, UnitPlacement
from progress.actions import Expected, enter_baselines
from progress.presets import load_preset

from tests import workbooks, world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def refusal(deed: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        deed(*args, **kwargs)
    assert all(problem.mend for problem in refused.value.problems), "every refusal says what to do instead"
    return [problem.code for problem in refused.value.problems]


def fresh(unit: OrgUnit) -> OrgUnit:
    return OrgUnit.objects.get(pk=unit.pk)


def test_a_merge_takes_members_posts_and_batches_along_and_closes_the_source(
    cast: Cast, clock: Clock
) -> None:
    world.members(cast.branch, 2, batch_id=7)
    world.members(cast.second_branch, 3)
    secretary = world.cadre(cast.branch, "书记")
    both = world.person()
    world.cadre(cast.branch, "其他", both)
    world.cadre(cast.second_branch, "其他", both)
    batch = imports.upload(
        world.actor(cast.secretary),
        kind="members",
        unit=cast.branch,
        file_name="名单.xlsx",
        data=workbooks.xlsx([["姓名"]]),
    )
    clock.forward(hours=1)
    done = reshape.merge_units(
        world.actor(cast.committee_admin), source=cast.branch, target=cast.second_branch
    )
    assert (done.members, done.posts, done.children, done.batches) == (2, 1, 0, 1)
    assert members.queries.active_counts([cast.branch.pk, cast.second_branch.pk]) == {
        cast.branch.pk: 0,
        cast.second_branch.pk: 5,
    }
    carried = Member.objects.filter(branch=cast.second_branch, until_at=None, batch_id=7)
    assert carried.count() == 2 and {member.from_at for member in carried} == {days.now()}
    held = Cadre.objects.filter(unit=cast.second_branch, until_at=None)
    assert {(post.person_id, post.post) for post in held} == {
        (secretary.person_id, "书记"),
        (both.pk, "其他"),
    }
    batch.refresh_from_db()
    source = fresh(cast.branch)
    assert batch.unit == cast.second_branch and source.closed_at == days.now()
    scope = world.actor(cast.county_admin).scope
    assert queries.merged_into(scope, source) == cast.second_branch
    assert list(queries.merged_from(scope, cast.second_branch)) == [source]
    assert not UnitPlacement.objects.filter(unit=source, until_at=None)
    assert tree.faults(source.tree_id) == []
    written = AuditEntry.objects.filter(action__startswith="desk.").order_by("id")
    assert [(e.action, e.unit_id) for e in written] == [
        ("desk.merge_unit", cast.branch.pk),
        ("desk.take_in_unit", cast.second_branch.pk),
    ]
    assert written[0].after["members"] == 2 and written[0].before["admins"] == ["secretary"]


def test_before_the_merge_everything_is_counted_where_it_was(cast: Cast, clock: Clock) -> None:
    world.members(cast.branch, 2)
    before = days.now() + dt.timedelta(minutes=1)
    clock.forward(hours=1)
    reshape.merge_units(world.actor(cast.committee_admin), source=cast.branch, target=cast.second_branch)
    clock.forward(hours=1)
    assert dict(members.queries.active_counts_by_branch(before)) == {cast.branch.pk: 2}
    assert dict(members.queries.active_counts_by_branch(days.now())) == {cast.second_branch.pk: 2}
    past, now = (history.tree_as_of(cast.province, moment) for moment in (before, days.now()))
    assert set(past.branches.unit_id) - set(now.branches.unit_id) == {cast.branch.pk}
    assert now.strays == frozenset()


def test_a_merge_changes_scopes_at_once(cast: Cast) -> None:
    world.members(cast.branch, 2)
    secretary = world.actor(cast.secretary)
    other = world.account(cast.second_branch)
    reshape.merge_units(world.actor(cast.committee_admin), source=cast.branch, target=cast.second_branch)
    assert not queries.units(world.actor(cast.secretary).scope)
    assert members.queries.members(secretary.scope).count() == 0, "not even a scope read before"
    assert members.queries.members(world.actor(other).scope).count() == 2
    cast.secretary.refresh_from_db()
    assert cast.secretary.acting_unit is None


def test_a_committee_goes_up_with_what_stands_below_it(cast: Cast) -> None:
    world.members(cast.village, 2)
    done = reshape.merge_units(world.actor(cast.county_admin), source=cast.town, target=cast.committee)
    assert done.children == 1
    village = fresh(cast.village)
    assert village.parent == cast.committee and village.domain == "school"
    assert not fresh(cast.town).is_open and tree.faults(cast.province.tree_id) == []
    assert members.queries.members(world.actor(cast.committee_admin).scope).count() == 2


@pytest.mark.parametrize(
    ("source", "target", "codes"),
    [
        ("branch", "branch", ["merge.same"]),
        ("branch", "committee", ["merge.kind"]),
        ("county", "city", ["merge.leading_organ"]),
        ("city", "other_city", ["merge.leading_organ"]),
    ],
)
def test_a_merge_that_cannot_be_is_refused_in_words(
    cast: Cast, source: str, target: str, codes: list[str]
) -> None:
    actor = world.actor(cast.province_admin)
    assert (
        refusal(reshape.merge_units, actor, source=getattr(cast, source), target=getattr(cast, target))
        == codes
    )


def test_a_superior_does_not_go_up_in_its_own_college(cast: Cast) -> None:
    college = world.unit(cast.committee, UnitKind.COMMITTEE, "初中部团委")
    actor = world.actor(cast.county_admin)
    assert refusal(reshape.merge_units, actor, source=cast.committee, target=college) == ["merge.below"]
    reshape.merge_units(actor, source=college, target=cast.committee)


def test_a_second_merge_of_the_same_unit_is_refused(cast: Cast) -> None:
    actor = world.actor(cast.committee_admin)
    reshape.merge_units(actor, source=cast.branch, target=cast.second_branch)
    for target in (cast.second_branch, cast.third_branch):
        assert refusal(reshape.merge_units, actor, source=cast.branch, target=target) == ["merge.closed"]
    assert refusal(reshape.merge_units, actor, source=cast.third_branch, target=cast.branch) == [
        "merge.closed"
    ]


def test_units_below_of_one_name_forbid_the_merge_and_nothing_is_written(cast: Cast) -> None:
    for committee in (cast.committee, cast.town):
        world.branch(committee, "教工团支部")
    world.members(cast.village, 1)
    actor = world.actor(cast.county_admin)
    assert refusal(reshape.merge_units, actor, source=cast.town, target=cast.committee) == [
        "short_name.taken"
    ]
    assert fresh(cast.village).parent == cast.town and fresh(cast.town).is_open
    shown = preview.of_merge(actor.scope, cast.town, cast.committee)
    assert [problem.code for problem in shown.problems] == ["merge.same_names"]


def test_the_preview_shows_the_resulting_sizes_and_what_to_think_about(cast: Cast) -> None:
    world.members(cast.branch, 1)
    world.members(cast.village, 1)
    for unit in (cast.branch, cast.village):
        world.cadre(unit, "书记")
    scope = world.actor(cast.county_admin).scope
    shown = preview.of_merge(scope, cast.branch, cast.village)
    assert (shown.source.size, shown.target.size, shown.result, shown.posts) == (1, 1, 2, 1)  # type: ignore[attr-defined]
    assert not shown.problems and len(shown.remarks) == 4


@pytest.mark.parametrize("person", ["secretary", "committee_admin", "village_admin", "outsider", "viewer"])
def test_only_a_superior_of_both_merges(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        reshape.merge_units(
            world.actor(getattr(cast, person)), source=cast.second_branch, target=cast.village
        )


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


def test_a_past_moment_counts_who_is_under_review_where_they_then_were(cast: Cast, clock: Clock) -> None:
    at = {"full_name": "王", "masked_id": "410***", "entry_sealed": b"", "due_on": days.today()}
    for who in (None, world.member(cast.village)):
        YouthUnderReview.objects.create(
            branch=cast.village, id_index=uuid.uuid4(), member=who, created_at=days.now(), **at
        )
    clock.forward(hours=1)
    before, scope = days.now(), world.actor(cast.county_admin).scope
    reshape.merge_units(world.actor(cast.county_admin), source=cast.village, target=cast.branch)
    clock.forward(hours=1)
    assert [row[:2] for row in members.queries.youth_counts_by_branch(before)] == [(cast.village.pk, 2)]
    assert [row[:2] for row in members.queries.youth_counts_by_branch(days.now())] == [(cast.branch.pk, 2)]
    listed = review.youth_of(scope, cast.county, "")
    assert {(row.branch, row.state) for row in listed} == {(cast.branch, "open")}, "each is listed once"
    assert YouthUnderReview.objects.filter(state="moved").count() == 2
    (standing,) = [found for unit, found in review.standings_below(scope, cast.county, days.today())]
    assert (standing.open, standing.total) == (2, 2)


def test_what_others_asked_the_source_to_correct_waits_with_the_target(cast: Cast) -> None:
    actor, today = world.actor(cast.village_admin), days.today()
    wanted: dict[str, Any] = {"typed": {"ethnicity": "回族"}, "reason": "登记有误", "today": today}
    for person in (world.cadre(cast.branch, "书记").person, world.member(cast.branch).person):
        asking.ask_person_correction(actor, person=person, unit=cast.village, **wanted)
    reshape.merge_units(world.actor(cast.committee_admin), source=cast.branch, target=cast.second_branch)
    requests = CorrectionRequest.objects.all()
    assert {request.keeper for request in requests} == {cast.second_branch}
    taken_in = world.actor(world.account(cast.second_branch))
    for request in requests:
        answered = asking.answer_person_correction(
            taken_in, request=request, agrees=True, decision="", today=today
        )
        assert answered.state == "granted"


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


def test_who_is_under_review_in_both_is_settled_once_and_the_row_about_a_member_stays(cast: Cast) -> None:
    twice, listed = uuid.uuid4(), uuid.uuid4()
    member = world.member(cast.branch)
    at = {"masked_id": "410***", "entry_sealed": b"", "due_on": days.today(), "created_at": days.now()}
    for branch, index, who in (
        (cast.branch, twice, None),
        (cast.second_branch, twice, None),
        (cast.branch, listed, member),
        (cast.second_branch, listed, None),
    ):
        YouthUnderReview.objects.create(branch=branch, full_name="王", id_index=index, member=who, **at)
    done_by = world.actor(cast.committee_admin)
    reshape.merge_units(done_by, source=cast.branch, target=cast.second_branch)
    still = YouthUnderReview.objects.filter(state="open")
    assert {(row.branch, row.id_index, row.member_id is None) for row in still} == {
        (cast.second_branch, twice, True),
        (cast.second_branch, listed, False),
    }
    for gone in YouthUnderReview.objects.filter(state="dismissed"):
        assert gone.settled_at == days.now() and gone.settled_by == done_by.user
    assert AuditEntry.objects.filter(action="members.settle_youth").count() == 2


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
