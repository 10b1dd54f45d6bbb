"""The roster: members of a scope by their place in the tree, a page at a time."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Subquery

from zhtj.lib import crypto

import cadres.queries
import orgs.queries
from members.models import Member
from members.queries import walk
from members.queries.filters import NO_FILTERS, Filters, leading, leading_people, narrow, overage
from members.queries.settings import admission_policy
from members.rules import Policy
from orgs import finding, people
from orgs.kinds import UnitKind
from orgs.models import OrgUnit, Person
from orgs.scopes import Scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Roster:
    """One page. `after` leads to the next ("" on the last); `posts` are the branch posts by member id;
    `looked_to` the last branch looked at, where a search was broken off (see `walk`)."""

    members: list[Member]
    posts: dict[int, str]
    after: str
    looked_to: OrgUnit | None = None


def members(scope: Scope, capability: str = "members.see") -> QuerySet[Member]:
    """Active members inside the scope, by place in the tree, then by entry."""
    return ever(scope, capability).filter(until_at__isnull=True)


def ever(scope: Scope, capability: str = "members.see") -> QuerySet[Member]:
    """Memberships inside the scope, past ones too, by place in the tree, then by entry."""
    return (
        Member.objects.filter(scope.q("branch", capability))
        .select_related("person", "branch")
        .order_by("branch__tree_id", "branch__lft", "id")
    )


def narrowed(
    scope: Scope,
    unit: OrgUnit,
    filters: Filters,
    *,
    today: dt.date,
    capability: str = "members.see",
) -> QuerySet[Member]:
    """The whole roster of the sub-tree of `unit` under these filters, in order. A query for the settings
    where the age is asked."""
    found = ever(scope, capability).filter(below(unit))
    return narrow(found, filters, born_until=_born_until(filters, today))


def roster(
    scope: Scope,
    *,
    unit: OrgUnit,
    today: dt.date,
    filters: Filters = NO_FILTERS,
    after: str = "",
    size: int = 0,
    capability: str = "members.see",
) -> Roster:
    """A page of the members in the sub-tree of `unit`; `after` the cursor of the page before, anything
    else is the first page. Four queries for a plain list, at any depth; a search: see `walk`.
    """
    size = size or PAGE_SIZE
    born_until = _born_until(filters, today)
    found = narrow(ever(scope, capability).filter(below(unit)), filters, born_until=born_until)
    if filters.is_blank or filters.is_impossible or unit.is_branch:
        page = walk.plain_page(found, after, size)
    else:
        page = walk.search_page(
            found,
            few=lambda: _few(filters, born_until),
            branches=_branches(scope, unit, filters, capability),
            after=after,
            size=size,
        )
    return Roster(page.members, posts_of_members(page.members), page.after, page.looked_to)


def member_here(scope: Scope, branch: OrgUnit, national_id: str) -> Member | None:
    """The active member of this very branch with this id, if the scope sees it. One query."""
    index = crypto.blind_index(national_id)
    return members(scope).filter(branch=branch, person__id_index=index).first()


def periods_of(scope: Scope, name: str, capability: str) -> QuerySet[Member]:
    """Every membership, active or ended, of people of exactly this name where the capability holds."""
    found = Member.objects.filter(scope.q("branch", capability), person__full_name=name)
    return found.select_related("person", "branch").order_by("person_id", "from_at", "id")


def person_seen(scope: Scope, person_id: int) -> Person | None:
    """Somebody the scope sees as a member or as the holder of a post. At most two queries."""
    for found in (members(scope), cadres.queries.cadres(scope)):
        if row := found.filter(person=person_id).first():
            person: Person = row.person
            return person
    return None


def below(unit: OrgUnit) -> Q:
    """In the sub-tree of `unit`, where it stands when the statement runs."""
    if unit.is_branch:
        return Q(branch=unit)
    place = finding.place(unit.pk)
    return Q(
        branch__tree_id=Subquery(place.values("tree_id")),
        branch__lft__gt=Subquery(place.values("lft")),
        branch__lft__lt=Subquery(place.values("rght")),
    )


def posts_of_members(shown: list[Member]) -> dict[int, str]:
    """The posts these members hold in their own branches, by member id."""
    by_place = {(member.person_id, member.branch_id): member.pk for member in shown}
    posts: dict[int, list[str]] = {}
    for post in cadres.queries.posts_of([member.person_id for member in shown]):
        member_id = by_place.get((post.person_id, post.unit_id))
        if member_id is not None:
            posts.setdefault(member_id, []).append(post.post)
    return {member_id: "、".join(names) for member_id, names in posts.items()}


def _few(filters: Filters, born_until: dt.date | None) -> list[int] | None:
    """The memberships to which one of the indexes leads, wherever they lie (they are not shown), where
    they are at most `walk.LED`; else None. One query for each part an index answers, two for a part on
    people."""
    leads = list(leading(filters))
    for which in leading_people(filters, born_until):
        if people.are_few(which, walk.LED_PEOPLE):
            leads.append(Q(person__in=Person.objects.filter(which)))
    for lead in leads:
        ids = Member.objects.filter(lead).order_by().values_list("pk", flat=True)
        if len(found := list(ids[: walk.LED + 1])) <= walk.LED:
            return found
    return None


def _born_until(filters: Filters, today: dt.date) -> dt.date | None:
    policy = admission_policy() if filters.is_overage else Policy()
    return overage(filters, policy, today)


def _branches(scope: Scope, unit: OrgUnit, filters: Filters, capability: str) -> QuerySet[OrgUnit]:
    """The branches of the sub-tree in which rows under these filters may lie."""
    place = finding.place(unit.pk)
    return orgs.queries.units(scope, capability).filter(
        filters.of_branch(),
        kind=UnitKind.BRANCH,
        tree_id=Subquery(place.values("tree_id")),
        lft__gt=Subquery(place.values("lft")),
        lft__lt=Subquery(place.values("rght")),
    )
