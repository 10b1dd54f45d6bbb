"""本级录完: a unit has everyone in, accounts for those the 2017 figure has too many, its superior answers.

Specification (design: campaign, section 2; notice, part 2, 1). So that nobody has to invent members: a
unit says of one domain that all are in, and by number where the rest is: graduated, moved, counted
twice, never existed. The numbers add up to exactly what is missing that moment. The superior accepts or
returns it with a remark; accepted, bulletins say 已说明 beside the rate from the next cut-off on, and the
rate stays what it is.

Nothing is withdrawn by itself: figures that change later leave the declaration as it was made, with the
figures of that moment, and a bulletin never shows more explained than is missing. The unit may take it
back, and a later one, once accepted, follows the one before. One a unit and domain waits at a time.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet

from zhtj.lib import locks, words
from zhtj.lib.problems import Problem, Refused

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions.asking import asker, decide, reason_problems
from progress.models import Campaign, Completion
from progress.queries.standing import Standing, standing
from progress.rules import CODES

REASONS = ("graduated_count", "moved_count", "double_count", "never_existed_count")
MOST = 10_000_000  # more than any province has


@transaction.atomic
def declare_complete(
    actor: Actor, *, campaign: Campaign, unit: OrgUnit, domain: str, counts: Mapping[str, int], reason: str
) -> Completion:
    """Declare `unit` complete in `domain`, with `counts` by REASONS. Needs `superior.ask` on the unit.

    Raises Refused, with everything that is wrong: no campaign running, nothing expected, nothing missing,
    numbers that do not add up, one waiting already, no reason. ValueError for an unknown domain.
    """
    actor.scope.require("superior.ask", unit)
    field, reason = Domain(domain), words.read(reason)
    at = locks.entry_stamp()
    locks.shared(locks.tree(unit.tree_id))  # nobody is moved while the unit is counted
    locks.exclusive(f"completion:{unit.pk}")  # two at once: the second sees the first
    stands = next((known for known in standing(campaign, unit) if known.domain == field), None)
    given = {name: counts.get(name, 0) for name in REASONS}
    problems = [*_not_to_declare(campaign, unit, field, stands, given), *reason_problems(reason)]
    if problems or stands is None:
        raise Refused(problems)
    declared = Completion.objects.create(
        campaign=campaign,
        unit=unit,
        domain=field,
        expected_count=stands.expected,
        entered_count=stands.entered,
        reason=reason,
        asked_by=asker(actor),
        asked_at=at,
        **given,
    )
    after = {"domain": field.value, "expected": stands.expected, "entered": stands.entered, **given}
    audit.record(actor, "progress.declare_complete", unit=unit, after=after | {"reason": reason})
    return declared


@transaction.atomic
def decide_completion(actor: Actor, *, asked: Completion, agree: bool, remark: str = "") -> Completion:
    """Accept a declaration or return it with a remark. Needs `approvals.decide` on the unit.

    Accepted, it follows the one in force. Raises Refused when it has been answered or taken back meanwhile.
    """
    actor.scope.require("approvals.decide", asked.unit)
    at = locks.entry_stamp()
    if agree:
        _in_force(asked).update(until_at=at)
    decide(actor, asked, agree=agree, remark=remark, at=at)
    after = {"domain": asked.domain, "agreed": agree, "remark": asked.remark}
    audit.record(actor, "progress.decide_completion", unit=asked.unit, after=after)
    return asked


@transaction.atomic
def withdraw_completion(actor: Actor, *, declared: Completion) -> None:
    """Take a declaration back, waiting or accepted. Needs `superior.ask` on the unit.

    Past bulletins keep what they showed. Raises Refused when there is nothing left to take back.
    """
    actor.scope.require("superior.ask", declared.unit)
    at = locks.entry_stamp()
    mine = Completion.objects.filter(pk=declared.pk, until_at=None)
    waiting = mine.filter(state=Completion.State.WAITING)
    accepted = mine.filter(state=Completion.State.AGREED)
    withdrawn = {"state": Completion.State.WITHDRAWN, "until_at": at}
    if not waiting.update(**withdrawn) and not accepted.update(until_at=at):
        raise Refused([CODES.problem("completion.not_in_force")])
    after = {"domain": declared.domain}
    audit.record(actor, "progress.withdraw_completion", unit=declared.unit, after=after)


def _in_force(asked: Completion) -> QuerySet[Completion]:
    """The accepted declaration this one would follow."""
    same = Q(campaign=asked.campaign_id, unit=asked.unit_id, domain=asked.domain)
    return Completion.objects.filter(same, state=Completion.State.AGREED, until_at=None)


def _not_to_declare(
    campaign: Campaign, unit: OrgUnit, domain: Domain, stands: Standing | None, counts: Mapping[str, int]
) -> list[Problem]:
    if not campaign.is_active:
        return [CODES.problem("completion.no_campaign")]
    if stands is None:
        return [CODES.problem("completion.nothing_expected", unit=unit.short_name, domain=domain.label)]
    if not stands.shortfall:
        return [
            CODES.problem(
                "completion.nothing_missing",
                domain=domain.label,
                expected=stands.expected,
                entered=stands.entered,
            )
        ]
    problems = []
    if any(not 0 <= count <= MOST for count in counts.values()) or sum(counts.values()) != stands.shortfall:
        problems.append(
            CODES.problem(
                "completion.counts",
                expected=stands.expected,
                entered=stands.entered,
                missing=stands.shortfall,
                given=sum(counts.values()),
            )
        )
    waiting = Completion.objects.filter(
        campaign=campaign, unit=unit, domain=domain, state=Completion.State.WAITING
    )
    if waiting.exists():
        problems.append(
            CODES.problem("completion.waiting_already", unit=unit.short_name, domain=domain.label)
        )
    return problems
