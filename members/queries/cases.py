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
MOST_CASES = 1_000  # of a list; beyond it is said to be more
NOT_SETTLED = Q(state__in=(State.OPEN, State.KEPT))
DISPUTES = Q(kind__in=MemberCase.DISPUTES)


def cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those about a member of the scope, or towards a branch of it; the newest first."""
    return (
        MemberCase.objects.filter(_seen(scope))
        .select_related("member__person", "branch__parent", "to_branch__parent", "decider")
        .select_related("asked_by", "decided_by")
        .order_by("-id")
    )


def open_cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those not settled yet."""
    return cases(scope).filter(NOT_SETTLED)


def waiting_cases(scope: Scope, now: dt.datetime) -> QuerySet[MemberCase]:
    """Those it is this account's turn to answer or decide.

    A correction waits for the direct superior, a transfer for the receiving branch, a claim or a dispute
    about a number for the holding branch and then for the nearest common superior.
    """
    granted = {grant.unit_id for grant in scope.grants if grant.gives("approvals.decide")}
    disputed = DISPUTES & (Q(state=State.KEPT) | Q(state=State.OPEN, due_at__lte=now))
    return open_cases(scope).filter(
        Q(Q(kind=Kind.CORRECTION) | disputed, decider__in=granted)
        | Q(kind=Kind.TRANSFER, to_branch__in=_entered(scope))
        | Q(DISPUTES, state=State.OPEN, due_at__gt=now, branch__in=_entered(scope))
    )


def asked_cases(scope: Scope) -> QuerySet[MemberCase]:
    """Those not settled yet that were asked from a branch this account enters for."""
    return open_cases(scope).filter(
        Q(DISPUTES, to_branch__in=_entered(scope)) | Q(~DISPUTES, branch__in=_entered(scope))
    )


def refused_cases(scope: Scope, since: dt.datetime) -> QuerySet[MemberCase]:
    """Those refused since then that were asked from a branch this account enters for."""
    claimed = Q(DISPUTES, to_branch__in=_entered(scope))
    sent = Q(~DISPUTES, branch__in=_entered(scope))
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


def _seen(scope: Scope) -> Q:
    """Of a province each case is looked at as it comes. Of less, those about it and towards it are found
    by their branches: asked in one breath, PostgreSQL lays every case beside both of its branches."""
    about, towards = scope.q("branch", "members.see"), scope.q("to_branch", "members.see")
    if scope.is_tree("members.see"):
        return about | towards
    every = MemberCase.objects.order_by().values("pk")
    return Q(pk__in=every.filter(about).union(every.filter(towards)))


def _entered(scope: Scope) -> QuerySet[OrgUnit]:
    """The branches this account enters for, for a subquery: a few, found by their superior."""
    return OrgUnit.objects.filter(scope.q(capability="members.enter")).order_by().values("pk")
