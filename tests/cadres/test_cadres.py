"""Posts: the table of kinds, appointing and ending, the counts as of a moment."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from zhtj.lib import days

from cadres import actions, queries, rules
from cadres.models import Cadre, CadreState, EndReason, Engagement
from orgs.kinds import UnitKind
from orgs.models import AuditEntry
from orgs.scopes import NOTHING, scope_of

from tests import world
from tests.cast import Cast

TODAY = dt.date(2018, 11, 23)


def codes(problems: list[Any]) -> list[str]:
    return [problem.code for problem in problems]


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "post", "said"),
    [
        ("branch", "书记", []),
        ("branch", "志愿委员", []),
        ("branch", "其他", []),
        ("branch", "常委", ["post.not_at_this_kind"]),
        ("branch", "工作人员", ["post.not_at_this_kind"]),
        ("branch", "班长", ["post.unknown"]),
        ("branch", "", ["post.missing"]),
        ("general_branch", "委员", []),
        ("general_branch", "候补委员", ["post.not_at_this_kind"]),
        ("committee", "候补委员", []),
        ("committee", "组织委员", ["post.not_at_this_kind"]),
        ("working_committee", "常委", []),
        ("province_committee", "工作人员", []),
    ],
)
def test_each_kind_of_unit_has_its_posts(kind: str, post: str, said: list[str]) -> None:
    assert codes(rules.check_post(kind, post)) == said


def test_a_post_that_need_not_be_named_may_be_blank() -> None:
    assert rules.check_post("branch", "", required=False) == []


def test_every_kind_is_in_the_table_and_has_a_secretary() -> None:
    assert set(rules.POSTS_AT) == set(UnitKind.values)
    assert all(posts[0] == rules.SECRETARY for posts in rules.POSTS_AT.values())


def test_the_stored_engagements_are_those_of_the_models() -> None:
    assert {label: value for value, label in Engagement.choices} == rules.ENGAGEMENTS


@pytest.mark.parametrize(
    ("kind", "engagement", "said"),
    [
        ("county_committee", "", ["engagement.missing"]),
        ("county_committee", "full_time", []),
        ("committee", "", []),
        ("branch", "", []),
    ],
)
def test_only_leading_organs_must_name_the_engagement(kind: str, engagement: str, said: list[str]) -> None:
    assert codes(rules.check_engagement(kind, engagement)) == said


def test_nobody_was_appointed_next_month() -> None:
    assert codes(rules.check_appointed_on(dt.date(2018, 12, 1), TODAY)) == ["appointed_on.future"]
    assert rules.check_appointed_on(dt.date(2018, 11, 1), TODAY) == []
    assert rules.check_appointed_on(None, TODAY) == []


# --- actions --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_post_is_given_verified_and_ended_once(cast: Cast) -> None:
    actor, person = world.actor(cast.committee_admin), world.person()
    post = actions.appoint_cadre(actor, person=person, unit=cast.committee, post="书记")
    assert (post.state, post.verified_by, post.verified_at, post.from_at) == (
        CadreState.VERIFIED,
        cast.committee_admin,
        days.now(),
        days.now(),
    )
    assert actions.end_post(actor, cadre=post) == 1
    assert actions.end_post(actor, cadre=post) == 0
    post.refresh_from_db()
    assert (post.until_at, post.end_reason) == (days.now(), EndReason.DEPARTED)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[:2] == [
        "cadres.appoint",
        "cadres.end",
    ]


@pytest.mark.django_db
def test_the_same_post_is_not_held_twice(cast: Cast) -> None:
    actor, person = world.actor(cast.committee_admin), world.person()
    actions.appoint_cadre(actor, person=person, unit=cast.committee, post="书记")
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.appoint_cadre(actor, person=person, unit=cast.committee, post="书记")
    actions.appoint_cadre(actor, person=person, unit=cast.committee, post="委员")


@pytest.mark.django_db
def test_posts_are_given_only_where_the_actor_may(cast: Cast) -> None:
    person = world.person()
    for user, unit in (
        (cast.committee_admin, cast.county),
        (cast.county_admin, cast.committee),
        (cast.outsider, cast.branch),
        (cast.viewer, cast.city),
    ):
        with pytest.raises(PermissionDenied):
            actions.appoint_cadre(world.actor(user), person=person, unit=unit, post="书记")
    actions.appoint_cadre(world.actor(cast.committee_admin), person=person, unit=cast.branch, post="书记")
    post = Cadre.objects.get()
    with pytest.raises(PermissionDenied):
        actions.end_post(world.actor(cast.outsider), cadre=post)


@pytest.mark.django_db
def test_touching_up_a_post_leaves_a_trail_only_if_something_changed(cast: Cast) -> None:
    actor = world.actor(cast.committee_admin)
    post = actions.appoint_cadre(actor, person=world.person(), unit=cast.committee, post="书记")
    actions.edit_post(actor, cadre=post)
    actions.edit_post(actor, cadre=post, engagement="part_time", appointed_on=dt.date(2018, 9, 1))
    post.refresh_from_db()
    assert (post.engagement, post.appointed_on) == ("part_time", dt.date(2018, 9, 1))
    assert AuditEntry.objects.filter(action="cadres.edit").count() == 1


# --- queries --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_roster_holds_posts_in_scope_in_the_order_of_the_tree(cast: Cast) -> None:
    for unit in (cast.other_city, cast.branch, cast.committee):
        world.cadre(unit)
    world.cadre(cast.city, until_at=days.now())
    seen = [cadre.unit for cadre in queries.cadres(scope_of(cast.city_admin))]
    assert seen == [cast.committee, cast.branch]
    assert not queries.cadres(NOTHING).exists()


MORNING = dt.datetime(2018, 11, 23, 8, 0, tzinfo=days.SHANGHAI)
BEFORE, LATER = MORNING - dt.timedelta(hours=1), MORNING + dt.timedelta(hours=1)


@pytest.mark.django_db
def test_counts_as_of_a_moment_take_who_began_before_and_had_not_ended_before(cast: Cast) -> None:
    two_posts = world.person()
    world.cadre(cast.committee, "书记", two_posts, from_at=BEFORE)
    world.cadre(cast.committee, "委员", two_posts, from_at=BEFORE)
    world.cadre(cast.committee, from_at=BEFORE, until_at=MORNING)  # ends at the moment: still there
    world.cadre(cast.committee, from_at=BEFORE - dt.timedelta(days=1), until_at=BEFORE)
    world.cadre(cast.committee, from_at=MORNING)  # begins at the moment: not yet
    assert dict(queries.counts_by_unit(MORNING)) == {cast.committee.pk: 2}


@pytest.mark.django_db
def test_organ_counts_tell_preloaded_departed_added_and_verified(cast: Cast) -> None:
    pre = {"is_preloaded": True, "from_at": BEFORE - dt.timedelta(days=9)}
    checked = {"state": CadreState.VERIFIED, "verified_at": BEFORE}
    for _ in range(5):
        world.cadre(cast.county, "委员", **pre, **checked)
    world.cadre(cast.county, "委员", **pre, state=CadreState.PENDING)
    world.cadre(cast.county, "委员", **pre, state=CadreState.VERIFIED, verified_at=LATER)  # after the cut-off
    for _ in range(2):
        world.cadre(cast.county, "委员", **pre, until_at=BEFORE, end_reason=EndReason.DEPARTED)
    world.cadre(cast.county, "委员", from_at=BEFORE, **checked)
    world.cadre(cast.county, "委员", from_at=LATER, **checked)
    world.cadre(cast.committee, from_at=BEFORE, **checked)  # no leading organ
    assert list(queries.organ_counts(MORNING)) == [(cast.county.pk, 9, 2, 1, 6)]


@pytest.mark.django_db
def test_a_unit_is_complete_with_a_secretary_and_every_cadre_filled(cast: Cast) -> None:
    world.cadre(cast.committee, "书记", from_at=BEFORE)
    world.cadre(cast.committee, "委员", from_at=BEFORE)
    world.cadre(cast.town, "委员", from_at=BEFORE)  # no secretary
    world.cadre(cast.other_committee, "书记", from_at=BEFORE)
    world.cadre(cast.other_committee, "委员", world.person(ethnicity=""), from_at=BEFORE)
    world.cadre(cast.university, "书记", from_at=LATER)  # too late
    world.cadre(cast.branch, "书记", from_at=BEFORE)  # branches are not asked
    assert queries.grassroots_complete(MORNING) == {cast.committee.pk}


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_lists_the_scope_with_ids_masked(cast: Cast) -> None:
    number = world.national_id()
    world.cadre(cast.committee, "书记", world.person("王书记", id_text=number))
    world.cadre(cast.other_city, "书记", world.person("王外人"))
    county = world.client(cast.county_admin)
    page = county.get("/cadres/").content.decode()
    assert "王书记" in page and "王外人" not in page and number not in page
    assert "王书记" not in county.get("/cadres/?q=李").content.decode()
