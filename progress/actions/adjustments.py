"""基数调整: a unit asks for more or fewer members than its 2017 figure, the superior answers.

Specification (design: campaign, section 2). The original figure is never touched: an agreed adjustment is
a row of its own with reason, who, when and the approving superior. Bulletins count it from the first
cut-off after the answer. One request a unit and domain waits at a time.
"""

from django.db import transaction

from zhtj.lib import locks, words
from zhtj.lib.problems import Problem, Refused

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions.asking import asker, decide, reason_problems
from progress.models import BaselineAdjustment, Campaign
from progress.rules import CODES

MOST = 10_000_000  # more than any province has


@transaction.atomic
def ask_adjustment(
    actor: Actor, *, campaign: Campaign, unit: OrgUnit, domain: str, change: int, reason: str
) -> BaselineAdjustment:
    """Ask for `change` members more (or fewer) to be expected. Needs `superior.ask` on the unit.

    Raises Refused: no campaign running, a branch, no change, one waiting already, no reason. ValueError for
    an unknown domain.
    """
    actor.scope.require("superior.ask", unit)
    field, reason = Domain(domain), words.read(reason)
    at = locks.entry_stamp()
    locks.exclusive(f"adjustment:{unit.pk}")  # two at once: the second sees the first
    problems = [*_not_to_ask(campaign, unit, field, change), *reason_problems(reason)]
    if problems:
        raise Refused(problems)
    asked = BaselineAdjustment.objects.create(
        campaign=campaign,
        unit=unit,
        domain=field,
        change=change,
        reason=reason,
        asked_by=asker(actor),
        asked_at=at,
    )
    after = {"domain": field.value, "change": change, "reason": reason}
    audit.record(actor, "progress.ask_adjustment", unit=unit, after=after)
    return asked


@transaction.atomic
def decide_adjustment(
    actor: Actor, *, asked: BaselineAdjustment, agree: bool, remark: str = ""
) -> BaselineAdjustment:
    """Answer a request. Needs `baselines.enter` on the unit; a refusal needs a remark.

    Raises Refused when it has been answered meanwhile.
    """
    actor.scope.require("baselines.enter", asked.unit)
    decide(actor, asked, agree=agree, remark=remark, at=locks.entry_stamp())
    after = {"domain": asked.domain, "change": asked.change, "agreed": agree, "remark": asked.remark}
    audit.record(actor, "progress.decide_adjustment", unit=asked.unit, after=after)
    return asked


def _not_to_ask(campaign: Campaign, unit: OrgUnit, domain: Domain, change: int) -> list[Problem]:
    if not campaign.is_active:
        return [CODES.problem("adjustment.no_campaign")]
    if unit.is_branch:
        return [CODES.problem("adjustment.of_a_branch")]
    if not 0 < abs(change) <= MOST:
        return [CODES.problem("adjustment.format", text=change)]
    waiting = BaselineAdjustment.objects.filter(
        campaign=campaign, unit=unit, domain=domain, state=BaselineAdjustment.State.WAITING
    )
    if waiting.exists():
        return [CODES.problem("adjustment.waiting_already", unit=unit.short_name, domain=domain.label)]
    return []
