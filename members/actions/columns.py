"""Keeping which columns of the roster an account wants to see."""

from collections.abc import Sequence

from django.db import transaction

from members.models import RosterColumns
from members.queries.columns import named
from orgs import audit
from orgs.scopes import Actor


def choose_columns(actor: Actor, *, columns: Sequence[str]) -> None:
    """Store the keys (unknown ones are left out) for the actor's account. Two queries and the audit entry."""
    chosen = [column.key for column in named(columns)]
    with transaction.atomic():
        RosterColumns.objects.update_or_create(user=actor.user, defaults={"columns": chosen})
        audit.record(actor, "members.choose_columns", after={"columns": chosen})
