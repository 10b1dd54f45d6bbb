"""The chain over the audit trail: whoever changes or removes a sealed row breaks every later one.

Entries are written unchained, so that writers never wait for each other. `seal_entries`
takes them in order of id under one lock and gives each the next `seal_number` and
`digest = SHA-256(previous digest ‖ the row as canonical JSON)`. An id that is committed late
is sealed later; the number, not the id, is the order of the chain.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max

from zhtj.lib import locks

from orgs.models import AuditEntry

SEAL_LOCK = "audit-seal"
SLICE = 2_000
SPOT = 50_000  # entries looked at from the end, and of what lies before them
_FIELDS = ("id", "at", "actor_id", "door", "action", "unit_id", "person_id", "batch_id", "before", "after")


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found. `broken_at` is the first seal number that does not fit."""

    sealed: int
    broken_at: int | None
    oldest_unsealed_at: dt.datetime | None

    @property
    def ok(self) -> bool:
        return self.broken_at is None


def seal_entries(limit: int = 50_000) -> int:
    """Seal up to `limit` entries; returns how many. Safe to run twice at once: the second waits."""
    done = 0
    while done < limit:
        sealed = _seal_slice()
        done += sealed
        if sealed < SLICE:
            break
    return done


def walk_chain(first: int = 1, most: int | None = None) -> ChainReport:
    """Recompute the digests of `most` entries (None: all) from seal number `first` on, each from the
    one before it. Reads them once, in slices: about 1 s for 20 000. `sealed` is the last one that fits.
    """
    before = AuditEntry.objects.filter(seal_number=first - 1).first()
    previous, expected, broken_at = (before.digest if before else ""), first, None
    if first > 1 and before is None:
        broken_at = first - 1
    rows = AuditEntry.objects.filter(seal_number__gte=first).order_by("seal_number")
    for row in rows[:most].iterator(SLICE) if broken_at is None else ():
        if row.seal_number != expected or row.digest != _digest(previous, row):
            broken_at = expected
            break
        previous, expected = row.digest, expected + 1
    unsealed = AuditEntry.objects.filter(seal_number__isnull=True).order_by("id").first()
    return ChainReport(expected - 1, broken_at, unsealed.at if unsealed else None)


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


@transaction.atomic
def _seal_slice() -> int:
    locks.exclusive(SEAL_LOCK)
    last = AuditEntry.objects.filter(seal_number__isnull=False).order_by("-seal_number").first()
    previous, number = (last.digest, last.seal_number or 0) if last else ("", 0)
    rows = list(AuditEntry.objects.filter(seal_number__isnull=True).order_by("id")[:SLICE])
    for place, row in enumerate(rows, start=number + 1):
        row.seal_number = place
        previous = row.digest = _digest(previous, row)
    AuditEntry.objects.bulk_update(rows, ["seal_number", "digest"], batch_size=500)
    return len(rows)


def _digest(previous: str, row: AuditEntry) -> str:
    content = {name: getattr(row, name) for name in _FIELDS} | {"at": row.at.astimezone(dt.UTC).isoformat()}
    canonical = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
