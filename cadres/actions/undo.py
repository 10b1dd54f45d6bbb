"""Undoing what one import wrote about posts, as far as nothing else has touched it since.

Specification. A post the batch opened ends as of now (撤销导入), its period stays; one it changed gets
its former values back. A post verified, corrected or ended since, or of an organ that has declared 核对完成
since, stays as it is, and the answer says why.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from django.db import transaction

from zhtj.lib import bulk, locks
from zhtj.lib.workbook import Undoing

import orgs.queries
from cadres.models import Cadre, CadreDeclaration, CadreState, EndReason
from cadres.queries.known import stored_entry
from cadres.queries.units import ENTER, PRELOAD
from cadres.rules import PERSON_DETAILS, POST_DETAILS, Entry, EntryReader, shown
from orgs import audit, people, trail
from orgs.models import OrgUnit
from orgs.scopes import Actor

GONE = "之后已离任或调整"
VERIFIED = "之后已由本机关核对"
DECLARED = "该机关之后已声明核对完成"
CORRECTED = "之后又更正过"
OUT_OF_REACH = "所在组织已不在您可以录入的范围"


@dataclass(frozen=True, slots=True)
class Written:
    """One row as a commit wrote it."""

    row: int
    is_new: bool
    entry: Entry
    change: dict[str, list[str]]


def undo_cadres(
    actor: Actor,
    *,
    unit: OrgUnit,
    batch_id: int,
    written: Sequence[Written],
    today: dt.date,
    since: dt.datetime,
    is_preview: bool = False,
) -> Undoing:
    """Take back what batch `batch_id` wrote at `since`; `is_preview` only says what would be. One
    transaction, one audit entry; a handful of queries for each 2 000 rows, two for each record put back."""
    told = Undoing()
    with transaction.atomic():
        stamp = locks.entry_stamp()
        found = _posts(batch_id, written, lock=not is_preview)
        reason = _Reasons(actor, batch_id, since, found.values())
        ended, restored = [], []
        for line in written:
            post = found.get(line.row)
            if why := reason.of(post, line) if post else GONE:
                told.stays.append((line.row, why))
            elif post and line.is_new:
                ended.append(post.pk)
            elif post:
                restored.append((post, line))
        told.withdrawn, told.restored = len(ended), len(restored)
        if not is_preview:
            for start in range(0, len(ended), bulk.CHUNK):
                Cadre.objects.filter(pk__in=ended[start : start + bulk.CHUNK]).update(
                    until_at=stamp, end_reason=EndReason.UNDONE
                )
            for post, line in restored:
                _put_back(post, line, today)
            after = {
                "withdrawn": told.withdrawn,
                "restored": told.restored,
                "changes": {
                    post.pk: {name: [new, old] for name, (old, new) in line.change.items()}
                    for post, line in restored
                },
            }
            audit.record(actor, "cadres.undo", unit=unit, batch_id=batch_id, after=after)
    return told


def _posts(batch_id: int, written: Sequence[Written], *, lock: bool) -> dict[int, Cadre]:
    """Row → the post it opened or changed, if still held."""
    held = Cadre.objects.filter(until_at=None).select_related("person").order_by("pk")
    if lock:
        held = held.select_for_update(of=("self",))
    found = {post.batch_row: post for post in held.filter(batch_id=batch_id) if post.batch_row is not None}
    updated = [line for line in written if not line.is_new]
    known = people.find_people(line.entry.national_id for line in updated)
    places = {
        (post.person_id, post.unit_id, post.post): post
        for post in bulk.among(held, "person_id", [who.id for who in known.values()])
    }
    rows = {line.row: found[line.row] for line in written if line.is_new and line.row in found}
    for line in updated:
        who = known.get(line.entry.national_id)
        if who and (post := places.get((who.id, line.entry.unit_id or 0, line.entry.post))):
            rows[line.row] = post
    return rows


class _Reasons:
    """Why a row stays. Four queries for each 2 000."""

    def __init__(self, actor: Actor, batch_id: int, since: dt.datetime, posts: Iterable[Cadre]) -> None:
        posts = list(posts)
        units = {post.unit_id for post in posts}
        self._reached = {name: _reached(actor, name, units) for name in (ENTER, PRELOAD)}
        said = CadreDeclaration.objects.order_by().values_list("unit_id", "declared_at")
        self._declared = dict(bulk.among(said, "unit_id", units))
        self._corrected = trail.corrected_since(since, batch_id, [post.person_id for post in posts])

    def of(self, post: Cadre, line: Written) -> str:
        """ "" if nothing has touched the post since."""
        if post.unit_id != line.entry.unit_id:
            return GONE
        waits = post.is_preloaded and line.is_new
        if post.unit_id not in self._reached[PRELOAD if waits else ENTER]:
            return OUT_OF_REACH
        if waits and post.state != CadreState.PENDING:
            return VERIFIED
        if line.is_new and post.unit_id in self._declared and self._declared[post.unit_id] > post.from_at:
            return DECLARED
        return CORRECTED if post.person_id in self._corrected or _differs(post, line) else ""


def _reached(actor: Actor, capability: str, unit_ids: set[int]) -> set[int]:
    """Those of the units a capability holds on."""
    if not actor.scope.has(capability):
        return set()
    units = orgs.queries.units(actor.scope, capability).order_by()
    return set(bulk.among(units.values_list("pk", flat=True), "pk", unit_ids))


def _differs(post: Cadre, line: Written) -> bool:
    stored = stored_entry(post.person, post)
    names = POST_DETAILS if line.is_new else tuple(line.change)
    return any(shown(name, getattr(stored, name)) != shown(name, getattr(line.entry, name)) for name in names)


def _put_back(post: Cadre, line: Written, today: dt.date) -> None:
    """Give the post and its holder back what the row changed."""
    former = {name: old for name, (old, _) in line.change.items()}
    read = EntryReader(today).read(former)
    own = {name: getattr(read, name) for name in former if name in POST_DETAILS}
    if own:
        Cadre.objects.filter(pk=post.pk).update(**own)
    if any(name in PERSON_DETAILS for name in former):
        details = {
            name: getattr(read if name in former else post.person, name) for name in people.DETAILS
        } | {"is_volunteer": post.person.is_volunteer}
        people.update_people({post.person_id: SimpleNamespace(**details)}, clears_blanks=True)
