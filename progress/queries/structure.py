"""The structure columns of a bulletin: how the sub-tree of each unit is built. Reads only.

A column counts units (or youths, or claims) of a sub-tree as of the cut-off. For every unit above branch
level the columns that count the unit itself are kept as its *flags*, so that the list behind a figure can be
read from frozen rows; a branch's own row says how many members it had.

An account's grant has no period, so who had no administrator is known only at the moment of counting. It is
counted when a day is first computed and taken over whenever that day is computed again.
"""

import datetime as dt
from collections.abc import Iterable

from cadres import queries as cadres
from members import queries as members
from orgs import admins
from orgs.history import Placed
from orgs.kinds import LEADING_ORGANS
from progress import tally
from progress.models import Bulletin

FEWEST_MEMBERS = 3  # of a branch; notice, annex 4.1
NO_ADMIN = "units_without_admin"
COMPLETE = "complete"  # flag of a grassroots unit with all of its cadres entered; the stage counts it
# Columns that count the unit itself, and can be listed by flag.
FLAGS = (
    "units_hollow",
    "units_without_cadre",
    "units_without_secretary",
    NO_ADMIN,
    "organs_undeclared",
    COMPLETE,
)


def structure(
    upper: list[Placed],
    branches: list[Placed],
    parents: list[int],
    own_members: list[int],
    own_cadres: list[int],
    cutoff_at: dt.datetime,
    without_admin: set[int] | None,
) -> tuple[dict[str, list[int]], dict[int, list[str]]]:
    """The folded columns over all units, and the flags of each unit that has any, by place.

    `without_admin` None: counted now. Five queries.
    """
    places = [unit.place for unit in branches]
    leaves = [(place, own_members[place]) for place in places]
    counted = {
        "branches": _folded(parents, places),
        "branches_with_members": _folded(parents, [place for place, count in leaves if count]),
        "branches_empty": _folded(parents, [place for place, count in leaves if not count]),
        "branches_under_three": _folded(
            parents, [place for place, count in leaves if 0 < count < FEWEST_MEMBERS]
        ),
        "organs": _folded(parents, [unit.place for unit in upper if unit.kind in LEADING_ORGANS]),
        **_people(branches, parents, cutoff_at),
    }
    flagged = _flagged(upper, counted["branches"], own_cadres, cutoff_at, without_admin)
    flags: dict[int, list[str]] = {}
    for name, places in flagged.items():
        counted[name] = _folded(parents, places)
        for place in places:
            flags.setdefault(place, []).append(name)
    return counted, flags


def without_admin_that_day(bulletin: Bulletin) -> set[int] | None:
    """Units found without an administrator when the day was first computed; None: never. Two queries."""
    that_day = Bulletin.objects.filter(campaign=bulletin.campaign_id, day=bulletin.day)
    counted = that_day.filter(units__position=0, units__figures__has_key=NO_ADMIN)
    known = counted.order_by("revision").first()
    if known is None:
        return None
    return set(known.units.filter(figures__own__has_key=NO_ADMIN).values_list("unit_id", flat=True))


def _flagged(
    upper: list[Placed],
    branches: list[int],
    own_cadres: list[int],
    cutoff_at: dt.datetime,
    without_admin: set[int] | None,
) -> dict[str, list[int]]:
    """The places of the units each flag holds for."""
    secretaries, declared = cadres.with_secretary(cutoff_at), cadres.organs_declared(cutoff_at)
    if without_admin is None:
        without_admin = {unit.unit_id for unit in upper} - admins.administered()
    grassroots, organs = cadres.GRASSROOTS_KINDS, LEADING_ORGANS
    return {
        "units_hollow": [u.place for u in upper if u.kind in grassroots and not branches[u.place]],
        "units_without_cadre": [u.place for u in upper if not own_cadres[u.place]],
        "units_without_secretary": [u.place for u in upper if u.unit_id not in secretaries],
        NO_ADMIN: [u.place for u in upper if u.unit_id in without_admin],
        # The stage of the leading organs is done where all of them have said 核对完成 (report.py).
        "organs_undeclared": [u.place for u in upper if u.kind in organs and u.unit_id not in declared],
    }


def _people(branches: list[Placed], parents: list[int], cutoff_at: dt.datetime) -> dict[str, list[int]]:
    """Youths whose identity is not established, those of them overdue, members claimed elsewhere."""
    place = {unit.unit_id: unit.place for unit in branches}
    youths = members.youth_counts_by_branch(cutoff_at)
    columns: dict[str, Iterable[tuple[int, int]]] = {
        "youths_uncertain": ((branch, count) for branch, count, _ in youths),
        "rectifications_overdue": ((branch, late) for branch, _, late in youths),
        "claims_open": members.claim_counts_by_branch(cutoff_at),
    }
    found = {}
    for name, counts in columns.items():
        own = [0] * len(parents)
        for branch, count in counts:
            if branch in place:
                own[place[branch]] = count
        found[name] = tally.fold(parents, own)
    return found


def _folded(parents: list[int], places: Iterable[int]) -> list[int]:
    """How many of `places` lie in the sub-tree of each unit."""
    own = [0] * len(parents)
    for place in places:
        own[place] = 1
    return tally.fold(parents, own)
