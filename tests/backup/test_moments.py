"""While somebody writes, when somebody dies, where something is in the way: whole or not at all."""

import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from zhtj import backup
from zhtj.backup import container, files, restoring, tables, taking
from zhtj.lib import days

from members.models import Member
from orgs.models import OrgUnit, Person

from tests import world
from tests.backup import handmade
from tests.backup.conftest import World
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def dies(work: Callable[[], Any], *, at: Callable[[pytest.MonkeyPatch], None]) -> None:
    """Do `work` in a child of our own that is killed where `at` says, as by kill -9."""
    child = os.fork()
    if child == 0:
        kept = connection.connection  # the parent's: never closed by us, not even as garbage
        connection.connection = None
        patch = pytest.MonkeyPatch()
        try:
            at(patch)
            work()
        finally:
            os._exit(0 if kept else 1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "it should have died"


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_frame(owner: type, number: int) -> Callable[[pytest.MonkeyPatch], None]:
    """Die before the so-manieth frame is written or read."""

    def at(patch: pytest.MonkeyPatch) -> None:
        frame, left = owner._frame, iter([True] * number)  # type: ignore[attr-defined]
        patch.setattr(owner, "_frame", lambda *given: frame(*given) if next(left, False) else die())

    return at


def at_commit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(type(connections["default"]), "_commit", die)


def test_a_backup_killed_half_way_is_not_taken_for_one(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    dies(lambda: backup.take(path, now=days.now()), at=before_frame(container.Writer, 40))
    assert not path.exists() and path.with_name("a.backup.part").exists()
    backup.take(path, now=days.now())
    assert [file.name for file in tmp_path.iterdir()] == ["a.backup"]
    backup.verify(path)


@pytest.mark.parametrize("point", ["in the tables", "at the commit"])
def test_a_restore_killed_half_way_leaves_the_old_state(
    cast: Cast, tmp_path: Path, world_as_it_is: Callable[[], World], point: str
) -> None:
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    world.member(cast.branch)
    before = world_as_it_is()
    frames = _frames(taken.path)
    at = at_commit if point == "at the commit" else before_frame(container.Reader, frames + frames // 2)
    dies(lambda: backup.restore(taken.path, replace=True), at=at)
    assert world_as_it_is() == before
    world.member(cast.branch)


def _frames(path: Path) -> int:
    """Which are read once to verify and once to restore."""
    with path.open("rb") as file:
        reader, count = container.Reader(file, path), 0
        frame = reader._frame

        def counted() -> tuple[bytes, bytes]:
            nonlocal count
            count += 1
            return frame()

        reader._frame = counted  # type: ignore[method-assign]
        for _ in reader.parts():
            pass
        return count


def test_who_writes_meanwhile_does_not_wait_and_is_not_in_it(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member is entered after the table of people was read and before that of members is."""
    dump = tables.dump
    world.member(cast.branch)

    def write() -> None:
        world.member(cast.branch)
        connections.close_all()

    def interrupted(on: Any, model: Any, sink: Any) -> None:
        if model is Member:
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(15)
            assert not writer.is_alive(), "a backup keeps nobody waiting"
        dump(on, model, sink)

    monkeypatch.setattr(tables, "kept_tables", _people_first)
    monkeypatch.setattr(tables, "dump", interrupted)
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    assert Member.objects.count() == Person.objects.count() == 2
    rows = backup.verify(taken.path).rows
    assert (rows["orgs_person"], rows["members_member"]) == (1, 1)


def _people_first() -> dict[str, Any]:
    found = {name: model for name, model in tables.all_tables().items() if model not in tables.LEFT_OUT}
    return {"orgs_person": found.pop("orgs_person"), **found}


def test_rows_that_break_a_constraint_change_nothing(
    cast: Cast, tmp_path: Path, world_as_it_is: Callable[[], World]
) -> None:
    """A grant to nobody: a foreign key."""
    before = world_as_it_is()
    rows = {"orgs_user_groups": b"1\t77\t88\n"}
    path = handmade.write(tmp_path / "a.backup", rows=rows)
    with pytest.raises(backup.BackupRefused) as refused:
        backup.restore(path, replace=True)
    assert refused.value.code == "backup.does_not_fit"
    assert world_as_it_is() == before


@pytest.mark.postgres
def test_keys_and_indexes_of_large_tables_come_back_as_they_were(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_MANY", 0)
    monkeypatch.setattr(restoring, "_MUCH", 0)
    before = _schema()
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    backup.restore(taken.path, replace=True)
    assert _schema() == before
    assert OrgUnit.objects.count() == 13


def _schema() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace"
            " UNION ALL SELECT tablename, indexname, '' FROM pg_indexes WHERE schemaname = current_schema()"
        )
        return sorted(cursor.fetchall())


@pytest.mark.postgres
def test_while_another_program_is_busy_a_restore_says_so(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_PATIENCE", "20ms")
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    busy, done = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            OrgUnit.objects.count()
            busy.set()
            done.wait(15)
        connections.close_all()

    other = threading.Thread(target=read)
    other.start()
    busy.wait(15)
    with pytest.raises(backup.BackupRefused) as refused:
        backup.restore(taken.path, replace=True)
    done.set()
    other.join()
    assert refused.value.code == "backup.in_use"


def test_the_file_is_its_owners_and_an_older_one_stays_unless_told(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_bytes(b"older")
    with pytest.raises(backup.BackupRefused) as refused:
        backup.take(path, now=days.now())
    assert refused.value.code == "backup.exists" and path.read_bytes() == b"older"
    backup.take(path, now=days.now(), overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    backup.verify(path)


def test_two_at_once_do_not_write_one_file(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with taking._half_file(path), pytest.raises(backup.BackupRefused) as refused:
        backup.take(path, now=days.now())
    assert refused.value.code == "backup.being_written"


def test_a_full_disk_leaves_nothing_behind(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(container.Writer, "_write", full)
    with pytest.raises(backup.BackupRefused) as refused:
        backup.take(tmp_path / "a.backup", now=days.now())
    assert refused.value.code == "backup.unwritable" and not list(tmp_path.glob("a.backup*"))


def test_a_document_withdrawn_meanwhile_is_told_links_and_halves_stay_out(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = media / "members"
    folder.mkdir(parents=True)
    (folder / "kept").write_bytes(b"sealed")
    (folder / ".half-x").write_bytes(b"half")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(b"of somebody else")
    names = [*files._names(), "members/withdrawn"]
    monkeypatch.setattr(files, "_names", lambda: iter(names))
    taken = backup.take(tmp_path / "a.backup", now=days.now())
    assert (taken.files, taken.gone) == (1, 1)
