"""Drafts of the entry form: what is typed is kept for its account and branch until it is entered.

The one write of this room that leaves no audit entry: nobody but its author ever reads it, it says
nothing about anybody on record, and it is written every few seconds.
"""

import datetime as dt
import json
from collections.abc import Mapping

from django.db.models import QuerySet

from zhtj.lib import crypto, days

from members.models import EntryDraft
from orgs.models import OrgUnit
from orgs.scopes import Actor

KEPT_FOR = dt.timedelta(days=30)
LONGEST = 500  # characters of one field


def keep_draft(actor: Actor, *, branch: OrgUnit, typed: Mapping[str, str]) -> EntryDraft | None:
    """Store what is typed, sealed; nothing typed at all takes the draft away. One statement.

    Raises PermissionDenied outside `members.enter`.
    """
    actor.scope.require("members.enter", branch)
    said = {name: text[:LONGEST] for name, text in typed.items() if text.strip()}
    if not said or actor.user is None:
        drop_draft(actor, branch=branch)
        return None
    values = {"typed_sealed": crypto.seal(json.dumps(said)), "saved_at": days.now()}
    draft, _ = EntryDraft.objects.update_or_create(user=actor.user, branch=branch, defaults=values)
    return draft


def draft_of(actor: Actor, branch: OrgUnit) -> tuple[dict[str, str], dt.datetime | None]:
    """What this account had typed for this branch, and when it was kept. One query."""
    draft = EntryDraft.objects.filter(user=actor.user, branch=branch).first()
    if draft is None or draft.saved_at < days.now() - KEPT_FOR:
        return {}, None
    typed: dict[str, str] = json.loads(crypto.unseal(draft.typed_sealed))
    return typed, draft.saved_at


def drop_draft(actor: Actor, *, branch: OrgUnit) -> None:
    """It has been entered, or is not wanted any more. One statement."""
    EntryDraft.objects.filter(user=actor.user, branch=branch).delete()


def drafts_before(moment: dt.datetime) -> QuerySet[EntryDraft]:
    """What nobody has come back to since. For the nightly tidying."""
    return EntryDraft.objects.filter(saved_at__lt=moment)
