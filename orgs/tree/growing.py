"""Planting new units: the next free numbers, and room where there are none left."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Max, Q

from zhtj.lib import bulk, locks
from zhtj.lib.problems import Refused

from orgs import numbering
from orgs.models import OrgUnit
from orgs.numbering import NoRoom
from orgs.rules import class_of
from orgs.tree.clashes import naming_clashes
from orgs.tree.forest import NewUnit, Plan, draw_up, give_codes, problems_of
from orgs.tree.mending import PLANTING
from orgs.tree.placing import open_placements
from orgs.tree.room import Ground, make_room, survey

_MANY = 5_000


class OutOfReach(LookupError):
    """A parent is not where it was said to be; its key is the only argument."""


_WRITTEN = [field.attname for field in OrgUnit._meta.concrete_fields]


def graft(parent: OrgUnit | None, forest: Sequence[NewUnit], *, at: dt.datetime) -> list[OrgUnit]:
    """Create a forest under `parent` (None: each the root of a new tree) as of `at`, all or nothing.

    Returns everything created, parents before children. Costs about ten statements, for one
    unit as for thousands; touches no other row unless `parent` is full. Codes left blank are given.
    Raises Refused with all problems found (kind, place, industry, names, codes, depth).
    """
    if parent is None:
        return _plant_trees(forest, at)
    return graft_many([(parent, forest)], at=at)


def graft_many(
    plantings: Iterable[tuple[OrgUnit, Sequence[NewUnit]]],
    *,
    at: dt.datetime,
    reach: Q | None = None,
) -> list[OrgUnit]:
    """`graft` under several parents at once, of one tree or more; all or nothing.

    Raises OutOfReach unless every parent meets `reach`. It is asked where the parents' rows are locked
    anyway: the answer holds until the transaction ends, for nobody can move them meanwhile.
    """
    forests: dict[int, list[NewUnit]] = {}
    trees: set[int] = set()
    for parent, forest in plantings:
        forests.setdefault(parent.pk, []).extend(forest)
        trees.add(parent.tree_id)
    with naming_clashes():
        try:
            with transaction.atomic():
                _lock(locks.shared, trees)
                return _graft(forests, at, reach, when_full=None)
        except NoRoom:
            pass  # the savepoint gave the locks back: nobody waits for us while we wait
        with transaction.atomic():
            _lock(locks.exclusive, trees)
            return _graft(forests, at, reach, when_full=make_room)


def _lock(take: Callable[[str], None], trees: Iterable[int]) -> None:
    for tree_id in sorted(trees):
        take(locks.tree(tree_id))


def _graft(
    forests: dict[int, list[NewUnit]],
    at: dt.datetime,
    reach: Q | None,
    when_full: Callable[[int, int], None] | None,
) -> list[OrgUnit]:
    """Judge, number and insert. `when_full(pk, missing)` makes room; without it NoRoom is raised."""
    grounds = survey(forests, reach)
    if outside := forests.keys() - grounds.keys():
        raise OutOfReach(min(outside))
    plans = [draw_up(grounds[pk].unit, forest) for pk, forest in forests.items()]
    _judge(plans, {pk: ground.children for pk, ground in grounds.items()})
    while (full := _allot(plans, grounds)) is not None:
        pk, lack = full
        if when_full is None:
            raise lack
        when_full(pk, lack.missing)
        grounds = survey(forests)
    return _insert(plans, at)


def _judge(plans: Sequence[Plan], held: dict[int, int]) -> None:
    problems = problems_of(plans) + give_codes(plans, held)
    if problems:
        raise Refused(problems)


def _allot(plans: Sequence[Plan], grounds: dict[int, Ground]) -> tuple[int, NoRoom] | None:
    """Give every plan its numbers; the first parent that is full and what it lacks, if one is."""
    for plan in plans:
        assert plan.under is not None
        ground = grounds[plan.under.pk]
        plan.under = ground.unit
        try:
            plan.spans = numbering.lay_out(plan.parents, plan.kinds, ground.free)
        except NoRoom as lack:
            return plan.under.pk, lack
    return None


def _plant_trees(forest: Sequence[NewUnit], at: dt.datetime) -> list[OrgUnit]:
    with naming_clashes(), transaction.atomic():
        locks.exclusive(PLANTING)
        last = OrgUnit.objects.aggregate(last=Max("tree_id"))["last"] or 0
        plans = [draw_up(None, [new]) for new in forest]
        _judge(plans, {})
        for tree_id, plan in enumerate(plans, last + 1):
            plan.tree_id = tree_id
            plan.spans = numbering.lay_out_tree(plan.parents, plan.kinds)
        return _insert(plans, at)


def _insert(plans: Sequence[Plan], at: dt.datetime) -> list[OrgUnit]:
    """Write the units and their placements: one COPY each for every five thousand."""
    units: list[OrgUnit] = []
    for plan in plans:
        first = len(units)
        for index, parent in enumerate(plan.parents):
            above = units[first + parent] if parent >= 0 else plan.under
            units.append(_unit(plan, index, above, at))
    for unit, pk in zip(units, bulk.reserve_ids(OrgUnit, len(units)), strict=True):
        unit.pk = pk
        unit.parent_id = unit.parent.pk if unit.parent else None
    bulk.insert(OrgUnit, _WRITTEN, ([getattr(unit, name) for name in _WRITTEN] for unit in units))
    for unit in units:
        unit._state.adding, unit._state.db = False, DEFAULT_DB_ALIAS
    open_placements(units, at)
    if len(units) >= _MANY:
        _tell_the_planner()
    return units


def _tell_the_planner() -> None:
    """After a whole province has come in, PostgreSQL must not plan by the size the table had before:
    measured, a check of one unit's scope then reads 50 000 rows. SQLite plans well without.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(OrgUnit._meta.db_table)}")


def _unit(plan: Plan, index: int, parent: OrgUnit | None, at: dt.datetime) -> OrgUnit:
    new, span, above = plan.news[index], plan.spans[index], plan.above[index]
    return OrgUnit(
        parent=parent,
        tree_id=plan.tree_id,
        lft=span.lft,
        rght=span.rght,
        level=plan.level(index),
        code=plan.codes[index],
        short_name=new.short_name,
        full_name=new.full_name,
        kind=new.kind,
        unit_class=new.unit_class or (class_of(new.kind, new.industry, above.kind) if above else ""),
        industry=new.industry,
        domain=plan.domain(index),
        is_private_school=new.is_private_school,
        phone=new.phone,
        email=new.email,
        secretary_name=new.secretary_name,
        secretary_mobile=new.secretary_mobile,
        created_at=at,
    )
