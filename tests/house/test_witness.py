"""The witness of the suite sees an id in clear wherever one could lie. (It ends every test; see conftest.)"""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from zhtj.lib import crypto

from members.models import EntryDraft
from orgs.models import OrgUnit, Person, User

from tests import world
from tests.cast import Cast
from tests.conftest import WITNESS

pytestmark = pytest.mark.django_db


def seen() -> list[str]:
    """Where an id was seen since the last time."""
    return [line.split(":")[0].split(" ")[0] for line in WITNESS.take()]


@pytest.fixture
def branch(cast: Cast) -> OrgUnit:
    return cast.branch


def draft(branch: OrgUnit, typed: bytes) -> EntryDraft:
    author = User.objects.first()
    return EntryDraft(user=author, branch=branch, typed_sealed=typed, saved_at=branch.created_at)


def test_it_sees_texts_bytes_many_rows_and_sessions(branch: OrgUnit) -> None:
    clear = world.national_id(7)
    assert seen() == []
    Person.objects.filter(full_name="张三").update(workplace=f"（{clear}）")
    assert seen() == ["statement"]
    draft(branch, clear.encode()).save()
    assert seen() == ["statement"]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE orgs_person SET workplace = %s WHERE id = %s", [("", 1), (clear, 2)])
    assert seen() == ["statement"]
    session = SessionStore()
    session["typed"] = {"national_id": clear}
    session.save()
    assert "session" in seen()


def test_it_sees_log_lines_and_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    clear = world.national_id(7)
    logging.getLogger("zhtj.anything").error("no %s", clear)
    assert seen() == ["log"]
    (tmp_path / "scan.pdf").write_bytes(b"%PDF " + clear.encode())
    WITNESS.look_at_files()
    assert seen() == ["file"]
    (tmp_path / "scan.pdf").unlink()


def test_it_sees_what_lies_in_a_table(branch: OrgUnit) -> None:
    Person.objects.create(
        id_sealed=world.national_id(8).encode(),
        id_index=crypto.blind_index("x"),
        full_name="张三",
        sex="male",
        birth_on="2000-01-01",
        ethnicity="汉族",
        political_status="league_member",
    )
    WITNESS.take()
    WITNESS.look_at_tables()
    assert seen() == ["table"]


def test_sealed_and_masked_ones_it_lets_pass(branch: OrgUnit) -> None:
    draft(branch, crypto.seal(world.national_id(9))).save()
    world.member(branch, world.person("张三", id_text=world.national_id(10)))
    logging.getLogger("zhtj.anything").error("no %s", "4101**********0010")
    WITNESS.look_at_tables()
    assert seen() == []
