"""同步推进: a region asks for a gated stage before its rate is reached, the province answers.

Specification (design: campaign, section 1, The gate; notice, part 1, 3 (3)). A region is a direct child
of the province. One request a stage and region waits at a time; a declined one may be made again. Agreed,
the stage is open in the region from that day and stays so; the opening says it was agreed to, and a
bulletin shows it as such if it was agreed to before its cut-off. A request that waits ends by itself once
there is nothing left to answer: the region has reached the rate, the stage has no gate any more, or the
campaign has ended. The remark says which.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from zhtj.lib import days, locks, words
from zhtj.lib.problems import Problem, Refused

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions.asking import asker, decide, reason_problems
from progress.models import Campaign, EarlyOpening, GateOpening, Stage
from progress.rules import CODES


@transaction.atomic
def ask_early_opening(actor: Actor, *, stage: Stage, region: OrgUnit, reason: str) -> EarlyOpening:
    """Ask the province to open `stage` in `region` early. Needs `superior.ask` on the region.

    Raises Refused: not a gated stage, not a region, open or asked already, no reason.
    """
    actor.scope.require("superior.ask", region)
    at = locks.entry_stamp()
    Stage.objects.select_for_update().get(pk=stage.pk)  # two at once: the second sees the first
    reason = words.read(reason)
    problems = [*_not_to_ask(stage, region), *reason_problems(reason)]
    if problems:
        raise Refused(problems)
    asked = EarlyOpening.objects.create(
        stage=stage, region=region, reason=reason, asked_by=asker(actor), asked_at=at
    )
    after = {"stage": stage.key, "reason": reason}
    audit.record(actor, "progress.ask_early_opening", unit=region, after=after)
    return asked


@transaction.atomic
def decide_early_opening(actor: Actor, *, asked: EarlyOpening, agree: bool, remark: str = "") -> EarlyOpening:
    """Answer a request. Needs `openings.decide` on the province; a refusal needs a remark.

    Agreed, its gate is open in the region at once; the stage itself begins on its own day. Raises Refused
    when it has been answered meanwhile.
    """
    campaign = asked.stage.campaign
    actor.scope.require("openings.decide", campaign.province)
    at = locks.entry_stamp()
    decide(actor, asked, agree=agree, remark=remark, at=at)
    if agree:
        GateOpening.objects.get_or_create(
            stage=asked.stage,
            region=asked.region,
            defaults={
                "opened_on": days.day_of(at),
                "reason": GateOpening.Reason.EARLY,
                "decided_at": at,
            },
        )
    after = {"stage": asked.stage.key, "agreed": agree, "remark": asked.remark}
    audit.record(actor, "progress.decide_early_opening", unit=asked.region, after=after)
    return asked


def hold(stages: Iterable[Stage]) -> None:
    """Keep the requests that wait for these stages as they are until the transaction ends. One query.

    To be called before an opening is recorded: whoever answers has the request first and the opening then.
    """
    list(_waiting().filter(stage__in=stages).select_for_update(of=("self",)))


def end_where_open(actor: Actor, stages: Iterable[Stage], *, at: dt.datetime) -> None:
    """End the requests for stages that have opened in their regions without an answer, or lost their gate.

    Part of a bulletin or of a change of settings. One query; two and an audit entry a request that ends.
    """
    opened = GateOpening.objects.filter(stage=OuterRef("stage"), region=OuterRef("region"))
    since = Subquery(opened.values("opened_on")[:1])
    for asked in _waiting().filter(stage__in=stages).annotate(since=since):
        if not asked.stage.is_gated:
            _end(actor, asked, f"“{asked.stage.name}”已取消前置条件，无需申请提前开放。", at)
        elif asked.since is not None:
            said = f"“{asked.stage.name}”已于{asked.since:%Y-%m-%d}开放录入，无需提前开放。"
            _end(actor, asked, said, at)


def end_with(actor: Actor, campaign: Campaign, *, at: dt.datetime) -> None:
    """End the requests that wait in a campaign that ends. Costs as `end_where_open`."""
    for asked in _waiting().filter(stage__campaign=campaign):
        _end(actor, asked, "行动已结束，无需提前开放。", at)


def _waiting() -> QuerySet[EarlyOpening]:
    found = EarlyOpening.objects.filter(state=EarlyOpening.State.WAITING)
    return found.select_related("stage", "region").order_by("pk")


def _end(actor: Actor, asked: EarlyOpening, remark: str, at: dt.datetime) -> None:
    """Unless it has been answered meanwhile."""
    state = EarlyOpening.State.UNNEEDED
    if _waiting().filter(pk=asked.pk).update(state=state, remark=remark, decided_at=at):
        after = {"stage": asked.stage.key, "remark": remark}
        audit.record(actor, "progress.end_early_opening", unit=asked.region, after=after)


def _not_to_ask(stage: Stage, region: OrgUnit) -> list[Problem]:
    if not stage.is_gated or not stage.campaign.is_active:
        return [CODES.problem("opening.not_gated", stage=stage.name)]
    if region.parent_id != stage.campaign.province_id:
        return [CODES.problem("opening.not_a_region", unit=region.short_name)]
    if GateOpening.objects.filter(stage=stage, region=region).exists():
        return [CODES.problem("opening.open_already", stage=stage.name, region=region.short_name)]
    waiting = EarlyOpening.objects.filter(stage=stage, region=region, state=EarlyOpening.State.WAITING)
    if waiting.exists():
        return [CODES.problem("opening.waiting_already", stage=stage.name, region=region.short_name)]
    return []
