"""There and back: every row of every table and every file, on each database and from one to the other."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from zhtj import backup, health
from zhtj.backup import restoring, tables
from zhtj.backup.container import Reader, Writer
from zhtj.lib import days, moments
from zhtj.models import Heartbeat

from cadres.models import CadreDeclaration
from members import documents
from members.models import Member, ReviewDocument
from orgs import audit, sealing
from orgs.models import AuditEntry, OrgUnit, Person, User
from orgs.scopes import Actor
from progress.exports import store
from progress.models import BaselineAdjustment, Bulletin, BulletinFile, Campaign, GateOpening
from progress.models import Stage as Stages

from tests import world
from tests.backup.conftest import World
from tests.cast import Cast
from tests.conftest import Clock
from tests.house.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)
NASTY = "制表\t换行\n回车\r反斜杠\\N \\. 🌾 \b\f\v '\" %s {}"


@pytest.fixture
def stage(clock: Clock) -> Stage:
    """A rich world: people, posts, a batch in review, a document, bulletins, a file given out, odd texts."""
    stage = Stage(clock)
    bulletin = Bulletin.objects.get(day=stage.day)
    store.give_out(world.actor(stage.staff), bulletin=bulletin, unit=stage.province, format="txt")
    Person.objects.filter(pk=stage.member.person_id).update(
        workplace=NASTY, joined_party_on=dt.date(2018, 7, 1)
    )
    sealing.seal_entries()
    world.client(stage.secretary).get("/")
    GateOpening.objects.create(
        stage=Stages.objects.last(),
        region=stage.city,
        opened_on=days.today(),
        reason="rate",
        rate=0.1 + 0.2,
        decided_at=days.now(),
    )
    BaselineAdjustment.objects.create(
        campaign=Campaign.objects.get(),
        unit=stage.city,
        domain="school",
        change=-7,
        reason="并入他校",
        asked_by=stage.city_admin,
        asked_at=days.now(),
    )
    CadreDeclaration.objects.create(
        unit=stage.city, declared_by=stage.city_admin, declared_at=days.now(), cadre_count=0
    )
    AccessLog.objects.create(ip_address="192.0.2.7", username="x", user_agent="x", path_info="/")
    return stage


def kinds_seen(found: World) -> set[str]:
    """The kinds of fields of which at least one row has a value."""
    return {
        field.get_internal_type()
        for name, model in tables.kept_tables().items()
        for place, field in enumerate(tables.fields_of(model))
        if any(row[place] is not None for row in found[name])
    }


def test_everything_comes_back_and_nothing_else(
    stage: Stage, tmp_path: Path, world_as_it_is: Callable[[], World]
) -> None:
    before = world_as_it_is()
    every_kind = {f.get_internal_type() for m in tables.kept_tables().values() for f in tables.fields_of(m)}
    assert kinds_seen(before) == every_kind, "the world should be richer"
    document = ReviewDocument.objects.get().stored_as
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    assert taken.rows == sum(map(len, before.values())) and taken.files == 1
    _change_everything(stage, document)

    restored = backup.restore(taken.path, replace=True)

    assert world_as_it_is() == before
    assert not restored.problems
    assert documents.read(document) == b"%PDF-1.4 sample"
    given_out = BulletinFile.objects.get()
    assert hashlib.sha256(given_out.content).hexdigest() == given_out.sha256
    assert not Session.objects.exists(), "nobody is signed in by a backup"
    assert sealing.seal_entries() == 1 and sealing.walk_chain().ok  # the restore is in the trail
    world.member(stage.branch)  # the next ids are free


def _change_everything(stage: Stage, document: str) -> None:
    """Somebody signs in, things are added, changed and lost."""
    User.objects.create_user("later", password="x")
    world.member(stage.branch)
    Member.objects.filter(pk=stage.member.pk).update(joined_on=dt.date(2001, 1, 1))
    AuditEntry.objects.all().delete()
    OrgUnit.objects.filter(pk=stage.branch.pk).update(short_name="改名")
    documents.discard(document)


def test_an_id_given_out_and_deleted_does_not_come_again(cast: Cast, tmp_path: Path) -> None:
    person = world.person()
    gone = person.pk
    person.delete()
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    with connection.cursor() as cursor:  # as in a database of its own
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('orgs_person', 'id'), 1, false)")
        else:
            cursor.execute("DELETE FROM sqlite_sequence")
    backup.restore(taken.path, replace=True)
    assert world.person().pk > gone


def test_where_something_is_it_is_not_replaced_unasked(
    cast: Cast, media: Path, tmp_path: Path, world_as_it_is: Callable[[], World]
) -> None:
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    before = world_as_it_is()
    with pytest.raises(backup.BackupRefused) as refused:
        backup.restore(taken.path)
    assert refused.value.code == "backup.not_empty" and world_as_it_is() == before


def test_into_an_empty_place_it_goes_unasked_unless_files_lie_there(
    cast: Cast, media: Path, tmp_path: Path
) -> None:
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    with restoring.loading(connection, {}):
        pass
    (media / "members").mkdir(parents=True)
    (media / "members" / "x").write_bytes(b"sealed")
    with pytest.raises(backup.BackupRefused) as refused:
        backup.restore(taken.path)
    assert refused.value.code == "backup.not_empty"
    (media / "members" / "x").unlink()
    backup.restore(taken.path)
    assert User.objects.filter(pk=cast.secretary.pk).exists()


def test_doctor_knows_that_what_was_restored_is_in_a_backup(cast: Cast, tmp_path: Path, clock: Clock) -> None:
    made = days.now()
    taken = backup.take(tmp_path / "a.backup", now=made)
    clock.forward(days=2)
    backup.restore(taken.path, replace=True)
    assert Heartbeat.objects.get().at == made
    assert health.backups_are_recent(days.now()).level is health.Level.WARNING


def test_a_faulty_tree_and_a_broken_chain_are_restored_as_they_were_and_said(
    cast: Cast, tmp_path: Path
) -> None:
    audit.record(Actor(None, door="command"), "test.something")
    sealing.seal_entries()
    AuditEntry.objects.filter(seal_number=1).update(action="test.nothing")
    OrgUnit.objects.filter(pk=cast.branch.pk).update(lft=cast.city.rght + 1, rght=cast.city.rght + 2)
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    restored = backup.restore(taken.path, replace=True)
    tree, chain = restored.problems
    assert "check_tree --repair" in tree and "第 1 条断开" in chain
    assert AuditEntry.objects.get(seal_number=1).action == "test.nothing"


def test_an_end_cut_off_the_trail_before_the_backup_is_said(tmp_path: Path) -> None:
    for _ in range(2):
        audit.record(Actor(None, door="command"), "test.something")
    sealing.seal_entries()
    AuditEntry.objects.filter(seal_number=2).delete()
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    (problem,) = backup.restore(taken.path, replace=True).problems
    assert "末尾" in problem


@pytest.fixture
def other_database(tmp_path: Path) -> Iterator[Any]:
    """An SQLite file with all tables, beside the database of the test."""
    values = {**connection.settings_dict, "NAME": str(tmp_path / "other.sqlite3"), "OPTIONS": {}}
    other = DatabaseWrapper(values, NO_DB_ALIAS)  # the one name a test may connect by besides its own
    connections[NO_DB_ALIAS] = other
    with other.schema_editor() as editor:
        for model in tables.all_tables().values():
            if not model._meta.auto_created:
                editor.create_model(model)
    MigrationRecorder(other).ensure_schema()
    yield other
    other.close()
    del connections[NO_DB_ALIAS]


@pytest.mark.postgres
def test_from_postgresql_to_sqlite_and_back_nothing_changes(
    stage: Stage, other_database: Any, tmp_path: Path, world_as_it_is: Callable[[], World]
) -> None:
    before = world_as_it_is()
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    with taken.path.open("rb") as file, restoring.loading(other_database, {}):
        restoring.load_all(other_database, Reader(file, taken.path), with_files=False)
    there = tmp_path / "b.backup"
    with there.open("wb") as file, Writer(file, {}) as writer, moments.snapshot(other_database):
        for name, model in tables.kept_tables().items():
            with writer.part(f"tables/{name}", columns=tables.columns_of(model)) as sink:
                tables.dump(other_database, model, sink)
        writer.finish()
    _change_everything(stage, "none")
    with there.open("rb") as file, restoring.loading(connection, {}):
        restoring.load_all(connection, Reader(file, there))
    assert world_as_it_is() == before


def test_every_table_of_the_database_is_kept_or_left_out_on_purpose() -> None:
    there = {name for name in connection.introspection.table_names() if not name.startswith("sqlite_")}
    assert there == set(tables.all_tables()) | {"django_migrations"}
