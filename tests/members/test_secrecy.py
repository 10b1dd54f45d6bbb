"""No national id in clear: neither in the database after a long day's work, nor in files, logs or answers."""

import datetime as dt
import io
import json
import logging
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from zhtj.imports import actions as imports
from zhtj.imports import pipeline
from zhtj.imports.models import ImportBatch

from members import actions
from members.models import Member, YouthUnderReview
from members.rules import EntryReader

from tests import workbooks, world
from tests.cast import Cast
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
HEADER = ["姓名", "身份证号码", "民族", "政治面貌", "入团年月", "是否为团干部", "入团志愿书"]
pytestmark = pytest.mark.django_db


def dump() -> bytes:
    """Every value of every table, as bytes; what a session holds as it is read."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                parts += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                ]
    parts += [str(session.get_decoded()).encode() for session in Session.objects.all()]
    return b"\n".join(parts)


class Day:
    """A day's work of a branch and its superior; every id used and every answer given is kept."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder
        self.secretary, self.admin = world.actor(cast.secretary), world.actor(cast.committee_admin)
        self.browser, self.superior = world.client(cast.secretary), world.client(cast.committee_admin)
        self.ids: list[str] = []
        self.answers: list[Any] = []
        self.read = EntryReader(TODAY).read

    def id(self, **given: Any) -> str:
        self.ids.append(world.national_id(**given))
        return self.ids[-1]

    def post(self, address: str, data: Any, *, by: Any = None, api: bool = False) -> Any:
        browser = by or self.browser
        kind = {"content_type": "application/json"} if api else {}
        answer = browser.post(address, json.dumps(data) if api else data, **kind)
        assert answer.status_code < 500, address
        self.answers.append(answer)
        return answer

    def entering(self) -> None:
        address = f"/members/enter/{self.cast.branch.pk}/"
        typed = good_cells(national_id=self.id())
        self.post(address, typed)
        self.post(address, good_cells(national_id=self.id(), mobile="1"))
        self.post(address + "draft/", good_cells(national_id=self.id()))
        self.post(address + "check/", good_cells(national_id=self.id()))
        self.post("/api/members/", good_cells(national_id=self.id()), api=True)
        self.post("/api/members/", good_cells(national_id=self.id(), ethnicity="火星"), api=True)
        broken = self.id()[:-1] + "0"
        self.ids.append(broken)
        self.post("/api/members/", good_cells(national_id=broken), api=True)
        self.post("/api/cadres/", good_cells(national_id=self.id(), post="书记"), api=True)

    def looking_for(self) -> None:
        known = self.ids[0]
        for address in ("/members/", "/members/compare/"):
            self.post(address, {"q": known, "list": "\n".join(self.ids)}, by=self.superior)
        self.post("/api/members/search/", {"q": known}, by=self.superior, api=True)
        self.post("/api/members/compare/", {"list": self.ids}, by=self.superior, api=True)
        export = self.post("/members/export/", {"purpose": "核对"}, by=self.superior)
        (self.folder / "export.xlsx").write_bytes(b"".join(export.streaming_content))

    def importing(self) -> None:
        rows = {"张三": {}, "1": {}, "李四": {"入团年月": "2017-05"}}
        for kind, unit in (("members", self.cast.branch), ("youths", self.cast.branch)):
            sheet = [HEADER]
            for name, changed in rows.items():
                cells = [name, self.id(), "汉族", "共青团员", "2015-05", "否", "有"]
                sheet.append([changed.get(head, cell) for head, cell in zip(HEADER, cells, strict=True)])
            data = workbooks.xlsx(sheet, name="名单")
            file = SimpleUploadedFile("名单.xlsx", data)
            given = {"file": file, "form_key": str(uuid.uuid4())}
            self.post(f"/imports/new/?kind={kind}&unit={unit.pk}", given)
            batch = imports.upload(self.secretary, kind=kind, unit=unit, file_name="a.xlsx", data=data)
            pipeline.check(batch.pk)
            batch.refresh_from_db()
            self.answers.append(self.browser.get(f"/imports/{batch.pk}/"))
            self.answers.append(self.browser.get(f"/api/imports/{batch.pk}/rows/"))
            codes = [asked["code"] for asked in batch.acknowledgements]
            imports.ask_commit(self.secretary, batch=batch, acknowledge=codes)
            pipeline.commit(batch.pk)
        path = self.folder / "by-command.csv"
        path.write_text("\n".join(",".join(row) for row in [HEADER, ["1", self.id(), "", "", "", "", ""]]))
        out = io.StringIO()
        options = {"unit": self.cast.branch.code, "actor": self.cast.secretary.username, "json": True}
        with pytest.raises(SystemExit):
            call_command("import_workbook", "members", str(path), stdout=out, **options)
        path.unlink()
        self.answers.append(out.getvalue())

    def procedures(self) -> None:
        cast, reason = self.cast, {"reason": "有误"}
        member = world.member(cast.branch, world.person("王小明", id_text=self.id()))
        self.post(f"/members/{member.pk}/identity/", {"full_name": "李四", "national_id": self.id()} | reason)
        world.member(cast.other_branch, world.person("张三", id_text=self.id()))
        claim = {"full_name": "张三", "national_id": self.ids[-1]}
        self.post(f"/members/claim/{cast.branch.pk}/", claim | reason)
        late = self.read(good_cells(national_id=self.id(), joined_on="2017-05"))
        (youth,) = actions.put_under_review(self.secretary, branch=cast.branch, entries=[late], today=TODAY)
        scan = b"%PDF-1.4 " + self.id().encode()
        actions.attach_document(self.secretary, youth=youth, name="志愿书.pdf", data=scan)
        self.answers.append(self.browser.get(f"/members/review/{youth.pk}/"))
        self.post("/api/youths/", good_cells(national_id=self.id(), joined_on="2017-05"), api=True)
        ready = self.read(good_cells(national_id=self.id()))
        actions.put_under_review(self.secretary, branch=cast.branch, entries=[ready], today=TODAY)
        ids = list(YouthUnderReview.objects.values_list("pk", flat=True))
        actions.recognise_all(self.admin, unit=cast.committee, youth_ids=ids, today=TODAY)
        for address in (
            "/members/",
            "/members/review/",
            "/members/cases/",
            "/members/print/",
            "/api/people/",
        ):
            self.answers.append(self.superior.get(address))


