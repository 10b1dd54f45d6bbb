"""Closing a unit and opening it again. It keeps its place, its code and its history."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from zhtj.lib import bulk, locks
from zhtj.lib.problems import Refused

from orgs import reshaping
from orgs.models import OrgUnit
from orgs.tree.clashes import naming_clashes
from orgs.tree.placing import close_placements, open_placements, settle_domains
from orgs.tree.room import survey


def close(unit: OrgUnit, *, at: dt.datetime, into: OrgUnit | None = None) -> OrgUnit:
    """Close `unit` as of `at`; `into` is the unit it went up in. Its placement ends.

    Raises Refused if it is closed, a leading organ, or has open units below. Whether members are
    still in it is the caller's to know: whoever enters members holds the tree's lock shared, this
    holds it exclusively.
    """
    with transaction.atomic():
        locks.exclusive(locks.tree(unit.tree_id))
        unit = survey([unit.pk])[unit.pk].unit
        below = OrgUnit.objects.filter(parent=unit, closed_at=None).count()
        problems = reshaping.close_problems(unit, child_count=below, member_count=0)
        if problems:
            raise Refused(problems)
        OrgUnit.objects.filter(pk=unit.pk).update(closed_at=at, merged_into=into)
        close_placements([unit.pk], at)
        return OrgUnit.objects.get(pk=unit.pk)


def close_all(units: Sequence[OrgUnit], *, at: dt.datetime) -> None:
    """Close many units as of `at`. The caller holds the tree alone and has seen that each is empty: what is
    open below one is among them. Two statements for each 2 000."""
    ids = [unit.pk for unit in units]
    for start in range(0, len(ids), bulk.CHUNK):
        part = ids[start : start + bulk.CHUNK]
        OrgUnit.objects.filter(pk__in=part).update(closed_at=at)
        close_placements(part, at)


def reopen(unit: OrgUnit, *, at: dt.datetime) -> OrgUnit:
    """Open a closed unit again as of `at`, where it stood, with a new placement.

    Raises Refused if it is open, its superior is closed, or its name was given to a sibling meanwhile.
    """
    with naming_clashes(), transaction.atomic():
        locks.exclusive(locks.tree(unit.tree_id))
        grounds = survey([pk for pk in (unit.pk, unit.parent_id) if pk])
        unit = grounds[unit.pk].unit
        above = OrgUnit.objects.filter(pk=unit.parent_id).first()
        problems = reshaping.reopen_problems(unit, above)
        if problems:
            raise Refused(problems)
        OrgUnit.objects.filter(pk=unit.pk).update(closed_at=None, merged_into=None)
        settle_domains(OrgUnit.objects.get(pk=unit.pk))
        unit = OrgUnit.objects.get(pk=unit.pk)
        open_placements([unit], at)
        return unit
