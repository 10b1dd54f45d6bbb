"""Campaigns one after another: made from a preset or an earlier one, edited, begun, ended, rehearsed.

Specification (design: campaign, section 1; decision 0022). A province has any number of campaigns and at
most one that runs. Whatever is edited is checked as a whole (`plans.check_plan`) and audited before and
after. A change means nothing to a bulletin already computed: each has frozen the settings it was made with.

A rehearsal copies the stages of a campaign and counts past days with that campaign's figures, each as of
its own cut-off. It never runs, so it gates nobody, and nothing of it is published or given out.
"""

import datetime as dt
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction

from zhtj.lib import bulk, days, locks
from zhtj.lib.problems import Refused

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.actions import early
from progress.models import COUNTS, Baseline, Campaign, EarlyOpening, GateOpening, Stage
from progress.plans import CODES, Plan, StagePlan, as_read, check_plan, fingerprint, shifted

SETTINGS = (
    "name",
    "starts_on",
    "ends_on",
    "plans_due_on",
    "cutoff_time",
    "lag_points",
    "gate_mode",
    "direct_counties_rank_apart",
    "help_line",
    "system_address",
)
KEYS = "campaign-keys"  # lock: who makes a campaign knows every key there is
COPIED = ("unit_id", "domain", *COUNTS)


def plan_of(campaign: Campaign) -> Plan:
    """The campaign as it stands, as plain data. One query."""
    stages = tuple(
        StagePlan(
            key=stage.key,
            name=stage.name,
            measure=stage.measure,
            opens_on=stage.opens_on,
            deadline=stage.deadline,
            domains=tuple(stage.domains),
            gate=stage.gate_stage.key if stage.gate_stage else "",
            gate_rate=stage.gate_rate,
        )
        for stage in campaign.stages.select_related("gate_stage")
    )
    return Plan(**{name: getattr(campaign, name) for name in SETTINGS}, stages=stages)


def lay_down(plan: Plan, campaign: Campaign) -> Campaign:
    """Write `plan` as the rows of `campaign` (new, or to be changed). Inside the caller's transaction.

    A stage keeps its row by its key; rows no longer in the plan go. Raises Refused when such a one has
    openings or requests to remember.
    """
    for name in SETTINGS:
        setattr(campaign, name, getattr(plan, name))
    campaign.save()
    known = {stage.key: stage for stage in campaign.stages.all()}
    _remove([stage for key, stage in known.items() if key not in {stage.key for stage in plan.stages}])
    written: dict[str, Stage] = {}
    for position, stage in enumerate(plan.stages, start=1):
        row = known.get(stage.key) or Stage(campaign=campaign, key=stage.key)
        row.name, row.position, row.measure = stage.name, position, stage.measure
        row.domains, row.opens_on, row.deadline = list(stage.domains), stage.opens_on, stage.deadline
        row.gate_stage, row.gate_rate = None, stage.gate_rate
        row.save()
        written[stage.key] = row
    for stage in plan.stages:  # a gate may be a stage further down
        if stage.gate:
            written[stage.key].gate_stage = written[stage.gate]
            written[stage.key].save(update_fields=["gate_stage"])
    return campaign


@transaction.atomic
def create_campaign(
    actor: Actor,
    *,
    source: Campaign | Plan,
    province: OrgUnit,
    name: str,
    starts_on: dt.date,
    with_baselines: bool = False,
    rehearsal: bool = False,
) -> Campaign:
    """A new campaign like `source`, every date moved so that it begins on `starts_on`. It does not run yet.

    `with_baselines` copies the figures in force of an earlier campaign; `rehearsal` makes it a trial run of
    it. Needs `campaign.settings` on the province. Raises Refused with everything wrong with the plan, and for
    one that is there already: whoever clicks twice, or beside a colleague, makes one.
    """
    actor.scope.require("campaign.settings", province)
    at = locks.entry_stamp()
    locks.exclusive(KEYS)
    earlier = source if isinstance(source, Campaign) else None
    if (rehearsal or with_baselines) and earlier is None:
        raise Refused([CODES.problem("campaign.source")])
    plan = plan_of(source) if isinstance(source, Campaign) else source
    plan = as_read(replace(shifted(plan, starts_on - plan.starts_on), name=name))
    _require_sound(plan)
    made = Campaign(key=_free_key(starts_on), province=province)
    if rehearsal and earlier:
        made.rehearses = earlier.rehearses or earlier
    _require_new(made, plan)
    lay_down(plan, made)
    copied = _copy_baselines(actor, earlier, made, at) if with_baselines and earlier else 0
    after = {"key": made.key, "from": earlier.key if earlier else "", "baselines": copied, **_told(plan)}
    action = "progress.rehearse_campaign" if rehearsal else "progress.create_campaign"
    audit.record(actor, action, unit=province, after=after)
    return made


