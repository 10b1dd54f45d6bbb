"""Counting members."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhtj.lib import bulk, days

from members.models import Member, MemberCase, YouthUnderReview
from orgs import finding
from orgs.models import OrgUnit


def active_counts_by_branch(moment: dt.datetime) -> list[tuple[int, int]]:
    """(branch_id, members) as of `moment`: begun before it and not ended before it.

    One GROUP BY over the whole table; a branch without members is absent. Fetched at once: a server-side
    cursor, as of `.iterator()`, would keep PostgreSQL from counting with several processes.
    """
    rows = Member.objects.filter(_there(moment)).order_by().values_list("branch_id")
    return bulk.fetched(rows.annotate(count=Count("*")))


def youth_counts_by_branch(moment: dt.datetime) -> list[tuple[int, int, int]]:
    """(branch_id, youths under review, those of them past their time) as of `moment`. One GROUP BY."""
    rows = YouthUnderReview.objects.filter(under_review(moment)).order_by().values_list("branch_id")
    late = Count("id", filter=Q(due_on__lt=days.day_of(moment)))
    return list(rows.annotate(count=Count("id"), late=late))


def under_review(moment: dt.datetime) -> Q:
    """Rows of those who were under review at `moment`, in the branch they then were in."""
    is_open = Q(settled_at=None) | Q(settled_at__gte=moment)
    return is_open & Q(created_at__lt=moment) & (Q(since_at=None) | Q(since_at__lt=moment))


def claim_counts_by_branch(moment: dt.datetime) -> list[tuple[int, int]]:
    """(branch_id, members claimed by another branch) as of `moment`. One GROUP BY."""
    is_open = Q(decided_at__isnull=True) | Q(decided_at__gte=moment)
    claims = MemberCase.objects.filter(is_open, kind=MemberCase.Kind.CLAIM, asked_at__lt=moment)
    return list(claims.order_by().values_list("branch_id").annotate(count=Count("id")))


def _there(moment: dt.datetime) -> Q:
    return Q(from_at__lt=moment) & (Q(until_at__isnull=True) | Q(until_at__gte=moment))


def active_counts(branch_ids: Sequence[int]) -> dict[int, int]:
    """Members now, for each of these branches (0 included). One query."""
    rows = (
        Member.objects.filter(branch__in=branch_ids, until_at__isnull=True)
        .order_by()
        .values_list("branch_id")
        .annotate(count=Count("id"))
    )
    return dict.fromkeys(branch_ids, 0) | dict(rows)


def active_counts_by_domain(top: OrgUnit) -> dict[str, int]:
    """Members now in the whole sub-tree of `top`, by the domain of their branch ("" where it has none).

    One query over the members below: not for a page of the province.
    """
    return dict(_by_domain(_below(top).filter(until_at__isnull=True), Count("id")))


def changes_by_domain(top: OrgUnit, since: dt.datetime) -> dict[str, int]:
    """How many more members the sub-tree of `top` has than were in the same branches as of `since`, by the
    domain of their branch.

    With counts as of `since` this gives `active_counts_by_domain` at the price of what has changed. One
    statement, so that a transfer meanwhile is seen in both branches or in none.
    """
    come = _below(top).filter(from_at__gte=since, until_at__isnull=True)
    gone = _below(top).filter(from_at__lt=since, until_at__gte=since)
    changes: Counter[str] = Counter()
    for domain, count in _by_domain(come, Count("id")).union(_by_domain(gone, -Count("id")), all=True):
        changes[domain] += count
    return dict(changes)


def left_since(moment: dt.datetime) -> QuerySet[Any, Any]:
    """The ids of the branches somebody has left since `moment`, for a subquery. By index."""
    return Member.objects.filter(until_at__gte=moment).order_by().values_list("branch").distinct()


def entered_since(moment: dt.datetime, *, more_than: int) -> QuerySet[Any, Any]:
    """The ids of the branches with more than so many members who have come since `moment`, for a subquery.

    By index; costs what has come.
    """
    come = Member.objects.filter(from_at__gte=moment, until_at=None).order_by().values_list("branch")
    return come.annotate(count=Count("pk")).filter(count__gt=more_than).values_list("branch")


def _below(top: OrgUnit) -> QuerySet[Member]:
    return Member.objects.filter(finding.below(top, "branch"))


def _by_domain(found: QuerySet[Member], count: Any) -> QuerySet[Any, Any]:
    return found.order_by().values_list("branch__domain").annotate(count=count)
