"""Where people are members: handed to rooms that must not know what a member is (ZHTJ_PERSON_HOMES)."""

from collections.abc import Iterable

from zhtj.lib import bulk

from members.models import Member


def homes(person_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Person → (id, short name) of the branch of the active membership. One query for each 2 000."""
    active = Member.objects.filter(until_at__isnull=True).order_by()
    columns = active.values_list("person_id", "branch_id", "branch__short_name")
    return {person: (branch, name) for person, branch, name in bulk.among(columns, "person_id", person_ids)}
