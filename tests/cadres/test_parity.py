"""One rule, four doors, for cadres: one table of entries through form, API, workbook and command.

The importing unit is a committee of a school; the form knows its unit from its address, so lines
that name a unit go through the doors that carry it as a value.
"""

import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from zhtj.imports import actions, pipeline, report

from cadres.imports import COLUMNS
from cadres.models import Cadre
from cadres.rules import EVERY_CODE

from tests import workbooks, world
from tests.cast import Cast

pytestmark = pytest.mark.django_db

OLD, YOUNG = dt.date(1985, 3, 1), dt.date(2000, 5, 1)
KNOWN, KEPT_ELSEWHERE, NAMED = (world.national_id(n, born=OLD) for n in (901, 902, 903))
TWICE, TWO_NAMES = (world.national_id(n, born=OLD) for n in (904, 905))
ALL = frozenset({"form", "api", "sheet"})
VALUES = frozenset({"api", "sheet"})


@dataclass(frozen=True)
class Line:
    """What is typed besides a good row, and the codes of error and of warning it must meet."""

    cells: dict[str, Any]
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doors: frozenset[str] = field(default=ALL)
    county: bool = False  # entered for the leading organ instead


def bad(*codes: str, **cells: Any) -> Line:
    return Line(cells, codes)


def of_unit(code: str, unit: str) -> Line:
    return Line({"unit": unit}, (code,), doors=VALUES)


BAD = [
    bad("full_name.missing", full_name=""),
    bad("full_name.format", full_name="李1"),
    bad("national_id.missing", national_id=""),
    bad("national_id.lost_digits", national_id="4.10102E+17"),
    bad("national_id.old_15", national_id="410102850301123"),
    bad("national_id.format", national_id="41010219850301123A"),
    bad("national_id.region", national_id="99010219850301123X"),
    bad("national_id.birth_date", national_id="410102198502301239"),
    bad("national_id.checksum", national_id=KNOWN[:17] + ("1" if KNOWN[17] != "1" else "2")),
    bad("person.name_mismatch", national_id=NAMED, full_name="李四"),
    bad("ethnicity.missing", ethnicity=""),
    bad("ethnicity.unknown", ethnicity="汉人"),
    bad("political_status.missing", political_status=""),
    bad("political_status.unknown", political_status="民主人士"),
    bad("post.missing", post=""),
    bad("post.missing", post="无"),
    bad("post.unknown", post="班长"),
    bad("post.not_at_this_kind", post="组织委员"),
    bad("engagement.unknown", engagement="全职"),
    bad("appointed_on.format", appointed_on="上学期"),
    bad("appointed_on.future", appointed_on="2019-01"),
    bad("joined_on.format", joined_on="去年五月"),
    bad("joined_on.future", joined_on="2018-12"),
    bad("joined_on.before_birth", joined_on="1980-05"),
    bad("education.format", education="非常非常非常高的文化程度"),
    bad("mobile.format", mobile="12345678901"),
    bad("workplace.format", workplace="单" * 61),
    bad("email.format", email="not-an-address"),
    bad("qq.format", qq="1234"),
    bad("wechat.format", wechat="w" * 31),
    bad("joined_party_on.format", joined_party_on="党员"),
    bad("full_name.format", "mobile.format", "post.unknown", full_name="1", mobile="1", post="班长"),
    of_unit("unit.unknown", "不存在团支部"),
    of_unit("unit.out_of_scope", "HN020101"),
    of_unit("unit.ambiguous", "同名团支部"),
    Line({"unit": "已撤团支部", "post": "书记"}, ("unit.closed",), doors=VALUES),
    Line({"national_id": TWICE}, ("post.twice_in_file",), doors=frozenset({"sheet"})),
    Line({"national_id": TWICE}, ("post.twice_in_file",), doors=frozenset({"sheet"})),
    Line({"national_id": TWO_NAMES}, ("full_name.differs_in_file",), doors=frozenset({"sheet"})),
    Line({"national_id": TWO_NAMES, "full_name": "李武", "post": "常委"}, ("full_name.differs_in_file",),
         doors=frozenset({"sheet"})),
    Line({}, ("engagement.missing",), doors=frozenset({"form", "api"}), county=True),
]  # fmt: skip

GOOD = [
    Line({}),
    Line({"political_status": "群众"}),
    Line({"political_status": "预备党员", "post": " 书 记 "}),
    Line({"engagement": "兼职", "appointed_on": "2018年9月", "joined_on": "2000.5", "mobile": "13812345678"}),
    Line({"national_id": KNOWN, "full_name": "李四明"}),
    Line({"national_id": KEPT_ELSEWHERE, "full_name": "王二"}),
    Line({"national_id": KEPT_ELSEWHERE, "full_name": "王二", "post": "常委", "ethnicity": "回族"},
         warnings=("person.read_only",)),
    Line({"unit": "高一1班团支部", "post": "组织委员"}, doors=VALUES),
    Line({"unit": "HN01010102", "post": "书记", "national_id": world.national_id(911, born=YOUNG)},
         warnings=("cadre.not_a_member",), doors=VALUES),
    Line({"engagement": "挂职"}, doors=frozenset({"form", "api"}), county=True),
]  # fmt: skip

LINES = [*BAD, *GOOD]
Told = dict[str, list[str]]


def cells_of(line: Line, number: int) -> dict[str, Any]:
    return {
        "full_name": "李文",
        "national_id": world.national_id(1000 + number, born=OLD),
        "ethnicity": "汉族",
        "political_status": "中共党员",
        "post": "委员",
    } | line.cells


def expected(line: Line) -> Told:
    return {"errors": sorted(line.errors), "warnings": sorted(line.warnings)}


