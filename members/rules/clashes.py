"""Entries against each other and against the known world: pure, the world is handed in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from zhtj.lib.problems import Problem, Severity

from members import numbers
from members.rules.codes import EVERY_CODE
from members.rules.entry import Entry


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody the system knows, and the active membership, if there is one."""

    person_id: int
    full_name: str
    member_id: int | None = None
    branch_id: int | None = None
    branch_name: str = ""


@dataclass(frozen=True, slots=True)
class HeldNumber:
    """An active member who carries a development number."""

    person_id: int
    branch_name: str


@dataclass(frozen=True, slots=True)
class Known:
    """What of the world touches a set of entries: people by national id, holders by number."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[HeldNumber]] = field(default_factory=dict)

    def here(self, entry: Entry) -> KnownPerson | None:
        """The person of `entry`, if an active member of the very branch it names."""
        person = self.people.get(entry.national_id)
        return (
            person
            if person and person.branch_id is not None and person.branch_id == entry.branch_id
            else None
        )


def find_clashes(entries: Sequence[Entry], known: Known) -> list[list[Problem]]:
    """For each entry, what it collides with. Every row of a clash inside the file carries the code.

    Names of others' units are told, never others' data. Someone already in the same branch
    is no clash. Linear in the number of entries.
    """
    same_ids = _rows_by(entries, "national_id")
    same_numbers = _rows_by(entries, "development_number")
    ids, numbers_met = same_ids.keys() | known.people.keys(), same_numbers.keys() | known.numbers.keys()
    return [
        [*_id_clashes(entry, same_ids, known), *_number_clashes(entry, same_numbers, known)]
        if entry.national_id in ids or entry.development_number in numbers_met
        else []
        for entry in entries
    ]


def _rows_by(entries: Iterable[Entry], name: str) -> dict[str, list[int]]:
    """Value → rows that share it, for values met more than once."""
    values = [value for entry in entries if (value := getattr(entry, name))]
    if len(set(values)) == len(values):
        return {}
    rows: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if value := getattr(entry, name):
            rows[value].append(entry.row)
    return {value: shared for value, shared in rows.items() if len(shared) > 1}


def _id_clashes(entry: Entry, same_ids: Mapping[str, list[int]], known: Known) -> list[Problem]:
    problems = []
    if entry.national_id in same_ids:
        rows = _others(same_ids[entry.national_id], entry.row)
        problems.append(EVERY_CODE.problem("national_id.twice_in_file", rows=rows))
    person = known.people.get(entry.national_id)
    if person is None:
        return problems
    if person.branch_id is not None and entry.branch_id is not None and person.branch_id != entry.branch_id:
        problems.append(EVERY_CODE.problem("national_id.elsewhere", unit=person.branch_name))
    elif entry.full_name and person.full_name != entry.full_name:
        problems.append(EVERY_CODE.problem("person.name_mismatch"))
    return problems


def _number_clashes(entry: Entry, same_numbers: Mapping[str, list[int]], known: Known) -> list[Problem]:
    number = entry.development_number
    if not number:
        return []
    severity = Severity.ERROR if numbers.is_unique(number) else Severity.WARNING
    problems = []
    if number in same_numbers:
        rows = _others(same_numbers[number], entry.row)
        code = "development_number.twice_in_file"
        problems.append(EVERY_CODE.problem(code, severity=severity, rows=rows))
    person = known.people.get(entry.national_id)
    for holder in known.numbers.get(number, ()):
        if person is None or holder.person_id != person.person_id:
            code = "development_number.taken"
            problems.append(EVERY_CODE.problem(code, severity=severity, unit=holder.branch_name))
            break
    return problems


def _others(rows: Sequence[int], own: int) -> str:
    """The other rows, at most five of them named; looks at no more (a number may fill a file)."""
    others = [str(row) for row in islice((row for row in rows if row != own), 6)]
    return "、".join(others[:5]) + ("等" if len(others) > 5 else "")
