"""The chain verified in rounds, a stretch at a time, so that no request and no task reads millions of rows.

Each minute a task goes on from where the last one stopped (`AuditMark` "round", sealed like the head: who
writes to the database cannot say that something was verified). A round that has come to the end is noted with
its moment and its length, and the next begins at the first entry; a stretch begins from the digest that was
verified, so that rows changed behind it are found at once where they were chained anew, else in the next
round. A place that does not fit stops the round there until it fits.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from zhtj.lib import days, locks

from orgs import sealing
from orgs.sealing import START, End, Place

ROUND = "round"
EACH_MINUTE = 10_000  # about 0.5 s; three million are gone through in five hours
AT_ONCE = 20_000  # for somebody who waits


@dataclass(frozen=True, slots=True)
class Round:
    """How far the chain is verified: the place reached in this round and when, the last whole one."""

    at: Place = START
    began_at: dt.datetime | None = None
    looked_at: dt.datetime | None = None
    whole: int = 0
    whole_at: dt.datetime | None = None
    broken_at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the chain. `is_kept`: the mark of the rounds was written here and fits the head."""

    end: End
    round: Round
    is_kept: bool
    oldest_unsealed_at: dt.datetime | None

    @property
    def sealed(self) -> int:
        """Entries sealed so far, whether they are still there or not."""
        return max(self.end.last.number, self.end.head.number if self.end.head else 0)

    @property
    def broken_at(self) -> int | None:
        return self.round.broken_at

    @property
    def is_short(self) -> bool:
        """May it be verified from its beginning at once?"""
        return self.sealed <= AT_ONCE

    @property
    def ok(self) -> bool:
        return self.broken_at is None and self.end.ok and self.is_kept


def standing() -> Standing:
    """How far the chain is verified, from the marks. Half a dozen short statements."""
    end = sealing.end_of_chain()
    found, is_kept = _round(end)
    return Standing(end, found, is_kept, sealing.oldest_unsealed_at())


def verify_on(most: int = EACH_MINUTE) -> Standing:
    """Verify the next `most` entries of the round; a chain no longer than that from its beginning on."""
    before = standing()
    now = days.now()
    is_short = before.sealed <= most
    start = START if is_short else before.round.at
    began_at = now if start == START or before.round.began_at is None else before.round.began_at
    reached, broken_at = sealing.walk(start, most)
    found = replace(before.round, at=reached, began_at=began_at, looked_at=now, broken_at=broken_at)
    if broken_at is None and reached.number >= before.end.last.number:
        found = replace(found, at=START, whole=reached.number, whole_at=now)
    _keep(before.round, found)
    return replace(before, round=found)


@transaction.atomic
def _keep(before: Round, found: Round) -> None:
    """Write down how far it is, unless another was quicker."""
    locks.exclusive(ROUND)
    if _read(sealing.read_mark(ROUND)) in (before, None):
        sealing.write_mark(ROUND, _plain(found))


def _round(end: End) -> tuple[Round, bool]:
    """The round as kept. One that was not written here begins anew, and one that is further than the head
    says: an older head was put back."""
    found = _read(sealing.read_mark(ROUND))
    if found is None:
        return Round(), False
    is_behind = end.head is not None and max(found.whole, found.at.number) > end.head.number
    return found, not is_behind


def _plain(found: Round) -> dict[str, Any]:
    at = {"number": found.at.number, "digest": found.at.digest}
    moments = {name: getattr(found, name) for name in ("began_at", "looked_at", "whole_at")}
    told = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {"at": at, "whole": found.whole, "broken_at": found.broken_at, **told}


def _read(said: dict[str, Any] | None) -> Round | None:
    if not said:
        return None if said is None else Round()
    moments = ("began_at", "looked_at", "whole_at")
    told = {name: said[name] and dt.datetime.fromisoformat(said[name]) for name in moments}
    return Round(at=Place(**said["at"]), whole=said["whole"], broken_at=said["broken_at"], **told)
