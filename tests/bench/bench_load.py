"""A morning at its peak: hundreds of people signed in at once look, enter and import (quality, section 1).

The real processes on this machine, as docker-compose.yml starts them: web server, worker and timetable,
PostgreSQL and Redis; whoever asks runs beside them and is counted in. Everybody administers a branch of
their own, signs in by the log-in page within the first tenth of the time and from then on asks for a page
every half minute. Rows come in as on the busiest days of the notice, nine of ten by files of 25 to 40
people, each handed in, waited for, looked at, committed and waited for again; the tenth by form. Nobody
waits for anybody else: what is due is asked for although what came before is not answered yet.

Times are those of single answers, redirects being answers of their own. An answer of another status than
expected, none at all, a file not entered and a row that was confirmed but is not there are errors: they are
counted in the last column and named on stderr.
"""

import datetime as dt
import http.client
import io
import os
import random
import re
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from zhtj.demo import identities
from zhtj.lib import sheets

from members.models import Member
from orgs.kinds import Domain, UnitKind
from orgs.models import OrgUnit, User

from tests import processes, reach, workbooks, world
from tests.bench import province
from tests.bench.bench_entry import ENTRY
from tests.bench.frame import Result

SIZES = {"small": ("small", 25, 20), "full": ("medium", 500, 600)}  # demo, people at work, seconds
PROVINCE_PEOPLE, PROVINCE_SECONDS = 500, 600
ROWS_PER_SECOND = 25
BY_FORM = 0.1
FILE_ROWS = (25, 40)
PAGE_EVERY = 30.0  # seconds between two pages of one person
POLL_EVERY = 2.0  # as the page of a batch asks by itself
PATIENCE = 120.0  # until a file must be checked or entered
HANDS = 128  # requests that may wait at once
BAR = "0 errors, p95 < 500 ms"
HEADERS = ("姓名", "身份证号码", "民族", "政治面貌", "入团年月", "是否为团干部", "入团志愿书")
PAGES = ("home", "member_list", "bulletin_latest", "import_list", "unit_list")
TOKEN = "t" * 32  # of the protection against forged requests: cookie and header agree
WHOLE = "a file, from upload to entered"


def run(size: str) -> list[Result]:
    """On a demo province, filled first."""
    demo, people, seconds = SIZES[size]
    province.fill(demo)
    return _results(people, seconds)


def measure() -> list[Result]:
    """On the province that stands in the database: some ten thousand members more are left there."""
    return _results(PROVINCE_PEOPLE, PROVINCE_SECONDS)


def _results(people: int, seconds: int) -> list[Result]:
    redis = reach.redis_url()
    if connection.vendor != "postgresql" or not redis:
        print("load: left out, asks for PostgreSQL and Redis", file=sys.stderr)
        return []
    crowd, before = _hire(people), _entered()
    with tempfile.TemporaryDirectory(prefix="zhtj-load-") as folder, _site(redis, Path(folder)) as address:
        morning = Morning(address, crowd, seconds)
        morning.spend()
    if (there := _entered() - before) != morning.rows:
        morning.faults[f"{morning.rows} rows confirmed, {there} there"] += 1
    return morning.results()


def _entered() -> int:
    return Member.objects.filter(until_at=None).count()


# --- the site -------------------------------------------------------------------------------------


@contextmanager
def _site(redis: str, folder: Path) -> Iterator[str]:
    """Web server, worker and timetable on the bench's database: the address, once they are up."""
    stated = connection.settings_dict
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{stated['NAME']}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "ZHTJ_DEBUG": "0",
        "ZHTJ_SECRET_KEY": settings.SECRET_KEY,
        "ZHTJ_FIELD_KEY": settings.ZHTJ_FIELD_KEY,
        "ZHTJ_ALLOWED_HOSTS": "127.0.0.1",
        "ZHTJ_SSL_REDIRECT": "0",
        "ZHTJ_STATIC_ROOT": str(folder / "static"),
        "DJANGO_SETTINGS_MODULE": "zhtj.settings",
    }
    celery = ["-m", "celery", "--app", "zhtj.celery"]
    port = processes.free_port()
    with ExitStack() as stack:
        gather = stack.enter_context(
            processes.python(["manage.py", "collectstatic", "--noinput"], environment, folder / "static.log")
        )
        if gather.wait() != 0:
            raise RuntimeError((folder / "static.log").read_text())
        for name, arguments in (
            ("worker", ["worker", "--concurrency", "2", "--loglevel", "WARNING"]),
            ("beat", ["beat", "--schedule", str(folder / "timetable"), "--loglevel", "WARNING"]),
        ):
            stack.enter_context(processes.python([*celery, *arguments], environment, folder / f"{name}.log"))
        web = [*processes.gunicorn(port, threads=4), "--workers", "3"]
        yield stack.enter_context(processes.answering(web, environment, folder / "web.log", port))


