"""What may be read of posts: rosters through a scope, counts as of a moment, a unit's own standing."""

from cadres.queries.counts import (
    GRASSROOTS_KINDS,
    as_of,
    counts_by_unit,
    grassroots_complete,
    organ_counts,
    organs_declared,
)
from cadres.queries.known import posts_of
from cadres.queries.rosters import (
    PAGE_SIZE,
    Filters,
    cadres,
    ended_in,
    history_of,
    looks_like_id,
    of_unit,
    post_here,
    roster,
    secretaries_below,
    with_unfilled,
    without_cadre,
    without_secretary,
)
from cadres.queries.standing import (
    Completeness,
    Standing,
    completeness,
    declared_on,
    pending_count,
    standing,
)

__all__ = [
    "GRASSROOTS_KINDS",
    "PAGE_SIZE",
    "Completeness",
    "Filters",
    "Standing",
    "as_of",
    "cadres",
    "completeness",
    "counts_by_unit",
    "declared_on",
    "ended_in",
    "grassroots_complete",
    "history_of",
    "looks_like_id",
    "of_unit",
    "organ_counts",
    "organs_declared",
    "pending_count",
    "post_here",
    "posts_of",
    "roster",
    "secretaries_below",
    "standing",
    "with_unfilled",
    "without_cadre",
    "without_secretary",
]
