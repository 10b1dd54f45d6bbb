"""Whose id a masked one means, on a form that was opened from something that names its person."""

from zhtj.lib import crypto

from members.models import MemberCase, YouthUnderReview
from members.queries.review import entry_of
from orgs import identity


def id_meant(source: MemberCase | YouthUnderReview, typed: str) -> str:
    """The whole id of who a number was disputed for, or who is under review, where `typed` is that id masked
    as pages and answers show it; else what was typed. No query.
    """
    shown = source.masked_new_id if isinstance(source, MemberCase) else source.masked_id
    if not shown or identity.squeeze(typed) != shown:
        return typed
    if isinstance(source, MemberCase):
        return crypto.unseal(source.new_id_sealed or b"")
    return entry_of(source).national_id