@transaction.atomic
def change_campaign(actor: Actor, *, campaign: Campaign, plan: Plan, seen: str = "") -> list[str]:
    """Make the campaign what `plan` says; returns what changed, in words of the audit entry's keys.

    `seen` is the fingerprint of the plan the editor started from: another one by now is refused.

    Bulletins already computed keep the settings they froze. Needs `campaign.settings` on the province.
    Raises Refused with everything that contradicts itself.
    """
    actor.scope.require("campaign.settings", campaign.province)
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    now = plan_of(locked)
    if seen and seen != fingerprint(now):
        raise Refused([CODES.problem("campaign.changed_meanwhile")])
    plan = as_read(plan)
    _require_sound(plan)
    before, after = _told(now), _told(plan)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if changed:
        lay_down(plan, locked)
        early.end_where_open(actor, locked.stages.all(), at=days.now())
        audit.record(
            actor,
            "progress.change_campaign",
            unit=campaign.province,
            before={key: before[key] for key in changed if key in before},
            after={key: after[key] for key in changed if key in after},
        )
    return changed


@transaction.atomic
def activate_campaign(actor: Actor, *, campaign: Campaign) -> None:
    """Let the campaign run: its gate holds and its bulletins are computed from now on.

    Needs `campaign.settings`. Raises Refused: another one runs, a rehearsal, or it runs already.
    """
    actor.scope.require("campaign.settings", campaign.province)
    OrgUnit.objects.select_for_update().get(pk=campaign.province_id)  # two at once: the second sees the first
    if campaign.is_rehearsal:
        raise Refused([CODES.problem("campaign.rehearsal", name=campaign.name)])
    running = Campaign.objects.filter(province=campaign.province, is_active=True).exclude(pk=campaign.pk)
    for other in running:
        raise Refused([CODES.problem("campaign.another_active", name=other.name)])
    _switch(actor, campaign, "progress.activate_campaign", is_active=True)


@transaction.atomic
def end_campaign(actor: Actor, *, campaign: Campaign) -> None:
    """Stop the campaign: no gate, no further bulletins; everything of it stays readable. Requests for an
    early opening that wait end with it.

    Needs `campaign.settings`. Raises Refused when it does not run.
    """
    actor.scope.require("campaign.settings", campaign.province)
    _switch(actor, campaign, "progress.end_campaign", is_active=False)
    early.end_with(actor, campaign, at=days.now())


def _switch(actor: Actor, campaign: Campaign, action: str, *, is_active: bool) -> None:
    changed = Campaign.objects.filter(pk=campaign.pk, is_active=not is_active).update(is_active=is_active)
    if not changed:
        raise Refused([CODES.problem("campaign.state", name=campaign.name)])
    campaign.is_active = is_active
    audit.record(actor, action, unit=campaign.province, after={"key": campaign.key, "name": campaign.name})


def _require_sound(plan: Plan) -> None:
    problems = check_plan(plan)
    if problems:
        raise Refused(problems)


def _require_new(made: Campaign, plan: Plan) -> None:
    same = Campaign.objects.filter(province=made.province, rehearses=made.rehearses)
    if same.filter(name=plan.name, starts_on=plan.starts_on).exists():
        raise Refused([CODES.problem("campaign.made_already", name=plan.name, starts_on=plan.starts_on)])


def _free_key(starts_on: dt.date) -> str:
    """A key nobody has: the year and month it begins, numbered."""
    stem = f"campaign-{starts_on:%Y-%m}"
    taken = set(Campaign.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _remove(stages: list[Stage]) -> None:
    """Delete stages nobody has anything to remember of."""
    used = [
        stage
        for stage in stages
        if GateOpening.objects.filter(stage=stage).exists()
        or EarlyOpening.objects.filter(stage=stage).exists()
    ]
    if used:
        raise Refused([CODES.problem("stage.in_use", stage=stage.name) for stage in used])
    gone = [stage.pk for stage in stages]
    Stage.objects.filter(gate_stage__in=gone).update(gate_stage=None)
    Stage.objects.filter(pk__in=gone).delete()


def _copy_baselines(actor: Actor, earlier: Campaign, made: Campaign, at: dt.datetime) -> int:
    """The figures in force of `earlier`, stated anew for `made`; returns how many."""
    known = Baseline.objects.filter(campaign=earlier.figures_id, until_at=None, unit__closed_at=None)
    by = actor.user.pk if actor.user else None
    rows = ((*row, made.pk, at, by) for row in known.order_by().values_list(*COPIED).iterator())
    return bulk.insert(Baseline, (*COPIED, "campaign_id", "from_at", "entered_by_id"), rows)


def _told(plan: Plan) -> dict[str, Any]:
    """The plan as an audit entry tells it: a flat table, a stage's fields under `key.field`."""
    told: dict[str, Any] = {name: _plain(getattr(plan, name)) for name in SETTINGS}
    for position, stage in enumerate(plan.stages, start=1):
        fields = {"position": position, **asdict(stage)}
        told |= {f"{stage.key}.{name}": _plain(value) for name, value in fields.items() if name != "key"}
    return told


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, tuple):
        return "、".join(value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)
