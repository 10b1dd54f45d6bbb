"""What became of memberships between two moments."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count

from members.models import Member


def left_counts_by_branch(after: dt.datetime, until: dt.datetime) -> Iterable[tuple[int, int]]:
    """(branch_id, members there as of `after` whose period had ended as of `until`), whatever the reason.

    With `active_counts_by_branch` at both moments this explains every fall. One GROUP BY.
    """
    rows = Member.objects.filter(from_at__lt=after, until_at__gte=after, until_at__lt=until)
    return rows.order_by().values_list("branch_id").annotate(count=Count("id")).iterator()
