"""抽查: finding unusual patterns in branches, and writing down what a superior saw there.

Specification (design: campaign, section 2). The search runs in the background: every branch that got a
member since the last run, and every branch with a pattern still open, in slices of SLICE branches, each a
transaction of its own; the first run looks at all. So a run costs what was entered since the last one,
and its memory is bounded whatever the number of members.

A finding answered once is proposed again only when it has grown. What is no longer there is GONE, except
what was found to be in order: that answer stays. Nothing here changes a member.
"""

import datetime as dt
from functools import partial

from django.db import transaction

from zhtj.lib import words
from zhtj.lib.problems import Refused
from zhtj.lib.races import until_settled

from members.queries import patterns
from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions.asking import LONGEST
from progress.models import SpotCheck, SpotCheckRun
from progress.rules import CODES

SLICE = 1_000  # branches looked at in one go
OVERLAP = dt.timedelta(hours=1)  # whoever stamped before the last run may have committed after it
State = SpotCheck.State
ANSWERS = (State.LOOKED, State.FINE, State.CORRECT)
OPEN = (State.PROPOSED, State.LOOKED, State.CORRECT)


def find_spot_checks(province: OrgUnit, now: dt.datetime) -> int:
    """Look through what was entered since the last run; returns how many branches. May run twice,
    also at once."""
    run = SpotCheckRun.objects.filter(province=province).first()
    since = run.looked_until_at - OVERLAP if run else None
    branches = set(patterns.branches_entered_since(province.tree_id, since))
    still_open = SpotCheck.objects.filter(state__in=OPEN, branch__tree_id=province.tree_id)
    branches |= set(still_open.values_list("branch_id", flat=True))
    ordered = sorted(branches)
    for start in range(0, len(ordered), SLICE):
        until_settled(partial(_look, ordered[start : start + SLICE], now))
    SpotCheckRun.objects.update_or_create(province=province, defaults={"looked_until_at": now})
    return len(ordered)


@transaction.atomic
def answer_spot_check(actor: Actor, *, check: SpotCheck, state: str, remark: str, at: dt.datetime) -> None:
    """Write down that somebody looked: seen, in order, or to be corrected (which needs a remark).

    Needs `approvals.decide` on the branch. May be answered again. Raises Refused: no such answer, no
    remark where one is needed, no longer there.
    """
    actor.scope.require("approvals.decide", check.branch)
    if state not in ANSWERS:
        raise Refused([CODES.problem("spot_check.answer")])
    remark = words.within(remark, LONGEST, at="remark")
    if state == State.CORRECT and not remark:
        raise Refused([CODES.problem("spot_check.remark")])
    locked = SpotCheck.objects.select_for_update().get(pk=check.pk)
    if locked.state == State.GONE:
        raise Refused([CODES.problem("spot_check.gone")])
    before = {"state": locked.state, "remark": locked.remark}
    locked.state, locked.remark, locked.answered_count = state, remark, locked.count
    locked.answered_by, locked.answered_at = actor.user, at
    locked.save()
    after = {"pattern": locked.pattern, "state": state, "remark": remark}
    audit.record(actor, "progress.answer_spot_check", unit=check.branch, before=before, after=after)


def _look(branch_ids: list[int], now: dt.datetime) -> None:
    """Bring the findings of these branches up to date. Inside the caller's transaction."""
    known = {
        (check.branch_id, check.pattern): check
        for check in SpotCheck.objects.select_for_update().filter(branch__in=branch_ids)
    }
    new = []
    for found in patterns.unusual(branch_ids):
        check = known.pop((found.branch_id, found.pattern), None)
        if check is None:
            check = SpotCheck(branch_id=found.branch_id, pattern=found.pattern, found_at=now)
            check.count, check.detail = found.count, found.detail
            new.append(check)
        elif (check.count, check.detail) != (found.count, found.detail) or check.state == State.GONE:
            _bring_up_to_date(check, found, now)
    SpotCheck.objects.bulk_create(new)
    gone = [check.pk for check in known.values() if check.state in OPEN]
    SpotCheck.objects.filter(pk__in=gone).update(state=State.GONE)


def _bring_up_to_date(check: SpotCheck, found: patterns.Unusual, now: dt.datetime) -> None:
    """More than when it was answered, or back again: proposed anew."""
    if check.state == State.GONE or found.count > check.answered_count:
        check.state, check.found_at = State.PROPOSED, now
    check.count, check.detail = found.count, found.detail
    check.save()
