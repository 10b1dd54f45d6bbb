"""Importing members: check and commit, beside the floor and on the memory they take.

Floor: the least any importer must do for the same people: calamine's `to_python` of the same file,
and a COPY of text made ready beforehand into person, member, cadre and audit, with all their indexes
and keys, COMMIT included. The text is what a real import just wrote, taken out again.

Peer: django-import-export (`tests.bench.peer`), at the larger size, in the same run. It works row by row, so
its time is taken of PEER_ROWS rows and scaled up.
"""

import datetime as dt
import io
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from python_calamine import load_workbook

from zhtj.demo.identities import Crowd
from zhtj.demo.people import BRANCH_POSTS, Filler, Seat
from zhtj.imports import actions
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import days
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook

from cadres.models import Cadre
from members.models import Member
from orgs.kinds import Domain, UnitKind
from orgs.models import AuditEntry, OrgUnit, Person
from orgs.scopes import Actor
from orgs.tree import NewUnit

from tests import world
from tests.bench import peer
from tests.bench.enter import enter
from tests.bench.frame import Result, seconds

PEOPLE = {"small": 20_000, "full": 500_000}  # in the system beforehand
ROWS = {"small": (1_000, 5_000), "full": (5_000, 20_000)}
MEMORY_ROWS = {"small": 5_000, "full": 50_000}
RUNS = 5
PEER_ROWS = 2_000
PEER_RUNS = 3
BRANCH_SIZE = 50
HEADERS = (
    "姓名", "身份证号码", "民族", "政治面貌", "入团年月", "所在团支部", "是否为团干部", "团内职务",
    "发展团员编号", "入团志愿书", "团员证", "组织关系介绍信", "文化程度", "手机号码", "学习工作单位", "QQ",
)  # fmt: skip
SPEED_BAR = "≤ 4 × floor, ≥ 6 000 a second, ≥ 15 × peer; aim ≤ 3 ×, 10 000"
LOCK_ROWS = 5_000  # as many as are promised for SQLite
LOCK_BAR = "< 1.5 s: others' single entries wait so long at most"
MEMORY_BAR = "< 300 MB"


def run(size: str) -> list[Result]:
    """The speed at two sizes, then the memory of large files, clean and with every row faulty."""
    desk = Desk(PEOPLE[size])
    results = [_speed(desk, count) for count in ROWS[size]]
    results[-1].peer = [_peer(desk, ROWS[size][-1]) for _ in range(PEER_RUNS)]
    if connection.vendor == "sqlite":
        results.append(_others_wait(desk, LOCK_ROWS))
    results.append(_memory(desk, "import members: memory", MEMORY_ROWS[size], is_faulty=False))
    results.append(_memory(desk, "import members: memory, all faulty", MEMORY_ROWS[size], is_faulty=True))
    return results


@dataclass
class Desk:
    """A committee with branches, its admin, and a crowd of people who are in already."""

    people: int
    crowd: Crowd = field(default_factory=lambda: Crowd(days.today()))

    def __post_init__(self) -> None:
        county = world.unit(world.unit(world.province(), "city_committee"), "county_committee")
        self.committee = self._committee(county, "测试中学团委", 400)
        self.actor: Actor = world.actor(world.account(self.committee), "import")
        self.next = 40_000_000  # nobody the filler draws
        branches = self.people // BRANCH_SIZE
        other = self._committee(county, "原有中学团委", branches)
        with transaction.atomic():
            Filler(days.today(), random.Random(1)).write(_seats(other, self.people))
        _settle()

    def _committee(self, parent: OrgUnit, name: str, branches: int) -> OrgUnit:
        children = [NewUnit(f"{name}{n}团支部", UnitKind.BRANCH) for n in range(branches)]
        return world.unit(parent, "committee", name, children=children)

    def workbook(self, count: int, *, is_faulty: bool = False) -> bytes:
        """A file of `count` people nobody has seen."""
        file = io.BytesIO()
        header = [HeaderCell(text) for text in HEADERS]
        write_workbook(file, [SheetOut("名单", header, self._rows(count, is_faulty))])
        return file.getvalue()

    def _rows(self, count: int, is_faulty: bool) -> Iterator[list[str]]:
        for n in range(count):
            self.next += 1
            who = self.crowd.person(self.next)
            is_cadre = n % BRANCH_SIZE < 3
            joined = min(who.birth_on + dt.timedelta(days=14 * 366), days.today())
            number = f"{joined.year}42{self.next % 1_000_000:06d}" if joined.year >= 2017 else ""
            national_id = who.national_id[:-1] + "?" if is_faulty else who.national_id
            branch = f"测试中学团委{n // BRANCH_SIZE % 400}团支部"
            post = BRANCH_POSTS[n % BRANCH_SIZE] if is_cadre else ""
            yield [
                who.full_name, national_id, "汉族", "共青团员", f"{joined:%Y-%m}", branch,
                "是" if is_cadre else "否", post, number, "有", "", "", "高中",
                f"138{self.next % 10**8:08d}", "测试中学", str(self.next),
            ]  # fmt: skip

    def upload(self, data: bytes) -> ImportBatch:
        return actions.upload(
            self.actor,
            kind="members",
            unit=self.committee,
            file_name="团员名单.xlsx",
            data=data,
            attest_evidence=True,
        )


