"""The roster: members of a scope by their place in the tree, a page at a time."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Subquery

from zhtj.lib import crypto

import cadres.queries
from members.models import Member
from orgs import finding
from orgs.identity import squeeze
from orgs.models import OrgUnit, Person
from orgs.scopes import Scope

PAGE_SIZE = 50
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_NUMBER = re.compile(r"[0-9]{5,16}")


@dataclass(frozen=True, slots=True)
class Roster:
    """One page. `after` leads to the next ("" on the last); `posts` are the branch posts by member id."""

    members: list[Member]
    posts: dict[int, str]
    after: str


def members(scope: Scope, capability: str = "members.see") -> QuerySet[Member]:
    """Active members inside the scope, by place in the tree, then by entry."""
    return (
        Member.objects.filter(scope.q("branch", capability), until_at__isnull=True)
        .select_related("person", "branch")
        .order_by("branch__tree_id", "branch__lft", "id")
    )


def roster(scope: Scope, *, unit: OrgUnit, text: str = "", after: str = "") -> Roster:
    """A page of the members in the sub-tree of `unit`.

    `text` is the beginning of a name, or a whole national id (by its blind index), mobile or
    number; `after` the
    cursor of the page before, anything else is the first page. Three queries, the same at any depth.
    """
    found = members(scope).filter(below(unit))
    text = squeeze(text)
    if looks_like_id(text):
        found = found.filter(person__id_index=crypto.blind_index(text.upper()))
    elif _MOBILE.fullmatch(text):
        found = found.filter(person__mobile=text)
    elif _NUMBER.fullmatch(text):
        found = found.filter(development_number=text)
    elif text:
        found = found.filter(person__full_name__startswith=text)
    shown, cursor = page_after(found, after, PAGE_SIZE)
    return Roster(shown, posts_of_members(shown), cursor)


def page_after(found: QuerySet[Member], after: str, size: int) -> tuple[list[Member], str]:
    """The next `size` of `members(…)` behind the cursor, and the cursor of the page after ("" = none)."""
    page = list(found.filter(_later(after))[: size + 1])
    shown = page[:size]
    return shown, f"{shown[-1].branch_id}.{shown[-1].pk}" if len(page) > size else ""


def looks_like_id(text: str) -> bool:
    """Is the whole text written like a national id?"""
    return _ID.fullmatch(squeeze(text)) is not None


def is_private(text: str) -> bool:
    """An id or a mobile number: looked for by POST only, so that it never stands in a URL or a log."""
    return looks_like_id(text) or _MOBILE.fullmatch(squeeze(text)) is not None


def member_here(scope: Scope, branch: OrgUnit, national_id: str) -> Member | None:
    """The active member of this very branch with this id, if the scope sees it. One query."""
    index = crypto.blind_index(national_id)
    return members(scope).filter(branch=branch, person__id_index=index).first()


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


def _later(after: str) -> Q:
    """Behind the cursor `branch.member`, by the place the branch has now."""
    match = _CURSOR.fullmatch(after)
    if not match:
        return Q()
    branch_id, member_id = map(int, match.groups())
    here = Q(branch__lft__gte=Subquery(finding.place(branch_id).values("lft")))
    return here & ~Q(branch=branch_id, id__lte=member_id)


def posts_of_members(shown: list[Member]) -> dict[int, str]:
    """The posts these members hold in their own branches, by member id."""
    by_place = {(member.person_id, member.branch_id): member.pk for member in shown}
    posts: dict[int, list[str]] = {}
    for post in cadres.queries.posts_of([member.person_id for member in shown]):
        member_id = by_place.get((post.person_id, post.unit_id))
        if member_id is not None:
            posts.setdefault(member_id, []).append(post.post)
    return {member_id: "、".join(names) for member_id, names in posts.items()}
