"""Moving a unit, with all below it, under another superior of the same tree."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from zhtj.lib import locks
from zhtj.lib.problems import Problem, Refused

from orgs import rules
from orgs.kinds import MAX_DEPTH
from orgs.models import OrgUnit
from orgs.numbering import Span
from orgs.rules import CODES, Above
from orgs.tree.clashes import naming_clashes
from orgs.tree.placing import Domains, replace_placements, settle_domains
from orgs.tree.room import make_room, shift, survey


class Moved(NamedTuple):
    """A unit as it stands after its move, and whose domain changed with it."""

    unit: OrgUnit
    domains: Domains


def move(unit: OrgUnit, new_parent: OrgUnit, *, at: dt.datetime) -> Moved:
    """Hang `unit` with its sub-tree under `new_parent` as of `at`; the unit as it then stands.

    The sub-tree keeps its own numbering and is shifted in one update; its numbers at the old place
    stay unused. Holds the tree's exclusive lock: call it before anything in the same transaction
    grafts. Raises Refused (`parent.cycle`, `parent.out_of_scope` for another tree, kind, depth, name,
    industry). Placements follow, of the unit and of whatever changes its domain with it.
    """
    with naming_clashes(), transaction.atomic():
        locks.exclusive(locks.tree(unit.tree_id))
        grounds = survey([unit.pk, new_parent.pk])
        unit, new_parent = grounds[unit.pk].unit, grounds[new_parent.pk].unit
        if unit.parent_id == new_parent.pk:
            return Moved(unit, {})
        problems = move_problems(unit, new_parent)
        if problems:
            raise Refused(problems)
        _rehang(unit, new_parent)
        unit = OrgUnit.objects.get(pk=unit.pk)
        changed = settle_domains(unit)
        replace_placements({unit.pk, *changed}, at)
        return Moved(OrgUnit.objects.get(pk=unit.pk), changed)


def move_problems(unit: OrgUnit, new_parent: OrgUnit) -> list[Problem]:
    """What forbids the move. Two queries."""
    if unit.tree_id != new_parent.tree_id:
        return [CODES.problem("parent.out_of_scope", value=new_parent.short_name)]
    if unit.lft <= new_parent.lft <= unit.rght:
        return [CODES.problem("parent.cycle", name=unit.short_name)]
    if not new_parent.is_open:
        return [CODES.problem("parent.unknown", value=new_parent.short_name, why="（已撤销）")]
    above = Above(new_parent.short_name, new_parent.kind, new_parent.domain, new_parent.level)
    problems = rules.place_problems(unit.short_name, unit.kind, unit.industry, above)
    below = OrgUnit.objects.filter(tree_id=unit.tree_id, lft__gte=unit.lft, lft__lt=unit.rght)
    deepest = below.aggregate(deepest=Max("level"))["deepest"] - unit.level + new_parent.level + 1
    if deepest >= MAX_DEPTH > new_parent.level + 1:
        problems.append(rules.too_deep(unit.short_name, deepest))
    namesakes = OrgUnit.objects.filter(parent=new_parent, short_name=unit.short_name, closed_at=None)
    if unit.is_open and namesakes.exists():
        problems.append(
            CODES.problem("short_name.taken", parent=new_parent.short_name, value=unit.short_name, where="")
        )
    return problems


def _rehang(unit: OrgUnit, new_parent: OrgUnit) -> None:
    """Write the numbers, levels and the pointer."""
    while True:
        grounds = survey([unit.pk, new_parent.pk])
        unit, ground = grounds[unit.pk].unit, grounds[new_parent.pk]
        lack = unit.rght - unit.lft + 1 - ground.free.width
        if lack <= 0:
            break
        make_room(new_parent.pk, lack)  # which may move the unit too
    shift(
        unit.tree_id,
        Span(unit.lft, unit.rght),
        by=ground.free.lft - unit.lft,
        levels=new_parent.level + 1 - unit.level,
    )
    OrgUnit.objects.filter(pk=unit.pk).update(
        parent=new_parent,
        unit_class=rules.class_of(unit.kind, unit.industry, new_parent.kind),
    )
