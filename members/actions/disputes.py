"""编号争议: somebody's development number is carried by another member.

Specification (design: domain, section 6). A number wrongly taken by someone else is never a dead end:
`development_number.taken` opens a dispute with the clock of a claim. The holding branch sees who asks
and why; it gives the number up, or keeps it, or is silent for 48 hours: then the nearest common superior
decides. Who answers for both sides already settles it at once.
"""

import datetime as dt

from django.db import transaction

from zhtj.lib import crypto, locks
from zhtj.lib.problems import Refused

from members.actions import moves
from members.actions.cases import CLAIM_HOURS, nearest_common, open_case, settle
from members.actions.freeing import free_number
from members.models import Member, MemberCase
from members.queries.known import holder_of
from members.rules import EVERY_CODE, Entry
from members.rules.procedures import PROCEDURES
from orgs.models import OrgUnit
from orgs.scopes import Actor

_READ = ("full_name", "national_id", "development_number")


def ask_number(actor: Actor, *, branch: OrgUnit, entry: Entry, reason: str, today: dt.date) -> MemberCase:
    """Dispute the number of `entry`, for the person it names, with the branch whose member carries it.

    Raises Refused where nobody else carries it, or somebody of the same branch does (who is simply
    corrected), or a dispute about that member is open; PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", branch)
    problems = [entry.unread[name] for name in _READ if name in entry.unread]
    problems += [
        EVERY_CODE.problem(f"{name}.missing")
        for name in _READ
        if name not in entry.unread and not getattr(entry, name)
    ]
    if problems:
        raise Refused(problems)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        held = _holder(branch, entry)
        case = open_case(
            actor,
            held,
            MemberCase.Kind.NUMBER,
            reason,
            stamp,
            to_branch=branch,
            number=entry.development_number,
            new_name=entry.full_name,
            new_id_sealed=crypto.seal(entry.national_id),
            decider_id=nearest_common(held.branch, branch),
            due_at=stamp + dt.timedelta(hours=CLAIM_HOURS),
        )
        if moves.reached(actor.scope, [held.branch_id]):
            settle(actor, case, MemberCase.State.GRANTED, "由共同上级直接裁决", stamp)
            free_number(actor, case=case, held=held, stamp=stamp, today=today)
    return case


def _holder(branch: OrgUnit, entry: Entry) -> Member:
    """The locked membership that carries the number."""
    member_id = holder_of(entry)
    if member_id is None:
        raise Refused([PROCEDURES.problem("number.free")])
    (held,) = moves.hold([member_id], branch)
    if held.development_number != entry.development_number:
        raise Refused([PROCEDURES.problem("number.free")])
    if held.branch_id == branch.pk:
        raise Refused([PROCEDURES.problem("number.own_branch", name=held.person.full_name)])
    return held
