"""Identity lives once: finding, registering and updating people. The only writer of `Person`.

Called by the actions of the rooms above, inside their transaction and after their scope
checks; these functions check rules no more. People are inserted in the order of their blind
index, so that two transactions registering the same ones wait for each other and never in a
circle; the loser meets the unique index (IntegrityError) and its caller looks again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q

from zhtj.lib import bulk, crypto
from zhtj.lib.workbook import Report, unheard

from orgs import identity
from orgs.models import Person

# What an entry may say about somebody besides who it is; blank never overwrites.
DETAILS = (
    "ethnicity",
    "political_status",
    "education",
    "mobile",
    "workplace",
    "email",
    "qq",
    "wechat",
    "joined_party_on",
    "is_volunteer",
)
_COLUMNS = ("id", "id_sealed", "id_index", "full_name", "sex", "birth_on", *DETAILS)
_details = attrgetter(*DETAILS)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody the system knows."""

    id: int
    full_name: str


def find_people(national_ids: Iterable[str]) -> dict[str, FoundPerson]:
    """The known ones by national id, wherever they are. One query for each 2 000 ids."""
    wanted = list(dict.fromkeys(national_ids))
    by_index = dict(zip(crypto.blind_digits(wanted), wanted, strict=True))
    columns = Person.objects.order_by().values_list("id_index", "id", "full_name")
    rows = bulk.among(columns, "id_index", by_index)
    return {by_index[index.hex]: FoundPerson(pk, name) for index, pk, name in rows}


def find_person(national_id: str) -> Person | None:
    """One person by national id. One query."""
    return Person.objects.filter(id_index=crypto.blind_index(national_id)).first()


def common_names(names: Iterable[str], *, more_than: int) -> dict[str, int]:
    """Those of the names that more than so many people bear, and how many do. One query for each 2 000."""
    counts = Person.objects.order_by().values_list("full_name").annotate(count=Count("pk"))
    return {name: count for name, count in bulk.among(counts, "full_name", names) if count > more_than}


def bearers(names: Iterable[str]) -> list[int]:
    """The ids of everybody of these names, wherever they are. One query for each 2 000, by index."""
    return list(bulk.among(Person.objects.order_by().values_list("pk", flat=True), "full_name", names))


def are_few(which: Q, most: int) -> bool:
    """Are there at most `most` such people, wherever they are? One query, cheap where an index answers it."""
    return Person.objects.filter(which).order_by()[: most + 1].count() <= most


def people_by_id(person_ids: Iterable[int]) -> dict[int, Person]:
    """These people as stored. One query for each 2 000."""
    return {person.pk: person for person in bulk.among(Person.objects.order_by(), "pk", person_ids)}


def register_people(described: Sequence[Any], report: Report = unheard) -> list[int]:
    """Insert new people; returns their ids in the order given. `report` hears how many are on their way.

    Each item has `national_id` (valid), `full_name` and the DETAILS as attributes. About 15 µs
    a person. Raises IntegrityError if one of them is known already.
    """
    indexes = crypto.blind_digits([item.national_id for item in described])
    in_order = sorted(range(len(described)), key=indexes.__getitem__)
    ids = bulk.reserve_ids(Person, len(described))
    given = dict(zip(in_order, ids, strict=True))
    who = ((pk, indexes[position], described[position]) for position, pk in given.items())
    bulk.insert(Person, _COLUMNS, _rows(who, report))
    return [given[position] for position in range(len(described))]


def _rows(people: Iterator[tuple[int, str, Any]], report: Report) -> Iterator[tuple[Any, ...]]:
    """What is stored of each of these (id, blind index, item)."""
    done = 0
    while part := list(islice(people, bulk.SLICE)):
        sealed = crypto.seal_all([item.national_id for _, _, item in part])
        for (pk, index, item), seal in zip(part, sealed, strict=True):
            national_id = item.national_id
            who = (item.full_name, identity.sex(national_id), identity.birth_on(national_id))
            yield (pk, seal, index, *who, *_details(item))
        done += len(part)
        report(done)


def update_people(
    described: Mapping[int, Any], *, clears_blanks: bool = False
) -> dict[int, dict[str, tuple[Any, Any]]]:
    """Store the DETAILS of each item under its person id; returns who changed: field → (old, new).

    A blank leaves what is stored, unless `clears_blanks`. Name and national id are never
    touched: they change by an approved correction only.
    """
    changed: list[Person] = []
    told: dict[int, dict[str, tuple[Any, Any]]] = {}
    for person in Person.objects.select_for_update().filter(pk__in=list(described)).order_by("pk"):
        new = {
            name: value
            for name, value in zip(DETAILS, _details(described[person.pk]), strict=True)
            if value != getattr(person, name) and (clears_blanks or value not in (None, ""))
        }
        if not new:
            continue
        told[person.pk] = {name: (getattr(person, name), value) for name, value in new.items()}
        for name, value in new.items():
            setattr(person, name, value)
        changed.append(person)
    if changed:
        names = sorted({name for fields in told.values() for name in fields})
        Person.objects.bulk_update(changed, names, batch_size=500)
    return told


def change_identity(person_id: int, *, full_name: str, national_id: str) -> None:
    """Store a corrected name and id: what a superior has approved. One update.

    Raises IntegrityError if the id is somebody else's.
    """
    Person.objects.filter(pk=person_id).update(
        full_name=full_name,
        id_sealed=crypto.seal(national_id),
        id_index=crypto.blind_index(national_id),
        sex=identity.sex(national_id),
        birth_on=identity.birth_on(national_id),
    )
