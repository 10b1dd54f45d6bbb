"""The known world a set of entries is judged against. For actions and imports, not for pages:
what is found here may lie outside the reader's scope, and only rules may speak of it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from django.db.models.functions import Length

from zhtj.lib import bulk, crypto, masks
from zhtj.lib.problems import Problem

import cadres.queries
from cadres.models import Cadre
from members import numbers
from members.models import Member
from members.rules import Entry, HeldNumber, Known, KnownPerson, find_clashes
from orgs import people


def load_known(entries: Sequence[Entry]) -> Known:
    """Who of these people is known where, and who holds these development numbers.

    Three queries for each 2 000 entries.
    """
    found = people.find_people(entry.national_id for entry in entries if entry.national_id)
    held = _active_memberships([person.id for person in found.values()])
    return Known(
        people={
            national_id: KnownPerson(person.id, person.full_name, *held.get(person.id, ()))
            for national_id, person in found.items()
        },
        numbers=_holders({entry.development_number for entry in entries if entry.development_number}),
    )


@dataclass(slots=True)
class Record:
    """A member as stored, in the shape of an entry, and the posts held in the branch by name."""

    member_id: int
    person_id: int
    entry: Entry
    is_attested: bool = False  # somebody has answered for evidence left blank
    posts: dict[str, Cadre] = field(default_factory=dict)

    def holding(self, post: str) -> Entry:
        """The stored entry; of several posts the one named `post`, if held, else the first."""
        if not self.posts:
            return self.entry
        held = self.posts.get(post) or next(iter(self.posts.values()))
        return replace(
            self.entry,
            is_cadre=True,
            post=held.post,
            engagement=held.engagement,
            appointed_on=held.appointed_on,
        )


def load_records(member_ids: Collection[int]) -> dict[int, Record]:
    """These members as stored. Two queries for each 2 000."""
    members = bulk.among(Member.objects.select_related("person"), "pk", member_ids)
    records = {
        member.pk: Record(member.pk, member.person_id, _stored(member), member.attested_at is not None)
        for member in members
    }
    by_place = {(record.person_id, record.entry.branch_id): record for record in records.values()}
    for post in cadres.queries.posts_of([record.person_id for record in records.values()]):
        if record := by_place.get((post.person_id, post.unit_id)):
            record.posts[post.post] = post
    return records


def record_of(member: Member) -> Record:
    """One member as stored. Two queries."""
    return load_records([member.pk])[member.pk]


def _stored(member: Member) -> Entry:
    person = member.person
    return Entry(
        full_name=person.full_name,
        ethnicity=person.ethnicity,
        political_status=person.political_status,
        joined_on=member.joined_on,
        is_cadre=False,
        development_number=member.development_number,
        application_form=member.application_form,
        member_card=member.member_card,
        transfer_letter=member.transfer_letter,
        education=person.education,
        mobile=person.mobile,
        workplace=person.workplace,
        email=person.email,
        qq=person.qq,
        wechat=person.wechat,
        joined_party_on=person.joined_party_on,
        is_volunteer=person.is_volunteer,
        branch_id=member.branch_id,
        waived=frozenset(member.waived.split()),
    )


def clashes(entry: Entry, about: str) -> list[Problem]:
    """What this one entry meets in its id (with the name) or its number: as typed, or held by others.

    The holding unit is named, nothing else about anybody. At most three queries.
    """
    fields = ("national_id", "full_name") if about == "national_id" else ("development_number",)
    unread = [entry.unread[name] for name in fields[:1] if name in entry.unread]
    (found,) = find_clashes([entry], load_known([entry]))
    return [*unread, *(problem for problem in found if problem.field in fields)]


def as_person(entry: Entry, member: Member) -> Entry:
    """`entry` as said about this member: with the id and branch on record."""
    national_id = crypto.unseal(member.person.id_sealed)
    return replace(
        entry, national_id=national_id, branch_id=member.branch_id, full_name=member.person.full_name
    )


def with_own_id(entry: Entry, member: Member) -> Entry:
    """`entry` with the id on record where it states none."""
    if entry.national_id or "national_id" in entry.unread:
        return entry
    return replace(entry, national_id=crypto.unseal(member.person.id_sealed))


def holder_of(entry: Entry) -> int | None:
    """The active member who carries the number of `entry` and is somebody else. Two queries."""
    found = people.find_people([entry.national_id]).get(entry.national_id)
    others = Member.objects.filter(until_at__isnull=True, development_number=entry.development_number)
    if not numbers.is_unique(entry.development_number):
        return None
    others = others.alias(size=Length("development_number")).filter(size__gte=numbers.LENGTH)
    if found is not None:
        others = others.exclude(person=found.id)
    return others.order_by().values_list("pk", flat=True).first()


def _active_memberships(person_ids: Sequence[int]) -> dict[int, tuple[int, int, str]]:
    """Person → (member_id, branch_id, name of the branch)."""
    active = Member.objects.filter(until_at__isnull=True).order_by()
    names = ("branch__short_name", "branch__parent__short_name")
    rows = bulk.among(active.values_list("person_id", "pk", "branch_id", *names), "person_id", person_ids)
    return {person: (member, branch, _named(name, above)) for person, member, branch, name, above in rows}


def _named(branch: str, above: str | None) -> str:
    """`第一中学团委 2班团支部`: a branch's name alone says little outside its committee."""
    return f"{above} {branch}" if above else branch


def _holders(wanted: set[str]) -> dict[str, list[HeldNumber]]:
    """Number → its active holders. Two partial indexes, one for unique and one for short numbers.

    A national id in the wrong column is no number: it is not asked for, statements may be logged.
    """
    wanted = {number for number in wanted if len(number) <= numbers.LONGEST or not masks.holds_id(number)}
    active = Member.objects.filter(until_at__isnull=True).alias(size=Length("development_number"))
    columns = ("development_number", "person_id", "branch__short_name", "branch__parent__short_name")
    holders = defaultdict(list)
    for part, values in (
        (active.filter(size__gte=numbers.LENGTH), [n for n in wanted if numbers.is_unique(n)]),
        (
            active.filter(size__lt=numbers.LENGTH).exclude(development_number=""),
            [n for n in wanted if not numbers.is_unique(n)],
        ),
    ):
        rows = bulk.among(part.order_by().values_list(*columns), "development_number", values)
        for number, person_id, branch_name, above in rows:
            holders[number].append(HeldNumber(person_id, _named(branch_name, above)))
    return dict(holders)