@pytest.fixture(autouse=True)
def school(cast: Cast) -> Iterator[Cast]:
    world.person("李四明", id_text=KNOWN)
    world.person("王五", id_text=NAMED)
    kept = world.person("王二", id_text=KEPT_ELSEWHERE, political_status="party_member")
    world.cadre(cast.other_committee, "书记", kept)
    closed = world.branch(cast.committee, "已撤团支部")
    type(closed).objects.filter(pk=closed.pk).update(closed_at=world.days.now())
    first, second = (world.branch(cast.committee, name) for name in ("同名团支部", "另名团支部"))
    type(closed).objects.filter(pk=second.pk).update(full_name="同名团支部")
    type(closed).objects.filter(pk=first.pk).update(full_name="同名团支部")
    yield cast


def lines(door: str) -> list[Any]:
    chosen = [(number, line) for number, line in enumerate(LINES) if door in line.doors]
    return [
        pytest.param(number, line, id=f"{number}-{'-'.join(line.errors + line.warnings) or 'good'}")
        for number, line in chosen
    ]


@pytest.mark.parametrize(("number", "line"), lines("form"))
def test_the_form_says_the_same(school: Cast, number: int, line: Line) -> None:
    before = Cadre.objects.count()
    unit = school.county if line.county else school.committee
    browser = world.client(school.county_admin if line.county else school.committee_admin)
    answer = browser.post(f"/cadres/unit/{unit.pk}/enter/", cells_of(line, number), follow=True)
    assert answer.status_code == 200
    if answer.redirect_chain:
        assert Cadre.objects.count() == before + 1
        warned = sorted(m.extra_tags for m in answer.context["messages"] if m.level_tag == "warning")
        told = {"errors": [], "warnings": warned}
    else:
        assert Cadre.objects.count() == before
        errors = answer.context["form"].errors.as_data()
        told = {"errors": sorted(e.code for found in errors.values() for e in found), "warnings": []}
    assert told == expected(line)


@pytest.mark.parametrize(("number", "line"), lines("api"))
def test_the_api_says_the_same(school: Cast, number: int, line: Line) -> None:
    before = Cadre.objects.count()
    client = world.client(school.county_admin if line.county else school.committee_admin)
    cells = cells_of(line, number)
    answer = client.post("/api/cadres/", json.dumps(cells), content_type="application/json")
    body = answer.json()
    if answer.status_code == 201:
        assert Cadre.objects.count() == before + 1
        told = {"errors": [], "warnings": sorted(p["code"] for p in body["warnings"])}
    else:
        assert (answer.status_code, Cadre.objects.count()) == (422, before)
        told = {"errors": sorted(p["code"] for p in body["problems"]), "warnings": []}
    assert told == expected(line)


ON_SHEET = [line for line in LINES if "sheet" in line.doors]


def sheet() -> bytes:
    headers = {column.field: column.header for column in COLUMNS}
    rows = [[cells_of(line, number).get(name) for name in headers] for number, line in enumerate(ON_SHEET)]
    return workbooks.xlsx([list(headers.values()), *rows], name="团干部")


def assert_rows_say_the_same(problems: list[dict[str, Any]]) -> None:
    """`problems` as the desk reports them; the first line of the table stands in row 2."""
    told: dict[int, Told] = {number: {"errors": [], "warnings": []} for number in range(len(ON_SHEET))}
    for problem in problems:
        told[problem["row"] - 2][f"{problem['severity']}s"].append(problem["code"])
    for said in told.values():
        said["errors"].sort()
    assert told == {number: expected(line) for number, line in enumerate(ON_SHEET)}


def test_the_workbook_says_the_same(school: Cast) -> None:
    actor = world.actor(school.committee_admin)
    batch = actions.upload(actor, kind="cadres", unit=school.committee, file_name="团干部.xlsx", data=sheet())
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    good = [line for line in ON_SHEET if not line.errors]
    assert (batch.row_count, batch.ok_count) == (len(ON_SHEET), len(good))
    assert_rows_say_the_same(list(report.problems(batch)))


def run_command(school: Cast, file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    where = ("--unit", school.committee.code, "--actor", school.committee_admin.username)
    try:
        call_command("import_workbook", "cadres", str(file), *where, "--json", *more, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_the_command_says_the_same_and_commits_the_good_rows_once(school: Cast, tmp_path: Path) -> None:
    file = tmp_path / "团干部.xlsx"
    file.write_bytes(sheet())
    code, answer = run_command(school, file)
    assert code == 1
    assert_rows_say_the_same(answer["problems"])
    good = sum(not line.errors for line in ON_SHEET)
    code, answer = run_command(school, file, "--commit")
    assert (answer["state"], answer["entered"], answer["rectify"]) == ("committed", good, 0)
    code, answer = run_command(school, file, "--commit")
    assert (answer["ok"], answer["unchanged"], answer["updated"]) == (0, good, 0)


# Met by one cadre on record or by the declaration: tests/cadres/test_organs.py has a line for each.
ON_RECORD = {
    "post.held_already",
    "cadre.changed",
    "departed_on.missing",
    "departed_on.format",
    "departed_on.future",
    "departed_on.before_appointed",
    "departure.missing",
    "departure.unknown",
    "departure.settled",
    "declaration.open_cadres",
    "declaration.no_cadre",
    "declaration.not_an_organ",
}


OF_MEMBERS = {"is_volunteer.format"}  # a field that only a member's entry has


def test_every_code_that_a_cadre_can_meet_is_in_the_table() -> None:
    met = {code for line in LINES for code in (*line.errors, *line.warnings)}
    assert set(EVERY_CODE) - met == ON_RECORD | OF_MEMBERS
