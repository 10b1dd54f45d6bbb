"""What makes a member's entry valid: pure functions over plain data (design: domain, sections 4-8).

`read_entry` reads cells, `check_entry` looks at one entry, `find_clashes` at entries against
each other and the known world, `outcome_of` says what becomes of it. Form, API, workbook and
command are doors to these.
"""

from members.rules.check import (
    AS_ISSUED,
    RECTIFIABLE,
    RELEASABLE,
    check_entry,
    hangs_on_blank_evidence,
    outcome_of,
)
from members.rules.clashes import HeldNumber, Known, KnownPerson, find_clashes
from members.rules.codes import CODES, EVERY_CODE
from members.rules.entry import FIELDS, Entry, EntryReader, Policy, changes, filled_from, shown, shown_entry
from members.rules.saying import number_rule

__all__ = [
    "AS_ISSUED",
    "CODES",
    "EVERY_CODE",
    "FIELDS",
    "RECTIFIABLE",
    "RELEASABLE",
    "Entry",
    "EntryReader",
    "HeldNumber",
    "Known",
    "KnownPerson",
    "Policy",
    "changes",
    "check_entry",
    "filled_from",
    "find_clashes",
    "hangs_on_blank_evidence",
    "number_rule",
    "outcome_of",
    "shown",
    "shown_entry",
]
