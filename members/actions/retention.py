"""What the identity check and the applications forget when its time has come. Called by the frame's nightly
tidying, which leaves the audit entry; each function is one transaction and may run twice.

Figures survive: a case stays counted with its state and dates, without a name, an id or a document.
"""

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from members import documents
from members.actions.drafts import drafts_before
from members.models import MemberCase, ReviewDocument, YouthUnderReview
from orgs import corrections

FORGOTTEN = "（已按规定删除）"
_NOBODY = UUID(int=0)
_SETTLED = tuple(set(YouthUnderReview.State) - {YouthUnderReview.State.OPEN})
_OPEN_CASES = (MemberCase.State.OPEN, MemberCase.State.KEPT)


def forget_drafts(before: dt.datetime, *, dry_run: bool) -> int:
    """Drafts of the entry form nobody came back to."""
    found = drafts_before(before)
    return found.count() if dry_run else found.delete()[0]


def forget_documents(before: dt.datetime, *, dry_run: bool) -> int:
    """Documents of cases settled before; and files no row knows any more (a save that was rolled back)."""
    found = ReviewDocument.objects.filter(youth__state__in=_SETTLED, youth__settled_at__lt=before)
    if dry_run:
        return found.count()
    with transaction.atomic():
        names = list(found.values_list("stored_as", flat=True))
        found.delete()
        for name in names:
            transaction.on_commit(partial(documents.discard, name))
    return len(names)


def forget_orphans(before: dt.datetime, *, dry_run: bool) -> int:
    """Document files no row knows: left by a save that was rolled back, or a machine that stopped."""
    known = set(ReviewDocument.objects.values_list("stored_as", flat=True))
    lost = [name for name in documents.stored_before(before) if name not in known]
    if not dry_run:
        for name in lost:
            documents.discard(name)
    return len(lost)


def forget_youth(before: dt.datetime, *, dry_run: bool) -> int:
    """Who was settled before: name, id and particulars go, the case stays counted."""
    found = _named().filter(settled_at__lt=before)
    if dry_run:
        return found.count()
    return found.update(
        full_name=FORGOTTEN,
        id_index=_NOBODY,
        masked_id="",
        entry_sealed=b"",
        reasons=[],
        remark="",
        release_reason="",
    )


def forget_asked(before: dt.datetime, *, dry_run: bool) -> int:
    """The new names and ids of applications settled before; what was decided stays in the trail."""
    found = MemberCase.objects.exclude(state__in=_OPEN_CASES).filter(
        decided_at__lt=before, new_id_sealed__isnull=False
    )
    count = found.count() if dry_run else found.update(new_id_sealed=None, new_name="")
    return count + corrections.forget_asked(before, dry_run=dry_run)


def _named() -> QuerySet[YouthUnderReview]:
    """Settled cases whose particulars are still there, their documents gone before them."""
    return YouthUnderReview.objects.filter(state__in=_SETTLED, documents=None).exclude(masked_id="")
