"""Merging: what goes along, what is refused, who sees what after."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.desk import preview, reshape
from zhtj.imports import actions as imports
from zhtj.lib import days

import members.queries
from cadres.models import Cadre
from members import actions as asking
from members.models import Member, YouthUnderReview
from members.queries import review
from orgs import history, queries, tree
from orgs.kinds import UnitKind
from orgs.models import AuditEntry, CorrectionRequest, UnitPlacement

from tests import workbooks, world
from tests.cast import Cast
from tests.conftest import Clock
from tests.desk.reshaping import fresh, refusal

pytestmark = pytest.mark.django_db


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
    (standing,) = [found for unit, found in review.standings(scope, cast.county, days.today())[1]]
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
