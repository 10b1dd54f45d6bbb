"""The head of a tree: planting a province and letting its administrators in.

Nobody stands above a province to hand it a registration code. Whoever runs the server does, with
`manage.py found_province`: these functions ask no scope and that command alone reaches them (decision 0012).
"""

from django.db import transaction

from zhtj.lib import locks
from zhtj.lib.problems import Refused

from orgs import admins, audit, finding, rules, tree
from orgs.kinds import UnitKind
from orgs.models import AccessCode, OrgUnit
from orgs.rules import CODES
from orgs.scopes import Actor
from orgs.tree import NewUnit

COMMAND = Actor(None, door="command")
_FOUNDING = "founding"


def found_province(*, short_name: str, code: str, full_name: str = "") -> OrgUnit:
    """Plant a province, the root of a new tree; one there already with this name and code is returned.

    Raises Refused with everything wrong. Two at once wait for each other.
    """
    given = {"short_name": short_name, "code": code, "full_name": full_name}
    values, problems = rules.card_reader()(given | {"kind": UnitKind.PROVINCE_COMMITTEE.label})
    with transaction.atomic():
        at = locks.entry_stamp()
        locks.exclusive(_FOUNDING)
        namesake = finding.roots().filter(short_name=values.get("short_name", "")).first()
        if namesake is not None and namesake.code == values.get("code", ""):
            return namesake
        if namesake is not None:
            taken = CODES.problem("province.taken", value=namesake.short_name, taken_code=namesake.code)
            problems = [*problems, taken]
        if problems:
            raise Refused(problems)
        (province,) = tree.graft(None, [NewUnit(**values)], at=at)
        after = {"names": [province.short_name], "codes": [province.code], "count": 1}
        audit.record(COMMAND, "orgs.create_units", unit=province, after=after)
    return province


def let_in(province: OrgUnit, *, username: str = "") -> AccessCode:
    """A code for an administrator of the province: to register or, for `username`, a new password.

    An open one of the same sort is withdrawn. Raises Refused where the province has two already or
    nobody of that name administers it; ValueError for a unit that has a superior.
    """
    if province.parent_id is not None:
        raise ValueError("a unit below another gets its codes from there")
    if not username:
        return admins.first_code(COMMAND, province=province)
    return admins.first_reset(COMMAND, user=admins.find_user(username), province=province)
