"""Bulk insertion and look-up, the same on both databases."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhtj.lib import bulk

from orgs.models import AuditEntry, Person, PoliticalStatus, User

pytestmark = pytest.mark.django_db

MOMENT = dt.datetime(2018, 11, 23, 2, 3, 4, 567890, tzinfo=dt.UTC)
ENTRY = ("at", "door", "action", "batch_id", "before", "after")
PERSON = (
    "id",
    "id_sealed",
    "id_index",
    "full_name",
    "sex",
    "birth_on",
    "ethnicity",
    "political_status",
    "is_volunteer",
)


def person(number: int, name: str = "张三", **changed: Any) -> tuple[Any, ...]:
    values = {
        "id": number,
        "id_sealed": b"\x00\\x\n\tsealed" + bytes([number % 256]),
        "id_index": uuid.UUID(int=number),
        "full_name": name,
        "sex": "male",
        "birth_on": dt.date(2001, 2, 3),
        "ethnicity": "汉族",
        "political_status": PoliticalStatus.values[0],
        "is_volunteer": None,
    }
    return tuple((values | changed)[field] for field in PERSON)


def test_every_type_comes_back_as_it_went_in() -> None:
    changes = {
        "is_volunteer": True,
        "birth_on": dt.date(1999, 12, 31),
        "political_status": PoliticalStatus.PARTY_MEMBER,
    }
    assert bulk.insert(Person, PERSON, [person(7), person(8, "李\\N四", **changes)]) == 2
    first, second = Person.objects.order_by("id")
    assert bytes(first.id_sealed) == b"\x00\\x\n\tsealed\x07"
    assert (first.id_index, first.full_name, first.birth_on) == (
        uuid.UUID(int=7),
        "张三",
        dt.date(2001, 2, 3),
    )
    assert (first.is_volunteer, first.joined_party_on, first.mobile) == (None, None, "")
    assert (second.full_name, second.is_volunteer, second.birth_on) == (
        "李\\N四",
        True,
        dt.date(1999, 12, 31),
    )
    assert second.political_status == "party_member"


def test_moments_and_json_come_back_and_columns_left_out_get_their_defaults() -> None:
    tricky = {"名": 'a\\"b\nc\t', "n": [1, 2.5, None, True]}
    bulk.insert(AuditEntry, ENTRY, [(MOMENT, "import", "members.enter", 5, tricky, "text")])
    bulk.insert(AuditEntry, ENTRY[:3], [(MOMENT, "import", "members.enter")])
    first, second = AuditEntry.objects.order_by("id")
    assert (first.at, first.batch_id, first.before, first.after) == (MOMENT, 5, tricky, "text")
    assert (second.before, second.after, second.actor, second.digest) == ({}, {}, None, AuditEntry().digest)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_any_text_survives(text: str) -> None:
    AuditEntry.objects.all().delete()
    bulk.insert(AuditEntry, ENTRY, [(MOMENT, "page", text, None, {"v": text}, [])])
    stored = AuditEntry.objects.get()
    assert (stored.action, stored.before) == (text, {"v": text})


def test_slices_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SLICE", 3)
    assert bulk.insert(Person, PERSON, (person(number) for number in range(1, 8))) == 7
    assert Person.objects.count() == 7


def test_nothing_is_inserted_of_no_rows() -> None:
    assert bulk.insert(Person, PERSON, []) == 0


def test_a_fault_in_the_last_slice_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SLICE", 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Person, PERSON, [person(1), person(2), person(3), person(1)])
    assert not Person.objects.exists()


@pytest.mark.postgres
def test_a_text_too_long_is_a_data_error_and_nul_or_a_naive_moment_a_value_error() -> None:
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert(Person, PERSON, [person(1, "长" * 31)])
    with pytest.raises(ValueError, match="NUL"):
        bulk.insert(Person, PERSON, [person(1, "a\x00")])
    with pytest.raises(ValueError, match="naive"):
        bulk.insert(AuditEntry, ENTRY[:3], [(MOMENT.replace(tzinfo=None), "page", "x")])


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="9 fields"):
        bulk.insert(Person, PERSON, [person(1)[:-1]])


def test_reserved_ids_are_new_even_before_anything_is_inserted() -> None:
    (last,) = bulk.reserve_ids(Person, 1)
    bulk.insert(Person, PERSON, [person(last)])
    first, second = bulk.reserve_ids(Person, 3), bulk.reserve_ids(Person, 2)
    assert first == [last + 1, last + 2, last + 3]
    assert second == [last + 4, last + 5]
    assert bulk.reserve_ids(Person, 0) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_writers_never_draw_the_same_id() -> None:
    drawn: list[int] = []

    def draw() -> None:
        for _ in range(20):
            drawn.extend(bulk.reserve_ids(User, 50))
        connections.close_all()

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 4 * 20 * 50


def test_columns_are_inserted_as_the_rows_they_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SLICE", 3)
    rows = [person(number, f"张{number}") for number in range(1, 8)]
    assert bulk.insert_columns(Person, PERSON, list(zip(*rows, strict=True))) == 7
    names = Person.objects.order_by("id").values_list("id", "full_name")
    assert bulk.fetched(names) == list(names) == [(number, f"张{number}") for number in range(1, 8)]
    assert bulk.insert_columns(Person, PERSON, [[] for _ in PERSON]) == 0


def test_whole_numbers_may_be_missing() -> None:
    rows = [(MOMENT, "page", "x", number) for number in (5, None, -1)]
    bulk.insert(AuditEntry, ENTRY[:4], rows)
    assert list(AuditEntry.objects.order_by("id").values_list("batch_id", flat=True)) == [5, None, -1]


def test_among_finds_what_is_there_in_chunks_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 4)
    monkeypatch.setattr(bulk, "SQLITE_CHUNK", 4)
    bulk.insert(Person, PERSON, [person(number) for number in range(1, 11)])
    people = Person.objects.values_list("id", flat=True)
    wanted = [uuid.UUID(int=number) for number in (2, 9, 9, 10, 11, 12, 13, 2)]
    assert sorted(bulk.among(people, "id_index", [*wanted, None])) == [2, 9, 10]
    assert sorted(bulk.among(people, "pk", range(8, 20))) == [8, 9, 10]
    assert list(bulk.among(people, "id_index", [])) == []


def test_among_takes_any_text_and_crosses_relations() -> None:
    odd = ['a"b', "c\\d", "{e,f}", "NULL", "", "有 空", "g'h"]
    bulk.insert(Person, PERSON, [person(number, name) for number, name in enumerate(odd, 1)])
    names = Person.objects.values_list("full_name", flat=True)
    assert sorted(bulk.among(names, "full_name", [*odd, "no\x00ne", "长" * 99])) == sorted(odd)
    entry = AuditEntry.objects.create(at=MOMENT, action="x", person_id=1)
    entries = AuditEntry.objects.values_list("pk", flat=True)
    assert list(bulk.among(entries, "person__id_index", [uuid.UUID(int=1), uuid.UUID(int=2)])) == [entry.pk]
    assert list(bulk.among(entries, "person", [1, 2])) == [entry.pk]


def test_among_keeps_the_filters_of_its_queryset() -> None:
    bulk.insert(Person, PERSON, [person(1, "张三"), person(2, "李四")])
    people = Person.objects.filter(full_name="李四").values_list("id", flat=True)
    assert list(bulk.among(people, "id", [1, 2])) == [2]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_on_sqlite_ids_are_reserved_under_the_write_lock_only() -> None:
    assert connection.vendor == "sqlite"
    with pytest.raises(transaction.TransactionManagementError):
        bulk.reserve_ids(User, 1)
