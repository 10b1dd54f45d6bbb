"""What may be read of members: rosters through a scope, counts as of a moment, applications, the identity
check, the admission settings.
"""

from members.queries.cases import asked_cases, cases, disputed, open_cases, waiting_cases
from members.queries.counts import active_counts, active_counts_by_branch, active_counts_by_domain
from members.queries.export import (
    EXPORT_HEADERS,
    MOST_EXPORTED,
    Pasted,
    compare_pasted,
    export_count,
    export_rows,
)
from members.queries.impact import Impact, impact
from members.queries.known import as_person, clashes
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
    is_private,
    looks_like_id,
    member_here,
    members,
    page_after,
    person_seen,
    posts_of_members,
    roster,
)
from members.queries.settings import admission_policy, admission_settings, policy_of, review_terms

__all__ = [
    "EXPORT_HEADERS",
    "MOST_EXPORTED",
    "PAGE_SIZE",
    "Impact",
    "Pasted",
    "ReviewStanding",
    "Roster",
    "active_counts",
    "active_counts_by_branch",
    "active_counts_by_domain",
    "admission_policy",
    "admission_settings",
    "as_person",
    "asked_cases",
    "below",
    "cases",
    "clashes",
    "compare_pasted",
    "disputed",
    "document_of",
    "entry_of",
    "export_count",
    "export_rows",
    "impact",
    "is_private",
    "looks_like_id",
    "member_here",
    "members",
    "open_cases",
    "page_after",
    "person_seen",
    "policy_of",
    "posts_of_members",
    "review_standing",
    "review_terms",
    "roster",
    "waiting_cases",
    "youth",
    "youth_of",
]
