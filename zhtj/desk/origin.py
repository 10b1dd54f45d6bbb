"""人员来历: who entered somebody, from which file, sheet and row, and who has looked at the id.

For auditors (`audit.see`). A membership or a post carries the batch and the row it came from; what was
typed in by hand is told by the trail. Ids stay masked.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from zhtj.imports.models import ImportBatch

import cadres.queries
import members.queries
from orgs import trail
from orgs.models import OrgUnit, Person
from orgs.scopes import Scope

SEE = "audit.see"
MOST = 50  # periods of one name on a page


@dataclass(frozen=True, slots=True)
class Period:
    """One membership or post: where, what as, since and until when, and the row it was entered from."""

    unit: OrgUnit
    what: str
    from_at: dt.datetime
    until_at: dt.datetime | None
    batch_id: int | None
    row: int | None
    batch: ImportBatch | None = None


@dataclass(slots=True)
class Traced:
    """Somebody, their periods in the order of time, and what the trail says of them, the latest first."""

    person: Person
    periods: list[Period] = field(default_factory=list)
    lines: list[trail.Line] = field(default_factory=list)


def trace(scope: Scope, name: str) -> list[Traced]:
    """Everybody of exactly this name inside the scope. Three queries, and one for each person found."""
    if not name:
        return []
    found: dict[int, Traced] = {}
    for person, period in _periods(scope, name):
        found.setdefault(person.pk, Traced(person)).periods.append(period)
    for traced in found.values():
        traced.periods.sort(key=lambda period: period.from_at)
        traced.lines = trail.of_person(scope, traced.person)
    return list(found.values())


def _periods(scope: Scope, name: str) -> Iterable[tuple[Person, Period]]:
    """The periods of that name, each with the batch it came from."""
    memberships = members.queries.periods_of(scope, name, SEE)[:MOST]
    posts = cadres.queries.periods_of(scope, name, SEE)[:MOST]
    told = [(row.person, _period(row, row.branch, "团员")) for row in memberships]
    told += [(row.person, _period(row, row.unit, row.post)) for row in posts]
    ids = {period.batch_id for _, period in told if period.batch_id}
    batches = ImportBatch.objects.select_related("uploaded_by", "committed_by").in_bulk(list(ids))
    for person, period in told:
        yield person, _with_batch(period, batches)


def _period(row: Any, unit: OrgUnit, what: str) -> Period:
    """Of a membership or a post, which say the same of where they come from."""
    return Period(unit, what, row.from_at, row.until_at, row.batch_id, row.batch_row)


def _with_batch(period: Period, batches: dict[int, ImportBatch]) -> Period:
    return replace(period, batch=batches.get(period.batch_id)) if period.batch_id else period
