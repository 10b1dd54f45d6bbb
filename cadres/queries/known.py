"""The known world a set of entries is judged against. For actions and imports, not for pages:
what is found here may lie outside the reader's scope, and only rules may speak of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from zhtj.lib import bulk

import orgs.queries
from cadres.models import Cadre, CadreState
from cadres.queries.units import ENTER, PRELOAD
from cadres.rules import Entry, shown_entry
from orgs import people
from orgs.models import Person
from orgs.scopes import Scope

Homes = Mapping[int, tuple[int, str]]  # person → unit of the active membership and its name


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody the system knows, whose data which unit keeps, and whether this scope may change it."""

    person_id: int
    full_name: str
    stored: Entry
    keeper: str = ""  # the unit that keeps the basic data; "" = nobody yet
    is_editable: bool = True
    home_id: int | None = None  # the branch of the active membership


@dataclass(frozen=True, slots=True)
class Known:
    """What of the world touches a set of entries: people by national id, their posts held now."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    posts: Mapping[tuple[int, int, str], Cadre] = field(default_factory=dict)

    def post_of(self, entry: Entry) -> Cadre | None:
        """The very post that `entry` names, if the person holds it already."""
        person = self.people.get(entry.national_id)
        if person is None or entry.unit_id is None:
            return None
        return self.posts.get((person.person_id, entry.unit_id, entry.post))


def load_known(entries: Sequence[Entry], scope: Scope) -> Known:
    """Who of these people is known, and what they hold. Four queries for each 2 000 known people."""
    found = people.find_people(entry.national_id for entry in entries if entry.national_id)
    if not found:
        return Known()
    described = describe([person.id for person in found.values()], scope)
    ids = {national_id: person.id for national_id, person in found.items()}
    return Known({text: described[pk][0] for text, pk in ids.items()}, _by_place(described))


def describe(person_ids: Sequence[int], scope: Scope) -> dict[int, tuple[KnownPerson, list[Cadre]]]:
    """These people as stored, with the posts they hold, the eldest first."""
    stored = people.people_by_id(person_ids)
    held: dict[int, list[Cadre]] = {pk: [] for pk in stored}
    posts = Cadre.objects.filter(until_at__isnull=True).select_related("unit").order_by("id")
    for post in bulk.among(posts, "person_id", stored):
        held[post.person_id].append(post)
    homes = _homes(list(stored))
    reach = _Reach(scope, homes, held)
    return {
        pk: (
            KnownPerson(
                pk,
                person.full_name,
                stored_entry(person),
                reach.keeper(pk),
                reach.may_edit(pk),
                homes[pk][0] if pk in homes else None,
            ),
            held[pk],
        )
        for pk, person in stored.items()
    }


def posts_of(person_ids: Sequence[int]) -> Iterable[Cadre]:
    """All posts these people hold now, the eldest first. For other rooms' actions, which check the scope."""
    held = Cadre.objects.filter(until_at__isnull=True).order_by("id")
    return bulk.among(held, "person_id", person_ids)


def posts_at(person: Any, unit: Any) -> QuerySet[Cadre]:
    """The posts held now by this person in this unit, both given as values or outer references: for an
    `Exists` in another room's statement, which a scope has narrowed."""
    return Cadre.objects.filter(person=person, unit=unit, until_at__isnull=True).order_by()


def stored_entry(person: Person, cadre: Cadre | None = None) -> Entry:
    """A person, and one post of theirs, in the shape of an entry."""
    entry = Entry(
        full_name=person.full_name,
        ethnicity=person.ethnicity,
        political_status=person.political_status,
        education=person.education,
        mobile=person.mobile,
        workplace=person.workplace,
        email=person.email,
        qq=person.qq,
        wechat=person.wechat,
        joined_party_on=person.joined_party_on,
    )
    if cadre is not None:
        entry.post, entry.unit_id, entry.engagement = cadre.post, cadre.unit_id, cadre.engagement
        entry.appointed_on, entry.joined_on = cadre.appointed_on, cadre.joined_on
    return entry


def fingerprint(cadre: Cadre) -> str:
    """A short keyed sign of what is stored of a post and its holder: equal as long as nobody changes it.

    No query where `person` is loaded.
    """
    said = sorted(shown_entry(stored_entry(cadre.person, cadre)).items())
    return salted_hmac("cadres.record", repr((cadre.pk, str(cadre.state), said))).hexdigest()[:24]


class _Reach:
    """Who keeps whose basic data (domain, section 4): the unit of the active membership, without one
    that of the first post; and whether a scope may enter there. At most three queries."""

    def __init__(self, scope: Scope, homes: Homes, held: Mapping[int, list[Cadre]]) -> None:
        self._homes = homes
        self._first = {pk: posts[0] for pk, posts in held.items() if posts and pk not in homes}
        of_members = {unit_id for unit_id, _ in homes.values()}
        of_posts = {post.unit_id for post in self._first.values()}
        self._members = _reached(scope, "members.enter", of_members)
        self._posts = _reached(scope, ENTER, of_posts)
        self._preloads = _reached(scope, PRELOAD, of_posts)

    def keeper(self, person_id: int) -> str:
        if person_id in self._homes:
            return self._homes[person_id][1]
        return self._first[person_id].unit.short_name if person_id in self._first else ""

    def may_edit(self, person_id: int) -> bool:
        if person_id in self._homes:
            return self._homes[person_id][0] in self._members
        if (first := self._first.get(person_id)) is None:
            return True
        is_pending = first.state == CadreState.PENDING and first.unit_id in self._preloads
        return first.unit_id in self._posts or is_pending


def _reached(scope: Scope, capability: str, unit_ids: set[int]) -> set[int]:
    if not unit_ids or not scope.has(capability):
        return set()
    units = orgs.queries.units(scope, capability).order_by()
    return set(bulk.among(units.values_list("pk", flat=True), "pk", unit_ids))


def _homes(person_ids: Sequence[int]) -> Homes:
    """Where these people are members, asked of the function the settings name."""
    if not settings.ZHTJ_PERSON_HOMES or not person_ids:
        return {}
    find: Callable[[Sequence[int]], Homes] = import_string(settings.ZHTJ_PERSON_HOMES)
    return find(person_ids)


def _by_place(
    described: Mapping[int, tuple[KnownPerson, list[Cadre]]],
) -> dict[tuple[int, int, str], Cadre]:
    return {
        (post.person_id, post.unit_id, post.post): post for _, posts in described.values() for post in posts
    }
