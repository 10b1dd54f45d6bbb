"""Reading the audit trail: who did what to whom, when; as far as the reader's scope goes.

An entry belongs to the unit it names. One that names none (an account made, posts opened by a
workbook) belongs to whoever acted, and is shown to auditors of a unit that person has a role on.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhtj.lib import bulk, days

from orgs import queries
from orgs.models import AuditEntry, OrgUnit, OrgUnitUserObjectPermission, Person
from orgs.scopes import Scope
from orgs.trail_words import ACTIONS, FIELDS, VALUES

PAGE_SIZE = 50
# What changes the record of the one person an entry names.
CORRECTIONS = (
    "members.correct",
    "members.correct_identity",
    "cadres.correct",
    "cadres.verify",
    "cadres.edit",
)
LONGEST_WRITE = dt.timedelta(hours=1)  # of one batch, from its audit entry to its end
DOORS = {"page": "网页", "api": "接口", "import": "导入", "command": "命令", "task": "后台任务"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for; empty fields do not narrow."""

    unit: OrgUnit | None = None
    person: str = ""
    actor: str = ""
    action: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry: what it was, what it became ("" = not said)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    entry: AuditEntry
    what: str
    door: str
    changes: list[Change]


def entries(scope: Scope, asked: Asked) -> QuerySet[AuditEntry]:
    """The entries the scope may see, the latest first."""
    reach = scope.q("content_object", "audit.see")
    of_ours = OrgUnitUserObjectPermission.objects.filter(reach, user=OuterRef("actor"))
    seen = scope.q("unit", "audit.see") | Q(Exists(of_ours), unit=None)
    found = AuditEntry.objects.filter(seen)
    if asked.unit:
        found = found.filter(unit__in=queries.units(scope, "audit.see").filter(queries.place_of(asked.unit)))
    if asked.person:
        found = found.filter(person__full_name=asked.person)
    if asked.actor:
        found = found.filter(Q(actor__username=asked.actor) | Q(actor__display_name=asked.actor))
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.since:
        found = found.filter(at__gte=days.at(asked.since, dt.time.min))
    if asked.until:
        found = found.filter(at__lt=days.at(asked.until + dt.timedelta(days=1), dt.time.min))
    return found.select_related("actor", "unit", "person").order_by("-id")


def of_person(scope: Scope, person: Person) -> list[Line]:
    """The latest entries about this person that the scope may see. One query."""
    found = entries(scope, Asked()).filter(person=person)
    return [_line(entry) for entry in found[:PAGE_SIZE]]


def page_before(found: QuerySet[AuditEntry], before: int | None) -> tuple[list[Line], int | None]:
    """The next entries older than `before` (None: from the latest), and where the page after begins.

    One query, however long the trail.
    """
    page = list((found.filter(id__lt=before) if before else found)[: PAGE_SIZE + 1])
    more = page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None
    return [_line(entry) for entry in page[:PAGE_SIZE]], more


def _line(entry: AuditEntry) -> Line:
    what = ACTIONS.get(entry.action, entry.action)
    return Line(entry, what, DOORS.get(entry.door, entry.door), changes_of(entry.before, entry.after))


def corrected_since(since: dt.datetime, batch_id: int, person_ids: Iterable[int]) -> set[int]:
    """Those of the people whom something but this batch has corrected since. For undoing, not for showing.
    One query for each 2 000."""
    later = AuditEntry.objects.filter(at__gte=since, action__in=CORRECTIONS)
    later = later.filter(Q(batch_id=None) | ~Q(batch_id=batch_id)).order_by()
    return set(bulk.among(later.values_list("person_id", flat=True), "person_id", person_ids))


def said_before(action: str, *, unit: OrgUnit, person: Person, **values: str) -> dict[str, Any]:
    """What was before this action, by its latest entry about this person in this unit with these values;
    {} where there is none. For taking back, not for showing. One query."""
    about = AuditEntry.objects.filter(action=action, unit=unit, person=person).order_by("-id")
    said = about.values_list("before", flat=True)
    return next((before for before in said if values.items() <= before.items()), {})


def said_by_batch(name: str, *, action: str, batch_id: int, by: dt.datetime) -> dict[int, Any]:
    """What a batch, written by then, said under `name` for each id. For taking back, not for showing. One
    query, by time."""
    written = AuditEntry.objects.filter(
        at__lte=by, at__gte=by - LONGEST_WRITE, action=action, batch_id=batch_id
    )
    said = written.order_by("id").values_list("after", flat=True)
    return {int(pk): value for after in said for pk, value in after.get(name, {}).items()}


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Field by field what was and what is, in the order they were written."""
    return [
        Change(FIELDS.get(name, name), _shown(before.get(name), name), _shown(after.get(name), name))
        for name in dict.fromkeys([*before, *after])
    ]


def _shown(value: Any, name: str = "") -> str:
    """A stored value in words; `name` is the field it stands in."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_shown(item, name) for item in value)
    if isinstance(value, dict):
        return "；".join(f"{FIELDS.get(key, key)}：{_shown(item, key)}" for key, item in value.items())
    text = str(value)
    return VALUES.get(name, {}).get(text, text)
