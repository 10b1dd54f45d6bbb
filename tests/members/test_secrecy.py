"""No national id in clear: neither in the database after a scenario, nor in files, nor in the log."""

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from zhtj.imports import actions as imports
from zhtj.imports import pipeline

from members import actions
from members.rules import EntryReader

from tests import workbooks, world
from tests.cast import Cast
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db


def dump() -> bytes:
    """Every value of every table, as bytes."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                parts += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                ]
    return b"\n".join(parts)


def test_no_id_lies_in_clear_after_entering_importing_claiming_correcting_and_reviewing(
    cast: Cast, settings: Any, tmp_path: Path, caplog: Any
) -> None:
    settings.ZHTJ_ENTRY_GATE, settings.MEDIA_ROOT = "", str(tmp_path)
    caplog.set_level(logging.DEBUG)
    ids = [world.national_id() for _ in range(8)]
    secretary, browser = world.actor(cast.secretary), world.client(cast.secretary)
    read = EntryReader(TODAY).read
    browser.post(f"/members/enter/{cast.branch.pk}/", good_cells(national_id=ids[0]))
    browser.post(f"/members/enter/{cast.branch.pk}/", good_cells(national_id=ids[1], mobile="1"))
    browser.post("/members/", {"q": ids[0]})
    browser.post("/members/compare/", {"list": "\n".join(ids)})
    header = ["姓名", "身份证号码", "民族", "政治面貌", "入团年月", "是否为团干部", "入团志愿书"]
    good = ["张三", ids[2], "汉族", "共青团员", "2015-05", "否", "有"]
    faulty = ["1", ids[3], "汉族", "共青团员", "2015-05", "否", "有"]
    batch = imports.upload(
        secretary,
        kind="members",
        unit=cast.branch,
        file_name="名单.xlsx",
        data=workbooks.xlsx([header, good, faulty], name="团员"),
    )
    pipeline.check(batch.pk)
    member = world.member(cast.branch)
    actions.ask_correction(
        secretary,
        member=member,
        entry=read({"full_name": "李四", "national_id": ids[4]}),
        reason="有误",
        today=TODAY,
    )
    world.member(cast.other_branch, world.person("张三", id_text=ids[5]))
    actions.ask_claim(
        secretary,
        branch=cast.branch,
        entry=read({"full_name": "张三", "national_id": ids[5]}),
        reason="在我处",
    )
    late = read(good_cells(national_id=ids[6], joined_on="2017-05"))
    (youth,) = actions.put_under_review(secretary, branch=cast.branch, entries=[late], today=TODAY)
    scan = b"%PDF-1.4 " + ids[7].encode()
    actions.attach_document(secretary, youth=youth, name="志愿书.pdf", data=scan)

    stored = dump() + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert member.person.full_name.encode() in stored, "the dump shows what lies in clear"
    for national_id in ids:
        assert national_id.encode() not in stored
        assert national_id not in "\n".join(
            r.getMessage() for r in caplog.records if "django.db" not in r.name
        )
