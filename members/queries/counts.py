"""Counting members."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from members.models import Member
from orgs.models import OrgUnit


def active_counts_by_branch(moment: dt.datetime) -> Iterable[tuple[int, int]]:
    """(branch_id, members) as of `moment`: begun before it and not ended before it.

    One GROUP BY over the whole table; a branch without members is absent.
    """
    there = Q(from_at__lt=moment) & (Q(until_at__isnull=True) | Q(until_at__gte=moment))
    rows = Member.objects.filter(there).order_by().values_list("branch_id")
    return rows.annotate(count=Count("id")).iterator()


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
    rows = (
        Member.objects.filter(
            branch__tree_id=top.tree_id,
            branch__lft__gte=top.lft,
            branch__lft__lt=top.rght,
            until_at__isnull=True,
        )
        .order_by()
        .values_list("branch__domain")
        .annotate(count=Count("id"))
    )
    return dict(rows)
