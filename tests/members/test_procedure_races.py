"""Claiming, moving and entering at once on PostgreSQL: everybody once, every loser told by a code."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from members import actions
from members.models import Member, MemberCase, YouthUnderReview
from members.rules import EntryReader
from orgs.models import OrgUnit

from tests import world
from tests.members import claimers
from tests.members.conftest import good_cells
from tests.members.test_concurrency import THREADS, at_once, branches, codes_of

TODAY = dt.date(2018, 11, 23)
ALLOWED = {
    "done",
    "national_id.elsewhere",
    "claim.nowhere",
    "case.open",
    "case.settled",
    "members.gone",
    "reason.missing",
}
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
__all__ = ["branches"]


@pytest.mark.parametrize(("processes", "ids"), [(4, 12), pytest.param(8, 50, marks=pytest.mark.stress)])
def test_processes_that_enter_and_claim_the_same_people_leave_each_in_one_branch(
    branches: list[OrgUnit], child_environment: dict[str, str], processes: int, ids: int
) -> None:
    everybody = [good_cells() for _ in range(ids)]
    at_work = [
        claimers.start(
            child_environment,
            actor=world.account(branch).pk,
            branch=branch.pk,
            people=everybody,
            seed=seed,
        )
        for seed, branch in enumerate(branches[:processes])
    ]
    outcomes = [claimers.outcome(claimer) for claimer in at_work]
    assert [error for outcome in outcomes for error in outcome["errors"]] == []
    told = {code for outcome in outcomes for code in outcome["told"]}
    assert told <= ALLOWED and "done" in told, told
    active = Member.objects.filter(until_at=None).values("person").annotate(n=Count("id"))
    assert [line["n"] for line in active] == [1] * ids
    open_claims = MemberCase.objects.filter(state__in=("open", "kept")).values("member")
    assert all(line["n"] == 1 for line in open_claims.annotate(n=Count("id")))


def test_of_a_release_and_a_transfer_at_once_one_wins(branches: list[OrgUnit]) -> None:
    superior = world.actor(world.account(branches[0].parent))
    for _ in range(5):
        member = world.member(branches[0])
        answers = at_once(
            [
                lambda to=to, pk=member.pk: actions.transfer_members(superior, member_ids=[pk], to_branch=to)
                for to in branches[1:THREADS]
            ]
        )
        assert set(codes_of(answers)) <= {"entered", "members.gone"}, answers
        assert codes_of(answers)["entered"] == 1
        assert Member.objects.filter(person=member.person, until_at=None).count() == 1


def locked_in_order(deed: Callable[[], Any]) -> list[str]:
    """The tables whose rows `deed` locks, in the order of their first lock."""
    with CaptureQueriesContext(connection) as captured:
        deed()
    statements = [query["sql"] for query in captured.captured_queries]
    tables = [re.search(r'FROM "(\w+)".*FOR (?:NO KEY )?UPDATE', sql) for sql in statements]
    return list(dict.fromkeys(found[1] for found in tables if found))


def test_who_works_on_the_list_takes_branch_and_member_before_the_rows_as_a_merge_does(
    branches: list[OrgUnit],
) -> None:
    branch, superior = branches[0], world.actor(world.account(branches[0].parent))
    read = EntryReader(TODAY).read
    entries = [read(good_cells(), row=row) for row in (1, 2)]
    one, other = actions.put_under_review(superior, branch=branch, entries=entries, today=TODAY)
    lost = actions.put_under_review(
        superior, branch=branch, entries=[read(good_cells(joined_on="2017-05"))], today=TODAY
    )[0]
    YouthUnderReview.objects.filter(pk=lost.pk).update(member=world.member(branch))
    lost.refresh_from_db()
    rows = "members_youthunderreview"
    for deed in (
        lambda: actions.recognise(superior, youth=one, today=TODAY),
        lambda: actions.recognise_all(superior, unit=branch, youth_ids=[other.pk], today=TODAY),
        lambda: actions.release_youth(superior, youth=lost, reason="档案遗失", today=TODAY),
    ):
        order = locked_in_order(deed)
        assert order[0] == "orgs_orgunit" and rows in order[1:], order
