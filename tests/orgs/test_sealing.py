"""The audit chain: complete, in order, and broken by any change."""

import pytest

from orgs import audit
from orgs.models import AuditEntry
from orgs.scopes import Actor
from orgs.sealing import SLICE, seal_entries, spot_check, walk_chain

pytestmark = pytest.mark.django_db
NOBODY = Actor(None, door="task")


def write(count: int) -> None:
    for number in range(count):
        audit.record(NOBODY, "test.done", after={"number": number, "name": "张三", "share": 0.5})


def test_unsealed_entries_are_named_by_their_oldest_and_do_not_break_the_chain() -> None:
    write(3)
    report = walk_chain()
    assert (report.ok, report.sealed) == (True, 0)
    assert report.oldest_unsealed_at is not None


def test_sealing_twice_seals_each_entry_once_and_later_entries_continue_the_chain() -> None:
    write(3)
    assert (seal_entries(), seal_entries()) == (3, 0)
    write(2)
    assert seal_entries() == 2
    report = walk_chain()
    assert (report.ok, report.sealed, report.oldest_unsealed_at) == (True, 5, None)


def test_more_entries_than_one_slice_are_sealed_in_one_call() -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(at="2018-11-23T00:00:00+00:00", door="task", action="test.many") for _ in range(SLICE + 1)
    )
    assert seal_entries() == SLICE + 1
    assert walk_chain().ok


@pytest.mark.parametrize("change", [{"after": {"number": 9}}, {"action": "test.other"}, {"door": "api"}])
def test_a_changed_entry_is_found_where_it_stands(change: dict[str, object]) -> None:
    write(4)
    seal_entries()
    AuditEntry.objects.filter(seal_number=2).update(**change)
    assert walk_chain().broken_at == 2


def test_a_removed_entry_is_found() -> None:
    write(4)
    seal_entries()
    AuditEntry.objects.filter(seal_number=2).delete()
    assert walk_chain().broken_at == 2


def test_an_entry_slipped_in_with_a_forged_number_is_found() -> None:
    write(2)
    seal_entries()
    write(1)
    AuditEntry.objects.filter(seal_number__isnull=True).update(seal_number=3, digest="0" * 64)
    assert walk_chain().broken_at == 3


@pytest.mark.parametrize("number", range(1, 11))
def test_the_spot_checks_of_a_few_days_find_a_change_wherever_it_stands(number: int) -> None:
    write(10)
    seal_entries()
    assert all(spot_check(day, most=3).ok for day in range(4))
    AuditEntry.objects.filter(seal_number=number).update(door="api")
    found = {spot_check(day, most=3).broken_at for day in range(3)}
    assert found - {None} == {number}
    assert number <= 7 or found == {number}, "the latest are looked at every time"


def test_a_spot_check_reads_the_stretch_and_no_more(django_assert_max_num_queries) -> None:
    write(10)
    seal_entries()
    with django_assert_max_num_queries(17):  # two of them locks, on PostgreSQL
        assert spot_check(1, most=3).sealed == 10
