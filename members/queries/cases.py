"""Applications as they are read: what waits for whom, what was asked, who is in dispute."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from members import numbers
from members.models import Member, MemberCase
from orgs.models import OrgUnit
from orgs.scopes import Scope

State, Kind = MemberCase.State, MemberCase.Kind


def cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those about a member of the scope, or towards a branch of it; the newest first."""
    seen = scope.q("branch", "members.see") | scope.q("to_branch", "members.see")
    return (
        MemberCase.objects.filter(seen)
        .select_related("member__person", "branch__parent", "to_branch__parent", "decider")
        .select_related("asked_by", "decided_by")
        .order_by("-id")
    )


def open_cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those not settled yet."""
    return cases(scope).filter(state__in=(State.OPEN, State.KEPT))


def waiting_cases(scope: Scope, now: dt.datetime) -> QuerySet[MemberCase]:
    """Those it is this account's turn to answer or decide.

    A correction waits for the direct superior, a transfer for the receiving branch, a claim or a dispute
    about a number for the holding branch and then for the nearest common superior.
    """
    granted = {grant.unit_id for grant in scope.grants if grant.gives("approvals.decide")}
    disputes = Q(kind__in=MemberCase.DISPUTES)
    disputed = disputes & (Q(state=State.KEPT) | Q(state=State.OPEN, due_at__lte=now))
    return open_cases(scope).filter(
        Q(kind=Kind.CORRECTION, decider__in=granted)
        | (Q(kind=Kind.TRANSFER) & scope.q("to_branch", "members.enter"))
        | (disputes & Q(state=State.OPEN, due_at__gt=now) & scope.q("branch", "members.enter"))
        | (disputed & Q(decider__in=granted))
    )


def asked_cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those not settled yet that were asked from a branch this account enters for."""
    disputes = Q(kind__in=MemberCase.DISPUTES)
    return open_cases(scope).filter(
        (disputes & scope.q("to_branch", "members.enter")) | (~disputes & scope.q("branch", "members.enter"))
    )


def refused_cases(scope: Scope, since: dt.datetime) -> QuerySet[MemberCase]:
    """Those refused since then that were asked from a branch this account enters for."""
    disputes = Q(kind__in=MemberCase.DISPUTES)
    claimed = disputes & scope.q("to_branch", "members.enter")
    sent = ~disputes & scope.q("branch", "members.enter")
    return cases(scope).filter(claimed | sent, state=State.REFUSED, decided_at__gte=since)


def won_numbers(scope: Scope, since: dt.datetime) -> QuerySet[MemberCase]:
    """Numbers given since then to a branch this account enters for, and not in use yet."""
    # Only numbers of full length are disputed; saying so is what lets the index of these be used.
    users = Member.objects.filter(development_number=OuterRef("number"), until_at=None).alias(
        size=Length("development_number")
    )
    won = cases(scope).filter(scope.q("to_branch", "members.enter"), kind=Kind.NUMBER, state=State.GRANTED)
    return won.filter(~Exists(users.filter(size__gte=numbers.LENGTH)), decided_at__gte=since)


def won_number(scope: Scope, key: object, branch: OrgUnit | None = None) -> MemberCase | None:
    """The dispute of this key, as typed or sent, whose number a branch won that this account enters for
    (`branch`: that one). One query or none."""
    text = str(key)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    won = cases(scope).filter(scope.q("to_branch", "members.enter"), kind=Kind.NUMBER, state=State.GRANTED)
    if branch is not None:
        won = won.filter(to_branch=branch)
    return won.filter(pk=int(text)).first()


def member_claimed(scope: Scope, case: MemberCase) -> Member | None:
    """The record of who came by a granted claim or transfer, where the scope sees it. One query or none."""
    if case.state != State.GRANTED or case.kind not in (Kind.CLAIM, Kind.TRANSFER):
        return None
    here = Member.objects.filter(scope.q("branch", "members.see"), branch=case.to_branch, until_at=None)
    return here.filter(person=case.member.person_id).first()


def disputed(member_ids: Collection[int]) -> set[int]:
    """Which of these members, or whose numbers, another branch claims just now. One query."""
    claims = MemberCase.objects.filter(
        member__in=member_ids, kind__in=MemberCase.DISPUTES, state__in=(State.OPEN, State.KEPT)
    )
    return set(claims.values_list("member_id", flat=True))