def test_no_id_lies_in_clear_after_a_long_day(cast: Cast, settings: Any, tmp_path: Path, caplog: Any) -> None:
    settings.ZHTJ_ENTRY_GATE, settings.MEDIA_ROOT = "", str(tmp_path)
    caplog.set_level(logging.DEBUG)
    day = Day(cast, tmp_path)
    day.entering()
    day.importing()
    day.procedures()
    day.looking_for()
    assert Member.objects.count() >= 6 and ImportBatch.objects.count() == 5, "the day had its work"
    told = [answer if isinstance(answer, str) else _said(answer) for answer in day.answers]
    stored = dump() + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    logs = "\n".join(record.getMessage() for record in caplog.records)
    assert "王小明".encode() in stored, "the dump shows what lies in clear"
    for national_id in day.ids:
        assert national_id.encode() not in stored
        assert national_id not in logs
        assert not [text for text in told if national_id in text]


def test_what_is_told_of_somebody_waits_on_the_server_and_not_in_a_cookie(cast: Cast, settings: Any) -> None:
    """A cookie stays on a shared computer, where the next one at it can read it."""
    settings.ZHTJ_ENTRY_GATE = ""
    client = world.client(cast.secretary)
    answer = client.post(f"/members/enter/{cast.branch.pk}/", good_cells(full_name="王小明"))
    assert answer.status_code == 302 and set(client.cookies) == {"sessionid"}
    assert "已录入王小明" in client.get(answer["Location"]).content.decode()
    assert "已录入王小明" not in client.get(answer["Location"]).content.decode(), "told once"


def _said(answer: Any) -> str:
    """The headers, the address led to and the text of an answer; what a form shows again of what its own
    sender typed is left out."""
    heads = "\n".join(f"{name}: {value}" for name, value in answer.items())
    if answer.streaming:
        return heads
    text = answer.content.decode()
    is_echo = answer.request["REQUEST_METHOD"] == "POST" and "<form" in text
    return heads if is_echo else heads + text
