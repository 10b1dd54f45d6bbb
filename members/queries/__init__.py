"""What may be read of members: rosters through a scope, counts as of a moment, the admission settings."""

from members.queries.counts import active_counts, active_counts_by_branch
from members.queries.rosters import (
    PAGE_SIZE,
    Roster,
    looks_like_id,
    member_here,
    members,
    page_after,
    roster,
)
from members.queries.settings import admission_policy

__all__ = [
    "PAGE_SIZE",
    "Roster",
    "active_counts",
    "active_counts_by_branch",
    "admission_policy",
    "looks_like_id",
    "member_here",
    "members",
    "page_after",
    "roster",
]
