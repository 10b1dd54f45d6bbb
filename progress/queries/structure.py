"""The structure columns of a bulletin: how the sub-tree of each unit is built. Reads only.

A column counts units (or youths, or claims) of a sub-tree as of the cut-off. For every unit above branch
level the columns that count the unit itself are kept as its *flags*, so that the list behind a figure can be
read from frozen rows; a branch's own row says how many members it had.

Who had no administrator is as it was found when the day was first computed (`found_first`).
"""

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable
from itertools import compress
from operator import not_

from cadres import queries as cadres
from members import queries as members
from orgs import admins
from orgs.history import PastTree, Placed
from orgs.kinds import FEWEST_MEMBERS, LEADING_ORGANS
from progress import tally
from progress.queries.found_first import NO_ADMIN
from progress.queries.outline import Outline

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
    tree: PastTree,
    frame: Outline,
    sizes: list[int],
    in_posts: Container[int],
    cutoff_at: dt.datetime,
    without_admin: set[int] | None,
) -> tuple[dict[str, list[int]], dict[int, list[str]]]:
    """The folded columns over the nodes, and the flags of each node above branch level that has any.

    `sizes`: members of each branch of the tree. `in_posts`: units with a cadre. `without_admin` None: counted
    now. Five queries.
    """
    home = tree.branches.home
    upper = frame.upper()
    few = [0 < size < FEWEST_MEMBERS for size in sizes]
    counted = {
        "branches": _folded(frame, home),
        "branches_with_members": _folded(frame, compress(home, sizes)),
        "branches_empty": _folded(frame, compress(home, map(not_, sizes))),
        "branches_under_three": _folded(frame, compress(home, few)),
        "organs": _folded(frame, [node for node, unit in upper if unit.kind in LEADING_ORGANS]),
        **_people(frame, cutoff_at),
    }
    flagged = _flagged(upper, counted["branches"], in_posts, cutoff_at, without_admin)
    flags: dict[int, list[str]] = {}
    for name, nodes in flagged.items():
        counted[name] = _folded(frame, nodes)
        for node in nodes:
            flags.setdefault(node, []).append(name)
    return counted, flags


def _flagged(
    upper: list[tuple[int, Placed]],
    branches: list[int],
    in_posts: Container[int],
    cutoff_at: dt.datetime,
    without_admin: set[int] | None,
) -> dict[str, list[int]]:
    """The nodes each flag holds for."""
    secretaries, declared = cadres.with_secretary(cutoff_at), cadres.organs_declared(cutoff_at)
    if without_admin is None:
        without_admin = {unit.unit_id for _, unit in upper} - admins.administered()
    grassroots, organs = cadres.GRASSROOTS_KINDS, LEADING_ORGANS
    return {
        "units_hollow": [node for node, u in upper if u.kind in grassroots and not branches[node]],
        "units_without_cadre": [node for node, u in upper if u.unit_id not in in_posts],
        "units_without_secretary": [node for node, u in upper if u.unit_id not in secretaries],
        NO_ADMIN: [node for node, u in upper if u.unit_id in without_admin],
        # The stage of the leading organs is done where all of them have said 核对完成 (report.py).
        "organs_undeclared": [n for n, u in upper if u.kind in organs and u.unit_id not in declared],
    }


def _people(frame: Outline, cutoff_at: dt.datetime) -> dict[str, list[int]]:
    """Youths whose identity is not established, those of them overdue, members claimed elsewhere."""
    youths = members.youth_counts_by_branch(cutoff_at)
    columns: dict[str, Iterable[tuple[int, int]]] = {
        "youths_uncertain": ((branch, count) for branch, count, _ in youths),
        "rectifications_overdue": ((branch, late) for branch, _, late in youths),
        "claims_open": members.claim_counts_by_branch(cutoff_at),
    }
    return {name: tally.fold(frame.parents, frame.gathered(counts)) for name, counts in columns.items()}


def _folded(frame: Outline, nodes: Iterable[int]) -> list[int]:
    """How many of `nodes` lie in the sub-tree of each node."""
    there = Counter(nodes)
    return tally.fold(frame.parents, [there[node] for node in range(len(frame.nodes))])
