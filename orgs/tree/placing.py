"""Placements: what a unit was called and where it stood, from when until when; and its domain."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction

from zhtj.lib import bulk, locks
from zhtj.lib.problems import Refused

from orgs.kinds import NEED_INDUSTRY, domain_of
from orgs.models import OrgUnit, UnitPlacement
from orgs.rules import CODES
from orgs.tree.clashes import naming_clashes

Domains = dict[int, tuple[str, str]]  # whose domain changed: by unit, from which into which
_PLACED = ("parent_id", "short_name", "kind", "unit_class", "industry", "domain")


def open_placements(units: Iterable[OrgUnit], at: dt.datetime) -> None:
    """Open a placement as each unit now stands. One statement for every five thousand."""
    rows = ([unit.pk, at, *(getattr(unit, name) for name in _PLACED)] for unit in units)
    bulk.insert(UnitPlacement, ["unit_id", "from_at", *_PLACED], rows)


def close_placements(pks: Collection[int], at: dt.datetime) -> None:
    """End the open placement of each of these units."""
    UnitPlacement.objects.filter(unit__in=pks, until_at=None).update(until_at=at)


def replace_placements(pks: Collection[int], at: dt.datetime) -> None:
    """Close the open placements of these units and open the next, as they now stand. Three queries.

    A closed unit stands nowhere: it gets none.
    """
    close_placements(pks, at)
    open_placements(OrgUnit.objects.filter(pk__in=pks, closed_at=None).order_by("pk"), at)


def rename(unit: OrgUnit, short_name: str, *, at: dt.datetime) -> None:
    """Give the unit another short name as of `at`. Raises Refused `short_name.taken`."""
    with naming_clashes(), transaction.atomic():
        siblings = OrgUnit.objects.filter(parent=unit.parent_id, closed_at=None).exclude(pk=unit.pk)
        if unit.parent is not None and siblings.filter(short_name=short_name).exists():
            taken = {"parent": unit.parent.short_name, "value": short_name, "where": ""}
            raise Refused([CODES.problem("short_name.taken", **taken)])
        OrgUnit.objects.filter(pk=unit.pk).update(short_name=short_name)
        replace_placements([unit.pk], at)
    unit.short_name = short_name


def set_industry(unit: OrgUnit, industry: str, *, at: dt.datetime) -> Domains:
    """State another industry for the unit; the domain follows in everything below that states none.

    Returns whose domain changed. Raises Refused `industry.missing` where that would leave a unit without a
    domain that needs one.
    """
    with transaction.atomic():
        locks.exclusive(locks.tree(unit.tree_id))
        OrgUnit.objects.filter(pk=unit.pk).update(industry=industry)
        fresh = OrgUnit.objects.get(pk=unit.pk)
        changed = settle_domains(fresh)
        needy = OrgUnit.objects.filter(
            pk__in={unit.pk, *changed}, kind__in=NEED_INDUSTRY, domain="", closed_at=None
        )
        if bereft := list(needy):
            raise Refused([CODES.problem("industry.missing", name=each.short_name) for each in bereft])
        replace_placements({unit.pk, *changed}, at)
    unit.refresh_from_db()
    return changed


def settle_domains(top: OrgUnit) -> Domains:
    """Bring the domain of `top` and all below in line with the industries; whose changed.

    The caller holds the tree's exclusive lock, `top` is fresh. One query, and one for every domain
    that changed hands.
    """
    changed = changed_domains(top, top.industry)
    into: dict[str, list[int]] = {}
    for pk, (_, domain) in changed.items():
        into.setdefault(domain, []).append(pk)
    for domain, pks in into.items():
        OrgUnit.objects.filter(pk__in=pks).update(domain=domain)
    return changed


def changed_domains(top: OrgUnit, industry: str) -> Domains:
    """Whose domain from `top` down would change if it stated `industry`, and how. Two queries."""
    above = OrgUnit.objects.filter(pk=top.parent_id).values_list("domain", flat=True).first() or ""
    return domains_with(top, domain_of(industry) or above)


def domains_with(top: OrgUnit, domain: str) -> Domains:
    """Whose domain from `top` down would change if its own were `domain`, and how. One query."""
    in_force: dict[int | None, str] = {}
    changed: Domains = {}
    rows = OrgUnit.objects.filter(tree_id=top.tree_id, lft__gte=top.lft, lft__lt=top.rght).order_by("lft")
    for pk, parent, stated, former in rows.values_list("pk", "parent_id", "industry", "domain"):
        in_force[pk] = domain if pk == top.pk else domain_of(stated) or in_force[parent]
        if in_force[pk] != former:
            changed[pk] = (former, in_force[pk])
    return changed
