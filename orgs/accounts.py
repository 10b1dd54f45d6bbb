"""What an account does for itself."""

from django.db import transaction

from orgs import audit
from orgs.scopes import Actor


def change_password(actor: Actor, *, password: str) -> None:
    """Give the actor's own account a new password (already validated); ends a forced change."""
    user = actor.user
    if user is None:
        raise ValueError("only a signed-in user has a password to change")
    user.set_password(password)
    user.must_change_password = False
    with transaction.atomic():
        user.save(update_fields=["password", "must_change_password"])
        audit.record(actor, "orgs.change_password", after={"user": user.username})
