"""Administrators: codes to come in by, dismissal, hand-over.

Specification (domain, section 3; practice of the national system): a registration code has 8
letters and digits, tells upper from lower case, is valid 20 days and makes one administrator;
a reset code is valid 2 days. A unit has at most two administrators. The superior issues and
dismisses; nobody issues for the own unit. A hand-over code is a registration code that names whose
place its user takes: both happen in one transaction, so that a unit with two administrators can be
handed over without a day on which it has fewer. An account that exists already may use a code too:
one person, several units.
"""

from orgs.admins.codes import (
    codes_below,
    first_code,
    first_reset,
    issue_codes,
    issue_handover_code,
    issue_reset_code,
    look_up,
    open_codes,
    plain_code,
    register,
    reset_password,
    take_codes,
    take_on_unit,
    waiting_children,
)
from orgs.admins.handing import codes_file
from orgs.admins.holders import (
    administered,
    admins,
    admins_of,
    children_to_staff,
    dismiss_admin,
    find_user,
    has_admin,
    holders,
    release_unit,
    roles_offered,
    roles_on,
    withdraw_resets,
)
from orgs.admins.rules import (
    ADMINS_PER_UNIT,
    CODE_LENGTH,
    CODE_SIGNS,
    CODES,
    password_problems,
    username_problems,
)

__all__ = [
    "ADMINS_PER_UNIT",
    "CODES",
    "CODE_LENGTH",
    "CODE_SIGNS",
    "administered",
    "admins",
    "admins_of",
    "children_to_staff",
    "codes_below",
    "codes_file",
    "dismiss_admin",
    "find_user",
    "first_code",
    "first_reset",
    "has_admin",
    "holders",
    "issue_codes",
    "issue_handover_code",
    "issue_reset_code",
    "look_up",
    "open_codes",
    "password_problems",
    "plain_code",
    "register",
    "release_unit",
    "reset_password",
    "roles_offered",
    "roles_on",
    "take_codes",
    "take_on_unit",
    "username_problems",
    "waiting_children",
    "withdraw_resets",
]
