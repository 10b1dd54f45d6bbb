"""Members, youths and claims as they stood at a past moment, and who left between two."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhtj.lib import bulk, days

from members.models import Member, MemberCase, YouthUnderReview
from members.queries.counts import under_review
from orgs.scopes import Scope


def left_counts_by_branch(
    branch_ids: Iterable[int], after: dt.datetime, until: dt.datetime
) -> list[tuple[int, int]]:
    """(branch_id, members there as of `after` whose period had ended as of `until`), whatever the reason:
    withdrawn, transferred, claimed, merged along, their import undone.

    With `active_counts_by_branch` at both moments this explains every fall. By index, a query for 2 000
    branches.
    """
    left = Member.objects.filter(from_at__lt=after, until_at__gte=after, until_at__lt=until)
    counted = left.order_by().values_list("branch_id").annotate(count=Count("*"))
    return list(bulk.among(counted, "branch_id", branch_ids))


def members_as_of(scope: Scope, branch_ids: Iterable[int], moment: dt.datetime) -> list[Member]:
    """Who was a member of these branches at `moment`, where the scope sees the branch now. By index."""
    there = Q(until_at=None) | Q(until_at__gte=moment)
    found = Member.objects.filter(scope.q("branch", "members.see"), there, from_at__lt=moment)
    return list(bulk.among(found.select_related("person"), "branch", branch_ids))


def youths_as_of(
    scope: Scope, branches: QuerySet[Any, Any], moment: dt.datetime, *, overdue: bool = False
) -> QuerySet[YouthUnderReview]:
    """Who was under review in `branches` (a query for their ids) at `moment`; `overdue`: past their time."""
    found = YouthUnderReview.objects.filter(
        under_review(moment), scope.q("branch", "members.see"), branch__in=branches
    )
    found = found.filter(due_on__lt=days.day_of(moment)) if overdue else found
    return found.select_related("branch").order_by("pk")


def claims_as_of(scope: Scope, branches: QuerySet[Any, Any], moment: dt.datetime) -> QuerySet[MemberCase]:
    """Claims to members of `branches` (a query for their ids) that were open at `moment`."""
    is_open = Q(decided_at=None) | Q(decided_at__gte=moment)
    claims = MemberCase.objects.filter(
        is_open, scope.q("branch", "members.see"), branch__in=branches, kind=MemberCase.Kind.CLAIM
    )
    claims = claims.filter(asked_at__lt=moment)
    return claims.select_related("member__person", "branch", "to_branch").order_by("pk")