def _hire(people: int) -> list["Person"]:
    """An account for each of so many branches whose domain may be entered. One password hash for all."""
    branches = OrgUnit.objects.filter(kind=UnitKind.BRANCH, closed_at=None, domain=Domain.SCHOOL)
    chosen = list(branches.order_by("pk")[:people])
    if len(chosen) < people:
        raise RuntimeError(f"{people} people, but {len(chosen)} branches of schools")
    names = [f"load{uuid.uuid4().hex[:12]}" for _ in chosen]
    world.accounts([(branch, "unit_admin", name) for branch, name in zip(chosen, names, strict=True)])
    User.objects.filter(username__in=names).update(password=make_password(world.PASSWORD))
    return [Person(branch, name) for branch, name in zip(chosen, names, strict=True)]


# --- the people -----------------------------------------------------------------------------------


class Fault(Exception):
    """An answer other than it should be."""


@dataclass
class Person:
    """One administrator and their browser."""

    branch: OrgUnit
    username: str
    cookies: dict[str, str] = field(default_factory=lambda: {"csrftoken": TOKEN})
    is_in: threading.Event = field(default_factory=threading.Event)


@dataclass
class Morning:
    """What is asked for when, and how it went."""

    address: str
    crowd: list[Person]
    seconds: int
    times: dict[str, list[float]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    late: float = 0.0  # seconds something was begun after its time: the asking side was the slow one
    took: float = 0.0
    _luck: random.Random = field(default_factory=lambda: random.Random(2018))
    _noting: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        known = identities.Crowd(dt.date.today())
        # The demo counts from the other end; a later run begins below all that one before can have taken.
        taken = int(time.time()) * 2 * ROWS_PER_SECOND % (identities.CAPACITY // 2)
        self._people = (known.person(number) for number in range(identities.CAPACITY - 1 - taken, 0, -1))

    def spend(self) -> None:
        """Everything at its time, whether or not what came before is done."""
        agenda = sorted(self._agenda(), key=lambda entry: entry[0])
        began = time.perf_counter()
        with ThreadPoolExecutor(HANDS) as hands:
            for due, do in agenda:
                time.sleep(max(0.0, began + due - time.perf_counter()))
                hands.submit(self._try, do, began + due)
        self.took = time.perf_counter() - began

    def _agenda(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """What is due after how many seconds."""
        signing_in = self.seconds / 10
        for person in self.crowd:
            start = self._luck.uniform(0, signing_in)
            yield start, partial(self._sign_in, person)
            at = start + self._luck.uniform(1, PAGE_EVERY)
            while at < self.seconds:
                yield at, partial(self._look, person, self._luck.choice(PAGES))
                at += self._luck.uniform(0.5, 1.5) * PAGE_EVERY
        for many, rate in (
            (False, ROWS_PER_SECOND * BY_FORM),
            (True, ROWS_PER_SECOND * (1 - BY_FORM) / (sum(FILE_ROWS) / 2)),
        ):
            at = signing_in
            while (at := at + self._luck.expovariate(rate)) < self.seconds:
                yield at, self._import(self._luck.choice(self.crowd)) if many else self._enter()

    def _try(self, do: Callable[[], None], due: float) -> None:
        self.late = max(self.late, time.perf_counter() - due)
        try:
            do()
        except Exception as fault:
            with self._noting:
                self.faults[f"{type(fault).__name__}: {fault}"[:160]] += 1

    def _sign_in(self, person: Person) -> None:
        said = {"username": person.username, "password": world.PASSWORD}
        try:
            self._ask("signed in", person, reverse("login"), said, expected=302)
        finally:
            person.is_in.set()

    def _look(self, person: Person, page: str) -> None:
        person.is_in.wait(PATIENCE)
        self._ask("a page", person, reverse(page))

    def _enter(self) -> Callable[[], None]:
        person, someone = self._luck.choice(self.crowd), next(self._people)
        said = ENTRY | {"full_name": someone.full_name, "national_id": someone.national_id}

        def enter() -> None:
            person.is_in.wait(PATIENCE)
            address = reverse("member_enter", kwargs={"branch_pk": person.branch.pk})
            self._ask("the form", person, address)
            self._ask("one member saved", person, address, said, expected=302)
            self._count(1)

        return enter

    def _import(self, person: Person) -> Callable[[], None]:
        count = self._luck.randint(*FILE_ROWS)
        data = _workbook([next(self._people) for _ in range(count)])

        def enter() -> None:
            person.is_in.wait(PATIENCE)
            began = time.perf_counter()
            upload = reverse("import_upload") + "?kind=members"
            body = encode_multipart(BOUNDARY, {"form_key": uuid.uuid4(), "file": _File("名单.xlsx", data)})
            _, location = self._ask("a file handed in", person, upload, body, expected=302)
            pk = int(re.findall(r"/imports/([0-9]+)/", location)[0])
            self._await(person, pk)
            page, _ = self._ask("the review", person, reverse("import_batch", args=[pk]))
            revision = re.findall(r'name="revision" value="([0-9]+)"', page)
            if not revision:
                raise Fault("a review without its button")
            commit = reverse("import_commit", args=[pk])
            self._ask("a file committed", person, commit, {"revision": revision[0]}, expected=302)
            self._await(person, pk)
            self._note(WHOLE, time.perf_counter() - began)
            self._count(count)

        return enter

    def _await(self, person: Person, pk: int) -> None:
        """Ask as the page does, until the batch goes no further by itself."""
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            time.sleep(POLL_EVERY)
            page, _ = self._ask("is it done?", person, reverse("import_progress", args=[pk]))
            if "hx-get" not in page:
                return
        raise Fault(f"a file was waited for {PATIENCE:.0f} s")

    def _ask(
        self,
        what: str,
        person: Person,
        path: str,
        said: dict[str, str] | bytes | None = None,
        expected: int = 200,
    ) -> tuple[str, str]:
        """One request: the page, and where it led. Its time is noted."""
        body = urlencode(said).encode() if isinstance(said, dict) else said
        cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Referer": self.address}
        if body is not None:
            is_form = isinstance(said, dict)
            headers["Content-Type"] = "application/x-www-form-urlencoded" if is_form else MULTIPART_CONTENT
        began = time.perf_counter()
        browser = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE)
        try:
            browser.request("GET" if body is None else "POST", path, body, headers)
            answer = browser.getresponse()
            page = answer.read().decode(errors="replace")
        finally:
            browser.close()
        self._note(what, time.perf_counter() - began)
        if answer.status != expected:
            raise Fault(f"{what}: {answer.status} instead of {expected}")
        person.cookies.update(_cookies(answer))
        return page, answer.getheader("Location", "")

    def _note(self, what: str, taken: float) -> None:
        with self._noting:
            self.times.setdefault(what, []).append(taken)

    def _count(self, rows: int) -> None:
        with self._noting:
            self.rows += rows

    def results(self) -> list[Result]:
        """A line for each kind of answer, one for all of them, and the rows that came in."""
        errors = sum(self.faults.values())
        for fault, count in self.faults.most_common(10):
            print(f"load: {count} × {fault}", file=sys.stderr)
        print(f"load: begun at most {self.late:.2f} s after its time", file=sys.stderr)
        people, answers = len(self.crowd), dict(self.times)
        whole = answers.pop(WHOLE, [])
        every = [taken for times in answers.values() for taken in times]
        lines = [Result(f"load: {what}", people, "people", times) for what, times in sorted(answers.items())]
        if whole:
            lines.append(Result(f"load: {WHOLE}", people, "people", whole))
        lines.append(Result("load: every answer", people, "people", every, bar=f"{BAR}: {errors} errors"))
        lines.append(Result("load: rows entered", self.rows, "rows", [self.took], bar=f"{ROWS_PER_SECOND}/s"))
        return lines


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    """What the answer sets, by name."""
    given = (line.partition(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, _, value in given if name != "csrftoken"}


class _File(io.BytesIO):
    """Bytes with a name, as a form hands in a file."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name
        self.content_type = sheets.MEDIA_TYPE


def _workbook(people: list[identities.Identity]) -> bytes:
    """A list as a branch has it."""
    shared = [ENTRY[field] for field in ("ethnicity", "political_status", "joined_on", "is_cadre")]
    rows = [[someone.full_name, someone.national_id, *shared, "有"] for someone in people]
    return workbooks.xlsx([HEADERS, *rows])
