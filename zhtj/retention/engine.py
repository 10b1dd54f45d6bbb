"""When what is deleted. Every run may be repeated: what is gone is not found again."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from zhtj.lib import days, locks
from zhtj.lib.problems import Refused
from zhtj.models import RetentionRule
from zhtj.retention import rules
from zhtj.retention.items import ITEMS, Item

import orgs.queries
import progress.queries
from orgs import audit
from orgs.scopes import Actor

logger = logging.getLogger(__name__)

_LOCK = "retention"


@dataclass(frozen=True, slots=True)
class Kept:
    """An item with the days in force."""

    item: Item
    days: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a run has deleted (or would delete) of one item; `waits_until` where the campaign is not over."""

    key: str
    what: str
    days: int
    count: int
    waits_until: dt.date | None = None


def kept() -> list[Kept]:
    """Every item with the days in force. One query."""
    chosen = dict(RetentionRule.objects.values_list("key", "days"))
    return [Kept(item, chosen.get(item.key, item.days)) for item in ITEMS]


def set_rules(actor: Actor, *, values: Mapping[str, int]) -> dict[str, list[int]]:
    """Store the days of these items; returns key → [old, new], empty if nothing differs. Audited.

    Raises Refused outside an item's limits, PermissionDenied without `campaign.settings`.
    """
    province = orgs.queries.units(actor.scope, "campaign.settings").first()
    if province is None:
        raise PermissionDenied("您没有保存期限设置的权限，请联系省级团委管理员。")
    if problems := rules.check(values):
        raise Refused(problems)
    with transaction.atomic():
        locks.exclusive(_LOCK)
        now = {line.item.key: line.days for line in kept()}
        change = {key: [now[key], new] for key, new in values.items() if now[key] != new}
        for key, (_, new) in change.items():
            stamp = {"days": new, "updated_at": days.now(), "updated_by": actor.user}
            RetentionRule.objects.update_or_create(key=key, defaults=stamp)
        if change:
            before = {key: old for key, (old, _) in change.items()}
            after = {key: new for key, (_, new) in change.items()}
            audit.record(actor, "retention.set_rules", unit=province, before=before, after=after)
    return change


def apply(now: dt.datetime, *, dry_run: bool = False) -> list[Done]:
    """Delete what its time has come for, item by item, each (or each piece of it) in its own transaction
    with its audit entry.

    A second run at the same moment waits and finds nothing. `dry_run` counts only. An item that fails keeps
    no other from being deleted; its error is raised at the end.
    """
    ends_on = progress.queries.last_end()
    done: list[Done] = []
    failed: list[Exception] = []
    for line in kept():
        try:
            done.append(_apply(line, now, ends_on, dry_run))
        except Exception as error:
            logger.exception("%s: what its time has come for is not deleted", line.item.key)
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def _apply(line: Kept, now: dt.datetime, ends_on: dt.date | None, dry_run: bool) -> Done:
    item = line.item
    if item.after_campaign and ends_on is not None:
        free_on = ends_on + dt.timedelta(days=line.days)
        if days.day_of(now) <= free_on:
            return Done(item.key, item.what, line.days, 0, free_on)
    total = count = _forget(line, now, dry_run)
    while count and item.in_pieces and not dry_run:
        count = _forget(line, now, dry_run)
        total += count
    return Done(item.key, item.what, line.days, total)


def _forget(line: Kept, now: dt.datetime, dry_run: bool) -> int:
    """One turn: what goes in one transaction, with its audit entry."""
    item = line.item
    with transaction.atomic():
        if not dry_run:
            locks.exclusive(_LOCK)
        count = item.forget(now, line.days, dry_run)
        if count and not dry_run:
            audit.record(Actor(None, door="task"), "retention.apply", after={item.key: count})
        return count
