"""Which posts there are at which kind of unit, and what is wrong with an appointment.

Specification: domain, section 4 (Posts) and section 8; notice, annex 1-3. Pure functions over
plain data: form, API, workbook and command are doors to these.
"""

from cadres.rules.check import (
    blank_fields,
    check_appointed_on,
    check_departure,
    check_engagement,
    check_entry,
    check_membership,
    check_post,
    find_clashes,
    outcome_of,
)
from cadres.rules.codes import CODES, EVERY_CODE
from cadres.rules.entry import (
    FIELDS,
    LABELS,
    PERSON_DETAILS,
    POST_DETAILS,
    Entry,
    EntryReader,
    changes,
    filled_from,
    shown,
    shown_entry,
    with_person_of,
)
from cadres.rules.posts import (
    ALL_POSTS,
    COMMITTEE_POSTS,
    DEPARTURES,
    ENGAGEMENTS,
    EVERY_POST,
    MISTAKEN,
    POSTS_AT,
    SECRETARY,
    rank,
    term,
)

__all__ = [
    "ALL_POSTS",
    "CODES",
    "COMMITTEE_POSTS",
    "DEPARTURES",
    "ENGAGEMENTS",
    "EVERY_CODE",
    "EVERY_POST",
    "FIELDS",
    "LABELS",
    "MISTAKEN",
    "PERSON_DETAILS",
    "POSTS_AT",
    "POST_DETAILS",
    "SECRETARY",
    "Entry",
    "EntryReader",
    "blank_fields",
    "changes",
    "check_appointed_on",
    "check_departure",
    "check_engagement",
    "check_entry",
    "check_membership",
    "check_post",
    "filled_from",
    "find_clashes",
    "outcome_of",
    "rank",
    "shown",
    "shown_entry",
    "term",
    "with_person_of",
]
