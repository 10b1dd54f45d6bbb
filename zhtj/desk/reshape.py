"""Merging, closing, reopening, moving and renaming units: several rooms, one transaction.

Specification (design: domain, sections 2 and 3). Only a superior of a unit may do this to it
(`units.manage` reaches below the own unit); for a merge or a move of both. In a merge the members, the
posts, the 团统数, the unfinished batches and what stood below go along as new periods, the source is closed
and names the target; its administrators lose their roles on it. Order of locks: ENTRY, the tree
alone, then rows: nobody enters a member or a unit into the tree meanwhile.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import transaction

from zhtj.imports import travel as batches
from zhtj.lib import locks
from zhtj.lib.problems import Problem, Refused

import cadres.travel
import members.queries
from members.actions import keeper_of
from members.actions import travel as memberships
from members.queries import review
from orgs import actions, admins, audit, corrections, finding, queries, reshaping, tree
from orgs.models import OrgUnit
from orgs.scopes import Actor
from orgs.tree import closing
from progress.actions import travel as figures


@dataclass(frozen=True, slots=True)
class Travelled:
    """What went along in a merge."""

    members: int = 0
    posts: int = 0
    children: int = 0
    batches: int = 0


def merge_units(actor: Actor, *, source: OrgUnit, target: OrgUnit) -> Travelled:
    """Let `source` go up in `target` of the same kind. About 50 µs a member, two dozen statements.

    Raises Refused with everything that forbids it, PermissionDenied unless both are below the actor.
    """
    with _alone(actor, source, target) as (at, source, target):
        _refuse(reshaping.merge_problems(source, target))
        figures.follow_domains(actor, top=source, changed=tree.domains_with(source, target.domain), at=at)
        figures.move_figures(actor, source=source, target=target, at=at)
        children = _take_children(source, target, at)
        travelled = Travelled(
            members=memberships.move_memberships(actor, source=source, target=target, at=at),
            posts=cadres.travel.move_posts(actor, source=source, target=target, at=at),
            children=children,
            batches=batches.move_batches(actor, source=source, target=target),
        )
        corrections.hand_over(source, target)
        released = admins.release_unit(source, now=at)
        closing.close(source, at=at, into=target)
        counts = asdict(travelled)
        after = {"merged_into": target.code, **counts}
        audit.record(actor, "desk.merge_unit", unit=source, before={"admins": released}, after=after)
        audit.record(actor, "desk.take_in_unit", unit=target, after={"merged_from": source.code, **counts})
    return travelled


def close_unit(actor: Actor, *, unit: OrgUnit) -> OrgUnit:
    """Close a unit nobody is a member in and nothing stands below. Its posts and roles end; correction
    requests that wait with it are handed up.

    Raises Refused saying what is still there and how to move it.
    """
    with _alone(actor, unit) as (at, unit):
        below = finding.open_children(unit).count()
        count = members.queries.active_counts([unit.pk])[unit.pk]
        youth = review.youth_of(actor.scope, unit).count()
        _refuse(reshaping.close_problems(unit, child_count=below, member_count=count, youth_count=youth))
        posts = cadres.travel.end_posts_of(actor, unit=unit, at=at)
        _hand_up(unit)
        released = admins.release_unit(unit, now=at)
        closed = closing.close(unit, at=at)
        audit.record(actor, "desk.close_unit", unit=unit, before={"admins": released, "posts": posts})
    return closed


def reopen_unit(actor: Actor, *, unit: OrgUnit) -> OrgUnit:
    """Open a closed unit again where it stood. Its former people do not come back by themselves."""
    with _alone(actor, unit) as (at, unit):
        into = unit.merged_into
        opened = closing.reopen(unit, at=at)
        before = {"closed_at": unit.closed_at, "merged_into": into.code if into else ""}
        audit.record(actor, "desk.reopen_unit", unit=unit, before=before)
    return opened


def move_unit(actor: Actor, *, unit: OrgUnit, new_parent: OrgUnit) -> OrgUnit:
    """`orgs.actions.move_unit` for a unit that is open; nothing to do is nothing done."""
    with _alone(actor, unit) as (_, unit):
        _refuse(reshaping.change_problems(unit))
        if unit.parent_id == new_parent.pk:
            return unit
        return actions.move_unit(actor, unit=unit, new_parent=new_parent)


def rename_unit(actor: Actor, *, unit: OrgUnit, short_name: str) -> OrgUnit:
    """`orgs.actions.rename_unit` for a unit that is open."""
    with _alone(actor, unit) as (_, unit):
        _refuse(reshaping.change_problems(unit))
        return actions.rename_unit(actor, unit=unit, short_name=short_name)


def change_industry(actor: Actor, *, unit: OrgUnit, industry: str) -> OrgUnit:
    """`orgs.actions.change_industry` for a unit that is open; nothing to do is nothing done."""
    with _alone(actor, unit) as (_, unit):
        _refuse(reshaping.change_problems(unit))
        if unit.industry == industry:
            return unit
        return actions.change_industry(actor, unit=unit, industry=industry)


@contextmanager
def _alone(actor: Actor, *units: OrgUnit) -> Iterator[tuple]:
    """The stamp and the units as they stand, with their trees held alone and the right looked at again."""
    for unit in units:
        actor.scope.require("units.manage", unit)
    with transaction.atomic():
        at = locks.entry_stamp()
        for tree_id in sorted({unit.tree_id for unit in units}):
            locks.exclusive(locks.tree(tree_id))
        fresh = queries.units(actor.scope, "units.manage").in_bulk([unit.pk for unit in units])
        for unit in units:
            if unit.pk not in fresh:
                actor.scope.require("units.manage", unit)
        yield at, *(fresh[unit.pk] for unit in units)


def _hand_up(unit: OrgUnit) -> None:
    """Correction requests that wait with a unit being closed go to whoever keeps the person now, where
    nobody does to the superior, from the beginning. Three queries a person asked about.
    """
    for person_id in corrections.waiting_about(unit):
        corrections.readdress([person_id], keeper_of(person_id) or unit.parent)


def _take_children(source: OrgUnit, target: OrgUnit, at: dt.datetime) -> int:
    """Hang everything open below `source` under `target`; all faults at once."""
    children = list(finding.open_children(source))
    problems: list[Problem] = []
    for child in children:
        try:
            tree.move(child, target, at=at)
        except Refused as refused:
            problems += refused.problems
    _refuse(problems)
    return len(children)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(list(problems))
