"""A pasted list of names or ids compared with the roster: who is in, who is not.

Specification. At most 2 000 lines, ids shown masked. An id finds its one person. A name finds everybody of
that name in the sub-tree; in a large one a name borne by more than SAME_NAME people anywhere is said to be
too common to tell, and the id asked for: nobody can read a list of three hundred 王伟.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from zhtj.lib import bulk, crypto, masks

from members.models import Member
from members.queries.filters import looks_like_id
from members.queries.rosters import below, members
from orgs import people
from orgs.identity import squeeze
from orgs.models import OrgUnit
from orgs.scopes import Scope

MOST_PASTED = 2_000
SMALL = 5_000  # members of a sub-tree whose names are all read
SAME_NAME = 5


@dataclass(slots=True)
class Pasted:
    """Who is in (as typed, member), who is not, and names too common to tell (with how many bear them)."""

    found: list[tuple[str, Member]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    common: list[tuple[str, int]] = field(default_factory=list)


def compare_pasted(scope: Scope, unit: OrgUnit, lines: Iterable[str]) -> Pasted:
    """Which of these names or ids are in the sub-tree of `unit`. At most six queries.

    The names are looked up among people first: joined with a place at once, the planner would read the
    whole province.
    """
    typed = list(dict.fromkeys(word for line in lines if (word := squeeze(line))))[:MOST_PASTED]
    ids = {word: crypto.blind_index(word.upper()) for word in typed if looks_like_id(word)}
    names = [word for word in typed if word not in ids]
    here = members(scope).filter(below(unit))
    by_index = _by_index(here, ids.values())
    by_name, common = _by_name(here, names)
    pasted = Pasted()
    for word in typed:
        label = masks.mask_id(word) if word in ids else word[:40]
        hits = by_index.get(ids[word], []) if word in ids else by_name.get(word, [])
        pasted.found += [(label, member) for member in hits]
        if word in common:
            pasted.common.append((label, common[word]))
        elif not hits:
            pasted.missing.append(label)
    return pasted


def _by_index(here: QuerySet[Member], indexes: Iterable[UUID]) -> dict[UUID, list[Member]]:
    found: dict[UUID, list[Member]] = {}
    for member in bulk.among(here.order_by(), "person__id_index", indexes):
        found.setdefault(member.person.id_index, []).append(member)
    return found


def _by_name(
    here: QuerySet[Member], names: Collection[str]
) -> tuple[dict[str, list[Member]], dict[str, int]]:
    """Members by name, and the names too common to tell."""
    found: dict[str, list[Member]] = {}
    if not names:
        return found, {}
    pairs = list(here.order_by().values_list("pk", "person__full_name")[: SMALL + 1])
    common: dict[str, int] = {}
    if len(pairs) <= SMALL:
        wanted = set(names)
        hits = bulk.among(here, "pk", [pk for pk, name in pairs if name in wanted])
    else:
        common = people.common_names(names, more_than=SAME_NAME)
        bearers = people.bearers([name for name in names if name not in common])
        hits = bulk.among(here.order_by(), "person", bearers)
    for member in hits:
        found.setdefault(member.person.full_name, []).append(member)
    return found, common
