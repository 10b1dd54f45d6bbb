"""Somebody leaves a post; and a departure registered by mistake is taken back."""

import datetime as dt

from django.db import IntegrityError, transaction

from zhtj.lib import days, locks
from zhtj.lib.problems import Problem, Refused

from cadres.models import LEFT, Cadre, CadreState, EndReason
from cadres.rules import CODES, ENGAGEMENTS, MISTAKEN, check_departure
from orgs import audit, trail
from orgs.scopes import Actor

DEPART = "cadres.depart"


def depart_cadre(
    actor: Actor, *, cadre: Cadre, departed_on: dt.date | None, why: str, today: dt.date
) -> None:
    """Mark one cadre as departed from this post; posts elsewhere stay.

    The data of the post goes from the record (what it was stays in the audit); its period remains
    for the figures of past days. Raises Refused. Notice, annex 1.
    """
    actor.scope.require("cadres.enter", cadre.unit)
    problems = check_departure(departed_on, why, appointed_on=cadre.appointed_on, today=today)
    if problems:
        raise Refused(problems)
    reason = EndReason.MISTAKE if why == MISTAKEN else EndReason.DEPARTED
    with transaction.atomic():
        stamp = locks.entry_stamp()
        gone = Cadre.objects.filter(pk=cadre.pk, until_at=None).update(
            until_at=stamp,
            end_reason=reason,
            departed_on=departed_on,
            end_remark=why,
            engagement="",
            joined_on=None,
        )
        if gone:
            before = {
                "post": cadre.post,
                "engagement": cadre.get_engagement_display(),
                "appointed_on": f"{cadre.appointed_on or ''}",
                "joined_on": f"{cadre.joined_on or ''}",
                "state": CadreState(cadre.state).label,
            }
            after = {"departed_on": f"{departed_on}", "why": why}
            audit.record(actor, DEPART, unit=cadre.unit, person=cadre.person, before=before, after=after)


def take_back_departure(actor: Actor, *, cadre: Cadre, today: dt.date) -> Cadre:
    """撤销离任: the post goes on as it was, in a new period; the old one stays, so that what a bulletin
    counted in between can be counted again. Returns the post now held.

    Only on the day the departure was registered: later, somebody who is back is entered anew. What was
    taken off the record comes back from the audit trail. Raises Refused.
    """
    actor.scope.require("cadres.enter", cadre.unit)
    with transaction.atomic():
        stamp = locks.entry_stamp()
        gone = Cadre.objects.select_for_update().filter(pk=cadre.pk, end_reason__in=LEFT).first()
        if gone is None or gone.until_at is None or days.day_of(gone.until_at) != today:
            raise Refused([CODES.problem("departure.settled")])
        _refuse_return(cadre)
        before = trail.said_before(DEPART, unit=cadre.unit, person=cadre.person, post=gone.post)
        joined_on = before.get("joined_on")
        gone.engagement = ENGAGEMENTS.get(before.get("engagement", ""), "")
        gone.joined_on = dt.date.fromisoformat(joined_on) if joined_on else None
        Cadre.objects.filter(pk=gone.pk).update(
            end_reason=EndReason.TAKEN_BACK, departed_on=None, end_remark=""
        )
        held = _go_on(gone, stamp)
        after = {"post": held.post}
        audit.record(actor, "cadres.take_back", unit=cadre.unit, person=cadre.person, after=after)
    return held


def _refuse_return(cadre: Cadre) -> None:
    problems: list[Problem] = []
    if not cadre.unit.is_open:
        problems.append(CODES.problem("unit.closed", value=cadre.unit.short_name))
    same = Cadre.objects.filter(person=cadre.person_id, unit=cadre.unit_id, post=cadre.post, until_at=None)
    if same.exists():
        problems.append(_held_already(cadre))
    if problems:
        raise Refused(problems)


def _go_on(gone: Cadre, stamp: dt.datetime) -> Cadre:
    """The next period of the post, everything said of it carried over."""
    try:
        with transaction.atomic():
            return Cadre.objects.create(
                person_id=gone.person_id,
                unit_id=gone.unit_id,
                post=gone.post,
                engagement=gone.engagement,
                appointed_on=gone.appointed_on,
                joined_on=gone.joined_on,
                state=gone.state,
                is_preloaded=gone.is_preloaded,
                verified_at=gone.verified_at,
                verified_by_id=gone.verified_by_id,
                from_at=stamp,
                batch_id=gone.batch_id,
                batch_row=gone.batch_row,
            )
    except IntegrityError:  # somebody entered the very post a moment earlier
        raise Refused([_held_already(gone)]) from None


def _held_already(cadre: Cadre) -> Problem:
    return CODES.problem("post.held_already", unit=cadre.unit.short_name, value=cadre.post)