def _seats(committee: OrgUnit, count: int) -> Iterator[Seat]:
    branches = list(OrgUnit.objects.filter(parent=committee).values_list("pk", flat=True))
    moment = days.now()
    for n in range(count):
        yield Seat(branches[n // BRANCH_SIZE % len(branches)], UnitKind.BRANCH, Domain.SCHOOL, moment, True)


def _speed(desk: Desk, count: int) -> Result:
    result = Result("import members: check + commit", count, "rows", [], bar=SPEED_BAR)
    for _ in range(RUNS):
        data = desk.workbook(count)
        batch = desk.upload(data)
        started = time.perf_counter()
        enter(batch, desk.actor)
        result.seconds.append(time.perf_counter() - started)
        if batch.state != BatchState.COMMITTED or batch.entered_count != count:
            raise RuntimeError(f"{batch.entered_count} of {count} entered: {batch.faults or batch.problems}")
        result.floor.append(_floor(batch, data))
        _settle()
    return result


def _peer(desk: Desk, count: int) -> float:
    """The peer's time for `count` people, as it is for PEER_ROWS of them."""
    data = desk.workbook(PEER_ROWS)
    took = seconds(lambda: peer.enter(data, desk.committee))
    _settle()
    return took * count / PEER_ROWS


def _floor(batch: ImportBatch, data: bytes) -> float:
    """Take out what the batch wrote, then time putting it in again as it is."""
    people = list(Member.objects.filter(batch_id=batch.pk).values_list("person_id", flat=True))
    written = [
        (AuditEntry, f"batch_id = {batch.pk}"),
        (Cadre, f"batch_id = {batch.pk}"),
        (Member, f"batch_id = {batch.pk}"),
        (Person, f"id BETWEEN {min(people)} AND {max(people)}"),
    ]
    ready = [(model._meta.db_table, _taken_out(model._meta.db_table, where)) for model, where in written]
    _settle()

    def put_back() -> None:
        load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        with transaction.atomic():
            for name, rows in reversed(ready):
                _put_back(name, rows)

    return seconds(put_back)


def _taken_out(table: str, where: str) -> Any:
    """The rows, ready for the quickest way back in; they are deleted."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.BytesIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {where}) TO STDOUT", text)
            rows: Any = text.getvalue()
        else:
            cursor.execute(f"SELECT * FROM {table} WHERE {where}")
            rows = cursor.fetchall()
        cursor.execute(f"DELETE FROM {table} WHERE {where}")
    return rows


def _put_back(table: str, rows: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(rows), size=1 << 18)
        elif rows:
            cursor.executemany(f"INSERT INTO {table} VALUES ({','.join(['%s'] * len(rows[0]))})", rows)


def _settle() -> None:
    """Let the database put itself in order, so that no run pays for the one before."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _others_wait(desk: Desk, count: int) -> Result:
    """SQLite has one writer: the longest that another had to wait for its turn during check and commit."""
    result = Result("import members: others wait (SQLite)", count, "rows", [], bar=LOCK_BAR)
    for _ in range(RUNS):
        batch, waits, done = desk.upload(desk.workbook(count)), [0.0], threading.Event()
        other = threading.Thread(target=_keep_writing, args=(waits, done))
        other.start()
        try:
            enter(batch, desk.actor)
        finally:
            done.set()
            other.join()
        result.seconds.append(max(waits))
    return result


def _keep_writing(waits: list[float], done: threading.Event) -> None:
    """Take the write lock and give it back, again and again, with a connection of one's own."""
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=30, isolation_level=None)
    while not done.wait(0.01):
        waits.append(seconds(lambda: other.execute("BEGIN IMMEDIATE")))
        other.execute("ROLLBACK")
    other.close()


def _memory(desk: Desk, what: str, count: int, *, is_faulty: bool) -> Result:
    """The peak of a process that does nothing but this check and commit."""
    batch = desk.upload(desk.workbook(count, is_faulty=is_faulty))
    batch_id, actor_id = str(batch.pk), str(desk.actor.user.pk)
    environment = os.environ | {
        "DATABASE_URL": _url_of_this_database(),
        "ZHTJ_FIELD_KEY": settings.ZHTJ_FIELD_KEY,
    }
    command = [sys.executable, "-m", "tests.bench.enter", batch_id, actor_id]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    good = 0 if is_faulty else count
    if said["entered"] != good:
        raise RuntimeError(f"{said} although {good} rows are good")
    return Result(what, count, "rows", [said["seconds"]], megabytes=said["megabytes"], bar=MEMORY_BAR)


def _url_of_this_database() -> str:
    parts, name = urlsplit(os.environ["DATABASE_URL"]), connection.settings_dict["NAME"]
    return f"{parts.scheme}://{parts.netloc}/{name}"
