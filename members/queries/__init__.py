"""What may be read of members: rosters through a scope, counts as of a moment, applications, the identity
check, the admission settings.
"""

from members.queries.cases import cases, disputed, open_cases, waiting_cases
from members.queries.counts import active_counts, active_counts_by_branch
from members.queries.review import (
    ReviewStanding,
    document_of,
    entry_of,
    review_standing,
    youth,
    youth_of,
)
from members.queries.rosters import (
    PAGE_SIZE,
    Roster,
    below,
    looks_like_id,
    member_here,
    members,
    page_after,
    roster,
)
from members.queries.settings import admission_policy, admission_settings, review_terms

__all__ = [
    "PAGE_SIZE",
    "ReviewStanding",
    "Roster",
    "active_counts",
    "active_counts_by_branch",
    "admission_policy",
    "admission_settings",
    "below",
    "cases",
    "disputed",
    "document_of",
    "entry_of",
    "looks_like_id",
    "member_here",
    "members",
    "open_cases",
    "page_after",
    "review_standing",
    "review_terms",
    "roster",
    "waiting_cases",
    "youth",
    "youth_of",
]
