"""Claiming, moving and entering at once on PostgreSQL: everybody once, every loser told by a code."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from members import actions
from members.models import Member, MemberCase
from members.rules import EntryReader
from orgs.models import OrgUnit

from tests import world
from tests.members.conftest import good_cells
from tests.members.test_concurrency import THREADS, at_once, branches, codes_of

TODAY = dt.date(2018, 11, 23)
IDS = 50
ALLOWED = {
    "entered",
    "national_id.elsewhere",
    "claim.nowhere",
    "case.open",
    "case.settled",
    "members.gone",
    "reason.missing",
}
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
__all__ = ["branches"]


def test_eight_who_enter_and_claim_fifty_people_leave_each_in_one_branch(branches: list[OrgUnit]) -> None:
    everybody = [good_cells() for _ in range(IDS)]
    told: Counter[str] = Counter()

    def working(branch: OrgUnit, seed: int) -> Callable[[], Any]:
        actor, reader = world.actor(world.account(branch)), EntryReader(TODAY)

        def work() -> list[Any]:
            answers: list[Any] = []
            for cells in random.Random(seed).sample(everybody, IDS):
                for step in (
                    lambda entry: actions.enter_member(actor, branch=branch, entry=entry, today=TODAY),
                    lambda entry: actions.ask_claim(actor, branch=branch, entry=entry, reason="在我处"),
                ):
                    try:
                        answers.append(step(reader.read(cells)))
                    except Exception as error:
                        answers.append(error)
            return answers

        return work

    for answers in at_once([working(branch, seed) for seed, branch in enumerate(branches)]):
        assert isinstance(answers, list), answers
        told += codes_of(answers)
    assert set(told) <= ALLOWED, told
    assert Member.objects.filter(until_at=None).count() == IDS
    doubled = Member.objects.filter(until_at=None).values("person").annotate(n=Count("id")).filter(n__gt=1)
    assert not doubled.exists()
    open_claims = MemberCase.objects.filter(state="open").values("member").annotate(n=Count("id"))
    assert all(line["n"] == 1 for line in open_claims)


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
