"""The chain over the audit trail: whoever changes or removes a sealed row breaks every later one.

Entries are written unchained, so that writers never wait for each other. `seal_entries`
takes them in order of id under one lock and gives each the next `seal_number` and
`digest = SHA-256(previous digest ‖ the row as canonical JSON)`. An id that is committed late
is sealed later; the number, not the id, is the order of the chain.

What a chain cannot say of itself is where it ends: rows cut off its end leave a chain that fits. So the last
number and digest are kept beside it as well, sealed with the field key, which the database does not hold
(`AuditMark`); and `doctor` prints them: a note outside the machine gives away even an old mark put back.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max

from zhtj.lib import crypto, locks

from orgs.models import AuditEntry, AuditMark

SEAL_LOCK = "audit-seal"
SLICE = 2_000
SPOT = 50_000  # entries looked at from the end, and of what lies before them
HEAD = "head"
NOTED = 16  # characters of a digest that are printed and compared with what was noted
_FIELDS = ("id", "at", "actor_id", "door", "action", "unit_id", "person_id", "batch_id", "before", "after")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the chain; that before the first is number 0."""

    number: int = 0
    digest: str = ""

    @property
    def noted(self) -> str:
        """As it is printed and noted down, `number:digest`; "" before the first entry."""
        return f"{self.number}:{self.digest[:NOTED]}" if self.number else ""


START = Place()


@dataclass(frozen=True, slots=True)
class End:
    """The end of the chain: the last row, and where the mark beside it says that it is (None: it cannot be
    read, or is gone)."""

    last: Place
    head: Place | None

    @property
    def missing(self) -> int:
        """Entries that were sealed and are no longer there, at the end."""
        return max(self.head.number - self.last.number, 0) if self.head else 0

    @property
    def ok(self) -> bool:
        return self.head == self.last


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found. `broken_at` is the first seal number that does not fit."""

    sealed: int
    broken_at: int | None
    oldest_unsealed_at: dt.datetime | None
    end: End

    @property
    def ok(self) -> bool:
        return self.broken_at is None and self.end.ok


def seal_entries(limit: int = 50_000) -> int:
    """Seal up to `limit` entries; returns how many. Safe to run twice at once: the second waits."""
    done = 0
    while done < limit:
        sealed = _seal_slice()
        done += sealed
        if sealed < SLICE:
            break
    return done


@transaction.atomic
def end_of_chain() -> End:
    """The last row and the mark, of one moment. Three short statements under the sealing's lock."""
    locks.exclusive(SEAL_LOCK)
    return _end()


def noted_end() -> str:
    """Where the chain ends by the mark beside it, to be noted outside (`Place.noted`); "" where nothing is
    sealed or the mark cannot be read. One query, no lock."""
    said = read_mark(HEAD)
    return Place(**said).noted if said else ""  # type: ignore[arg-type] # as `write_mark` was given it


def walk(start: Place, most: int | None = None) -> tuple[Place, int | None]:
    """Recompute the digests of `most` entries (None: all) after `start`, each from the one before it: the
    last that fits, and the number of the first that does not. Reads each once, in slices: 1 s for 20 000.
    """
    previous = start
    rows = AuditEntry.objects.filter(seal_number__gt=start.number).order_by("seal_number")
    for row in rows[:most].iterator(SLICE):
        number = previous.number + 1
        if row.seal_number != number or row.digest != _digest(previous.digest, row):
            return previous, number
        previous = Place(number, row.digest)
    return previous, None


def walk_chain(first: int = 1, most: int | None = None) -> ChainReport:
    """`walk` from seal number `first` on, with the end of the chain. `sealed` is the last one that fits."""
    end = end_of_chain()
    before = AuditEntry.objects.filter(seal_number=first - 1).first()
    if before is None and first > 1:
        return ChainReport(first - 1, first - 1, oldest_unsealed_at(), end)
    reached, broken_at = walk(Place(first - 1, before.digest if before else ""), most)
    return ChainReport(reached.number, broken_at, oldest_unsealed_at(), end)


def spot_check(day: int, most: int = SPOT) -> ChainReport:
    """Verify the chain in bounded time: its last `most` entries, and one earlier stretch as long.

    Which stretch, `day` (any running number) decides: as the days go by, all come round.
    """
    last = AuditEntry.objects.aggregate(last=Max("seal_number"))["last"] or 0
    earlier = max(last - most, 0)
    report = walk_chain(earlier + 1)
    if report.ok and earlier:
        stretches = -(-earlier // most)
        older = walk_chain(day % stretches * most + 1, most)
        return older if not older.ok else report
    return report


def stands(number: int, noted: str) -> bool:
    """Does entry `number` still carry the digest that was noted of it (its first characters)? One query."""
    row = AuditEntry.objects.filter(seal_number=number).first()
    return row is not None and len(noted) >= NOTED and row.digest.startswith(noted.lower())


def oldest_unsealed_at() -> dt.datetime | None:
    row = AuditEntry.objects.filter(seal_number__isnull=True).order_by("id").first()
    return row.at if row else None


def read_mark(name: str) -> dict[str, object] | None:
    """What a mark says; {} where there is none, None where it was not written here. One query."""
    mark = AuditMark.objects.filter(name=name).first()
    if mark is None:
        return {}
    try:
        said = json.loads(crypto.unseal(mark.sealed))
    except (crypto.SealBroken, ValueError):
        return None
    return said if isinstance(said, dict) and said.pop("mark", None) == name else None


def write_mark(name: str, said: dict[str, object]) -> None:
    """Keep a mark, sealed together with its name. One statement or two."""
    text = json.dumps({"mark": name, **said}, cls=DjangoJSONEncoder)
    AuditMark.objects.update_or_create(name=name, defaults={"sealed": crypto.seal(text)})


@transaction.atomic
def _seal_slice() -> int:
    locks.exclusive(SEAL_LOCK)
    end = _end()
    # Goes on behind what was sealed, also where rows are missing at the end: the gap stays to be seen.
    previous = end.head if end.head and end.missing else end.last
    rows = list(AuditEntry.objects.filter(seal_number__isnull=True).order_by("id")[:SLICE])
    for row in rows:
        row.digest = _digest(previous.digest, row)
        row.seal_number = previous.number + 1
        previous = Place(row.seal_number, row.digest)
    AuditEntry.objects.bulk_update(rows, ["seal_number", "digest"], batch_size=500)
    if rows and (end.ok or end.missing):  # else the mark stays as it is: that it does not fit is to be seen
        write_mark(HEAD, {"number": previous.number, "digest": previous.digest})
    return len(rows)


def _end() -> End:
    row = AuditEntry.objects.filter(seal_number__isnull=False).order_by("-seal_number").first()
    last = Place(row.seal_number or 0, row.digest) if row else START
    said = read_mark(HEAD)
    if said is None or (not said and last != START):
        return End(last, None)
    return End(last, Place(**said) if said else START)  # type: ignore[arg-type] # as `write_mark` was given it


def _digest(previous: str, row: AuditEntry) -> str:
    content = {name: getattr(row, name) for name in _FIELDS} | {"at": row.at.astimezone(dt.UTC).isoformat()}
    canonical = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
