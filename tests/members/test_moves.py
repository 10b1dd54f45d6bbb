"""Transferring and withdrawing members: periods, posts, who may, what is asked instead."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib.problems import Refused

from cadres.models import Cadre, EndReason
from members import actions
from members.models import LeftReason, Member, MemberCase
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def codes(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


def test_a_transfer_under_one_superior_ends_a_period_and_opens_the_next(cast: Cast, clock: Clock) -> None:
    member = world.member(cast.branch, development_number="201541000001", waived="identity.no_evidence")
    post = world.cadre(cast.branch, "书记", member.person)
    elsewhere = world.cadre(cast.committee, "委员", member.person)
    clock.forward(hours=1)
    moved = actions.transfer_members(
        world.actor(cast.committee_admin), member_ids=[member.pk], to_branch=cast.second_branch
    )
    assert (moved.done, moved.asked) == (1, 0)
    member.refresh_from_db()
    new = Member.objects.get(until_at=None)
    assert (member.until_at, member.left_reason) == (clock.now(), LeftReason.TRANSFERRED)
    assert (new.branch, new.from_at, new.person) == (cast.second_branch, clock.now(), member.person)
    assert (new.joined_on, new.development_number, new.waived) == (
        member.joined_on,
        "201541000001",
        "identity.no_evidence",
    )
    post.refresh_from_db()
    assert (post.until_at, post.end_reason) == (clock.now(), EndReason.MEMBER_LEFT)
    assert Cadre.objects.get(until_at=None) == elsewhere
    entry = AuditEntry.objects.get(action="members.transfer")
    assert (entry.unit, entry.person, entry.after["to"]) == (
        cast.branch,
        member.person,
        cast.second_branch.code,
    )


def test_a_superior_far_above_moves_at_once_between_towns(cast: Cast) -> None:
    members = [*world.members(cast.branch, 2), *world.members(cast.second_branch, 2)]
    moved = actions.transfer_members(
        world.actor(cast.county_admin), member_ids=[m.pk for m in members], to_branch=cast.village
    )
    assert moved.done == 4
    assert Member.objects.filter(branch=cast.village, until_at=None).count() == 4
    assert AuditEntry.objects.filter(action="members.transfer").count() == 2


def test_out_of_the_sub_tree_it_becomes_an_application_with_a_reason(cast: Cast) -> None:
    member, secretary = world.member(cast.branch), world.actor(cast.secretary)

    def ask(reason: str) -> Any:
        return actions.transfer_members(
            secretary, member_ids=[member.pk], to_branch=cast.other_branch, reason=reason
        )

    assert codes(lambda: ask(" ")) == ["reason.missing"]
    assert ask("随父母迁往开封").asked == 1
    assert codes(lambda: ask("再来一次")) == ["case.open"]
    case = MemberCase.objects.get()
    assert (case.kind, case.branch, case.to_branch, case.asked_by) == (
        "transfer",
        cast.branch,
        cast.other_branch,
        cast.secretary,
    )
    assert Member.objects.get(until_at=None).branch == cast.branch


def test_nobody_moves_whom_they_do_not_answer_for(cast: Cast) -> None:
    member = world.member(cast.branch)
    for user in (cast.viewer, cast.outsider, cast.village_admin, cast.stranger):
        with pytest.raises(PermissionDenied):
            actions.transfer_members(
                world.actor(user), member_ids=[member.pk], to_branch=cast.second_branch, reason="x"
            )
    assert not MemberCase.objects.exists()


def test_transfers_say_what_is_wrong(cast: Cast) -> None:
    admin, member = world.actor(cast.committee_admin), world.member(cast.branch)
    move = actions.transfer_members
    assert codes(lambda: move(admin, member_ids=[], to_branch=cast.branch)) == ["members.none"]
    assert codes(lambda: move(admin, member_ids=[member.pk], to_branch=cast.branch)) == ["to_branch.same"]
    assert codes(lambda: move(admin, member_ids=[member.pk], to_branch=cast.committee)) == [
        "to_branch.unknown"
    ]
    move(admin, member_ids=[member.pk], to_branch=cast.second_branch)
    assert codes(lambda: move(admin, member_ids=[member.pk], to_branch=cast.third_branch)) == ["members.gone"]


@pytest.mark.parametrize("reason", actions.WITHDRAWALS)
def test_a_withdrawn_member_leaves_the_counts_and_the_history_stays(
    cast: Cast, clock: Clock, reason: LeftReason
) -> None:
    member = world.member(cast.branch)
    world.cadre(cast.branch, "书记", member.person)
    clock.forward(days=1)
    count = actions.withdraw_members(
        world.actor(cast.secretary), member_ids=[member.pk], reason=reason, remark="核对名册时发现"
    )
    assert count == 1
    member.refresh_from_db()
    assert (member.until_at, member.left_reason) == (clock.now(), reason)
    assert not Cadre.objects.filter(until_at=None).exists()
    entry = AuditEntry.objects.get(action="members.withdraw")
    assert entry.after == {"members": [member.pk], "reason": reason.label, "remark": "核对名册时发现"}


def test_withdrawing_needs_a_known_reason_and_the_right_to_enter(cast: Cast) -> None:
    member = world.member(cast.branch)
    secretary = world.actor(cast.secretary)
    for reason in ("", "bored", LeftReason.TRANSFERRED, LeftReason.UNDONE):
        assert codes(
            lambda reason=reason: actions.withdraw_members(secretary, member_ids=[member.pk], reason=reason)
        ) == ["reason.unknown"]
    with pytest.raises(PermissionDenied):
        actions.withdraw_members(world.actor(cast.county_admin), member_ids=[member.pk], reason="left")
    assert Member.objects.filter(until_at=None).count() == 1
