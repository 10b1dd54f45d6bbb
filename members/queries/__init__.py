"""What may be read of members: rosters through a scope, counts as of a moment, applications, the identity
check, the admission settings.
"""

from members.queries.branches import enterable
from members.queries.cases import (
    MOST_CASES,
    asked_cases,
    cases,
    disputed,
    member_claimed,
    open_cases,
    refused_cases,
    waiting_cases,
    won_number,
    won_numbers,
)
from members.queries.columns import columns_of
from members.queries.compare import MOST_PASTED, Pasted, compare_pasted
from members.queries.counts import (
    active_counts,
    active_counts_by_branch,
    active_counts_by_domain,
    changes_by_domain,
    claim_counts_by_branch,
    entered_since,
    left_since,
    youth_counts_by_branch,
)
from members.queries.export import export_file, export_rows
from members.queries.filters import Filters, is_private, looks_like_id
from members.queries.history import claims_as_of, left_counts_by_branch, members_as_of, youths_as_of
from members.queries.impact import Impact, impacts
from members.queries.known import as_person, clashes, with_own_id
from members.queries.meant import id_meant
from members.queries.review import (
    MOST_YOUTH,
    ReviewStanding,
    document_of,
    entry_of,
    is_releasable,
    standings,
    waiting_youth,
    youth,
    youth_of,
    youth_page,
)
from members.queries.rosters import (
    PAGE_SIZE,
    Roster,
    below,
    ever,
    member_here,
    members,
    narrowed,
    periods_of,
    person_seen,
    posts_of_members,
    roster,
)
from members.queries.settings import admission_policy, admission_settings, policy_of, review_terms

__all__ = [
    "MOST_CASES",
    "MOST_PASTED",
    "MOST_YOUTH",
    "PAGE_SIZE",
    "Filters",
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
    "changes_by_domain",
    "claim_counts_by_branch",
    "claims_as_of",
    "clashes",
    "columns_of",
    "compare_pasted",
    "disputed",
    "document_of",
    "enterable",
    "entered_since",
    "entry_of",
    "ever",
    "export_file",
    "export_rows",
    "id_meant",
    "impacts",
    "is_private",
    "is_releasable",
    "left_counts_by_branch",
    "left_since",
    "looks_like_id",
    "member_claimed",
    "member_here",
    "members",
    "members_as_of",
    "narrowed",
    "open_cases",
    "periods_of",
    "person_seen",
    "policy_of",
    "posts_of_members",
    "refused_cases",
    "review_terms",
    "roster",
    "standings",
    "waiting_cases",
    "waiting_youth",
    "with_own_id",
    "won_number",
    "won_numbers",
    "youth",
    "youth_counts_by_branch",
    "youth_of",
    "youth_page",
    "youths_as_of",
]
