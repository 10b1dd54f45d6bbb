"""One rule, four doors: one table of entries through form, API, workbook and command, the same codes.

Every line is one member as typed. The form knows its branch from its address: lines about it skip that door.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from zhtj.imports import actions, pipeline, report
from zhtj.lib import days

from members.imports import COLUMNS
from members.models import Member

from tests import workbooks, world
from tests.cast import Cast
from tests.conftest import IS_SECOND_PASS

pytestmark = pytest.mark.django_db

LATE = {"joined_on": "2017-05", "development_number": "201741000001", "application_form": "有"}
CADRE = {"is_cadre": "是", "post": "书记"}
HELD_ELSEWHERE, HELD_HERE, KNOWN = (world.national_id(n, region="410105") for n in (901, 902, 903))
TAKEN = "201541000099"


@dataclass(frozen=True)
class Line:
    """What is typed besides a good row, and the codes of error and of warning it must meet."""

    cells: dict[str, Any]
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doors: frozenset[str] = field(default=frozenset({"form", "api", "sheet"}))


def bad(code: str, *more: str, warnings: tuple[str, ...] = (), **cells: Any) -> Line:
    return Line(cells, (code, *more), warnings)


def of_branch(code: str, branch: str) -> Line:
    return Line({"branch": branch}, (code,), doors=frozenset({"api", "sheet"}))


def good(*warnings: str, **cells: Any) -> Line:
    return Line(cells, (), warnings)


BAD = [
    bad("full_name.missing", full_name=""),
    bad("full_name.missing", full_name=" \u3000\u200b"),
    bad("full_name.format", full_name="王"),
    bad("full_name.format", full_name="王1"),
    bad("full_name.format", full_name="王" * 31),
    bad("full_name.format", full_name="<b>王</b>"),
    bad("full_name.format", full_name="王😀"),
    bad("national_id.missing", national_id=""),
    bad("national_id.lost_digits", national_id="4.10102E+17"),
    bad("national_id.old_15", national_id="410102000501123"),
    bad("national_id.format", national_id="41010220000501123"),
    bad("national_id.format", national_id="A1234567"),
    bad("national_id.region", national_id="991010200005011234"),
    bad("national_id.birth_date", national_id="410102200002301234"),
    bad("national_id.birth_date", national_id="410102189912311234"),
    bad("national_id.checksum", national_id=KNOWN[:17] + ("1" if KNOWN[17] != "1" else "2")),
    bad("national_id.elsewhere", national_id=HELD_ELSEWHERE),
    bad("person.name_mismatch", national_id=KNOWN, full_name="李四"),
    bad("ethnicity.missing", ethnicity=""),
    bad("ethnicity.unknown", ethnicity="汉人"),
    bad("political_status.missing", political_status=""),
    bad("political_status.unknown", political_status="民主人士"),
    bad("political_status.not_a_member", political_status="群众"),
    bad("joined_on.missing", joined_on=""),
    bad("joined_on.format", joined_on="去年五月"),
    bad("joined_on.format", joined_on="2016-13"),
    bad("joined_on.format", joined_on="2016-02-30"),
    bad("joined_on.future", joined_on="2018-12"),
    bad("joined_on.before_birth", joined_on="1999-05"),
    bad("joined_on.under_age", **LATE, national_id=world.national_id(911, born=days.dt.date(2004, 6, 1))),
    bad("is_cadre.missing", is_cadre=""),
    bad("is_cadre.format", is_cadre="也许"),
    bad("post.missing", is_cadre="是"),
    bad("post.unknown", is_cadre="是", post="班长"),
    bad("post.not_at_this_kind", is_cadre="是", post="候补委员"),
    bad("engagement.unknown", **CADRE, engagement="全职"),
    bad("appointed_on.format", **CADRE, appointed_on="上学期"),
    bad("appointed_on.future", **CADRE, appointed_on="2019-01"),
    bad("development_number.missing", joined_on="2017-05"),
    bad("development_number.length", **(LATE | {"development_number": "2017410001"})),
    bad("development_number.length", **(LATE | {"development_number": "2017410000000001"})),
    bad("development_number.digits", **(LATE | {"development_number": "2017410000O2"})),
    bad("development_number.year", **(LATE | {"development_number": "201641000001"})),
    bad("development_number.length", development_number="2015"),
    bad("development_number.year", development_number="20141"),
    bad("development_number.format", development_number="2.01541E+11"),
    bad("development_number.taken", development_number=TAKEN),
    bad("identity.no_evidence", application_form="无", member_card="无", transfer_letter="无"),
    bad("identity.no_application_form", **(LATE | {"application_form": "无"}), member_card="有"),
    bad("application_form.format", application_form="丢了"),
    bad("member_card.format", member_card="2016年注册"),
    bad("transfer_letter.format", transfer_letter="在路上"),
    bad("education.format", education="非常非常非常高的文化程度"),
    bad("mobile.format", mobile="12345678901"),
    bad("workplace.format", workplace="单" * 61),
    bad("workplace.format", workplace="410102200305010017"),
    bad("email.format", email="not-an-address"),
    bad("qq.format", qq="1234"),
    bad("wechat.format", wechat="w" * 31),
    bad("joined_party_on.format", joined_party_on="党员"),
    bad("is_volunteer.format", is_volunteer="以前是"),
    bad("full_name.format", "mobile.format", "ethnicity.unknown", full_name="1", mobile="1", ethnicity="1"),
    bad("joined_on.under_age", "identity.no_application_form", joined_on="2017-01", application_form="无",
        development_number="201741000077", national_id=world.national_id(912, born=days.dt.date(2004, 2, 1))),
    of_branch("branch.unknown", "不存在团支部"),
    of_branch("branch.not_a_branch", "第一中学团委"),
    of_branch("branch.out_of_scope", "HN020101"),
]  # fmt: skip

GOOD = [
    good(),
    good(full_name=" 张 三 "),
    good(full_name="买买提•艾力"),
    good(national_id="' " + world.national_id(921)),
    good(national_id="".join(chr(ord(c) + 0xFEE0) for c in world.national_id(922))),
    good(ethnicity="汉"),
    good(political_status="团员"),
    good(political_status="预备党员"),
    good(joined_on="2015.5"),
    good(joined_on="２０１５年９月１日"),
    good(joined_on="201509"),
    good(**LATE),
    good(**(LATE | {"development_number": "201841000002"})),
    good(**CADRE, engagement="挂职", appointed_on="2018/9"),
    good(application_form="", member_card="有"),
    good(mobile="138 1234 5678", qq="１２３４５", email="a@example.com", is_volunteer="是"),
    good("joined_on.under_age_before", national_id=world.national_id(923, born=days.dt.date(2003, 6, 1))),
    good("member.overage", national_id=world.national_id(924, born=days.dt.date(1990, 11, 23)),
         joined_on="2005-05"),
    good("development_number.province", **(LATE | {"development_number": "201799000001"})),
    Line({"branch": "HN01010101"}, doors=frozenset({"api", "sheet"})),
]  # fmt: skip


# The boundaries of section 6 and of the national id, one line each.
D = days.dt.date


def late(joined: str, number: str, **cells: Any) -> dict[str, Any]:
    """Joined under the strict rule, with form and number."""
    return {"joined_on": joined, "development_number": number, "application_form": "有"} | cells


def born(number: int, year: int, month: int, day: int, region: str = "") -> dict[str, Any]:
    return {"national_id": world.national_id(number, born=D(year, month, day), region=region)}


def with_body(region: str, birth: str, tail: str = "1234") -> str:
    return f"{region}{birth}{tail}"


BAD += [
    # under 13 on the last day of the month of joining
    *(bad("joined_on.under_age", **late(f"{y}-{m:02d}", f"{y}41{n:06d}"), **born(n, *after))
      for n, (y, m, after) in enumerate([
          (2017, 1, (2004, 2, 1)), (2017, 2, (2004, 3, 1)), (2017, 12, (2005, 1, 1)), (2018, 1, (2005, 2, 1)),
          (2018, 2, (2005, 3, 1)), (2018, 11, (2005, 12, 1)), (2017, 6, (2004, 7, 1)),
          (2018, 6, (2006, 6, 1)),
      ], start=3001)),
    # the year of the number
    *(bad("development_number.year", **late(joined, number)) for joined, number in [
        ("2017-01", "201641000101"), ("2017-12", "201941000101"), ("2018-01", "201641000102"),
        ("2018-11", "201941000102"), ("2018-05", "201541000101"), ("2017-05", "210741000101")]),
    *(bad("development_number.year", joined_on=joined, development_number=number) for joined, number in [
        ("2016-12", "201741000101"), ("2015-01", "201410"), ("2014-05", "201541000103"),
        ("2012-05", "2011410"), ("2016-12", "201841000101"), ("2014-12", "2015160000000101"),
        ("2015-12", "2016170000000101")]),
    bad("development_number.year", **late("2017-01", "2015160000000102")),
    bad("development_number.year", **late("2018-01", "2016170000000102")),
    # its length and signs
    *(bad("development_number.length", **late("2017-05", number)) for number in [
        "20174100001", "2017410000011", "2017", "20174", "2017410000000011"]),
    *(bad("development_number.length", joined_on="2015-05", development_number=n)
          for n in ["2", "20", "201"]),
    *(bad("development_number.digits", **late("2017-05", number)) for number in [
        "2017-4100001", "2017410000A1", "豫20174100001"[:12]]),
    # 2016-12 is lenient, 2017-01 strict
    bad("development_number.missing", joined_on="2017-01"),
    bad("development_number.missing", joined_on="2018-11"),
    bad("identity.no_application_form", **(late("2017-01", "201741000111") | {"application_form": "无"})),
    bad("identity.no_application_form", **(late("2018-01", "201841000111") | {"application_form": "无"}),
        member_card="有", transfer_letter="有"),
    bad("identity.no_evidence", joined_on="2016-12", application_form="无", member_card="无",
        transfer_letter="无"),
    bad("identity.no_application_form", "development_number.missing", joined_on="2017-01",
        application_form="无"),
    # days that never were
    *(bad("national_id.birth_date", national_id=with_body("410102", birth)) for birth in [
        "20010229", "20000230", "19000229", "21000101", "20181124", "20000001", "20001301", "20000431",
        "18991231", "20000100"]),
    # regions that are none
    *(bad("national_id.region", national_id=with_body(region, "20000501")) for region in [
        "160102", "100102", "380102", "470102", "660102", "700102", "720102", "800102", "840102", "000102"]),
    *(bad("national_id.format", national_id=text) for text in [
        "4101022000050112345", "41010220000501123Y", "X41010220000501123", "4101022000O5011234",
        "12345678901234", "410102 2000"]),
    *(bad("joined_on.format", joined_on=text)
          for text in ["2016-00", "2016-5-32", "16年5月", "2016-05-05-05"]),
    *(bad("mobile.format", mobile=text) for text in ["1381234567", "138123456789", "22812345678"]),
    bad("joined_on.future", joined_on="2018-12-01"),
    bad("joined_on.before_birth", joined_on="1999-12"),
    bad("qq.format", qq="123456789012"),
    bad("email.format", email="a@b@c"),
    bad("full_name.format", full_name="张三（转）"),
    bad("ethnicity.unknown", ethnicity="中国"),
]  # fmt: skip

GOOD += [
    # 13 on the very last day of the month of joining, 29 February among them
    *(good(**late(f"{y}-{m:02d}", f"{y}41{n:06d}"), **born(n, *day))
      for n, (y, m, day) in enumerate([
          (2017, 1, (2004, 1, 31)), (2017, 2, (2004, 2, 29)), (2017, 12, (2004, 12, 31)),
          (2018, 1, (2005, 1, 31)), (2018, 2, (2005, 2, 28)), (2018, 11, (2005, 11, 30)),
          (2017, 6, (2004, 6, 30)), (2018, 6, (2005, 6, 1)),
      ], start=3101)),
    # 2017 ↔ 2018 numbers
    good(**late("2017-01", "201841300001")),
    good(**late("2017-12", "201841300002")),
    good(**late("2018-01", "201741300003")),
    good(**late("2018-11", "201741300004")),
    # 2016-12 needs no number and any one evidence
    good(joined_on="2016-12"),
    good(joined_on="2016-12", application_form="无", member_card="有"),
    good(joined_on="2016-12", application_form="无", transfer_letter="有"),
    good(joined_on="2016-12", development_number="201641300005"),
    good(joined_on="2015-05", development_number="20151"),
    good(joined_on="2015-05", development_number="2015160000000001"),
    good(joined_on="2016-05", development_number="2016170000000002"),
    good(joined_on="2016-12", development_number="2015160000000003"),
    good(**late("2017-12", "2016170000000004")),
    # born on a leap day, and joining as the month is written
    good(**born(3201, 2000, 2, 29)),
    good(**born(3202, 1996, 2, 29)),
    *(good(joined_on=text) for text in [
        "2015/5", "2015/05/04", "2015-05-04", "2015年5月", "2015年05月04日", "2015.05", "2015.5.4",
          "20150504"]),
    # residents of Taiwan, Hong Kong, Macao with residence permits (81-83), and other places
    *(good(**born(3300 + n, 2000, 5, 1, region=f"{place}0000"))
      for n, place in enumerate(["71", "81", "82", "83", "11", "31", "46", "50", "54", "61", "65"])),
    good(full_name="阿卜杜拉·买买提"),
    good(full_name="Zhang San"),
    good(ethnicity="维吾尔族"),
    good(ethnicity="其他"),
    good(political_status="中共党员", joined_party_on="2018-07"),
]  # fmt: skip

Told = dict[str, list[str]]


def cells_of(line: Line, number: int) -> dict[str, Any]:
    """The whole line, another person and number for each, in the first branch unless it says otherwise."""
    cells = {
        "full_name": "张三",
        "national_id": world.national_id(1000 + number),
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "branch": "高一1班团支部",
        "is_cadre": "否",
        "application_form": "有",
    } | line.cells
    if cells.get("development_number") == LATE["development_number"]:
        cells["development_number"] = f"2017410{number:05d}"
    return cells


def expected(line: Line) -> Told:
    return {"errors": sorted(line.errors), "warnings": sorted(line.warnings)}


@pytest.fixture(autouse=True)
def school(cast: Cast, settings: Any) -> Iterator[Cast]:
    """Who is there already; no campaign, so no gate."""
    settings.ZHTJ_ENTRY_GATE = ""
    world.member(cast.other_branch, world.person("张三", id_text=HELD_ELSEWHERE))
    world.member(cast.branch, world.person("张三", id_text=HELD_HERE), development_number=TAKEN)
    world.person("张三", id_text=KNOWN)
    yield cast


def names(lines: list[Line]) -> list[str]:
    return [f"{i}-{'-'.join(line.errors + line.warnings) or 'good'}" for i, line in enumerate(lines)]


LINES = [*BAD, *GOOD]
# A line that is wrong as typed is read and judged by us alone: on the second database the workbook and the
# command say all of them, form and API those about which the database is asked or which it takes.
ASKED = {"national_id.elsewhere", "person.name_mismatch", "development_number.taken"}
SINGLY = [
    (number, line)
    for number, line in enumerate(LINES)
    if not IS_SECOND_PASS or not line.errors or ASKED & {*line.errors} or "branch" in line.cells
]
BY_FORM = [(number, line) for number, line in SINGLY if "form" in line.doors]


@pytest.mark.parametrize(("number", "line"), BY_FORM, ids=names([line for _, line in BY_FORM]))
def test_the_form_says_the_same(school: Cast, number: int, line: Line) -> None:
    cells = cells_of(line, number)
    del cells["branch"]
    before = Member.objects.count()
    browser = world.client(school.secretary)
    answer = browser.post(f"/members/enter/{school.branch.pk}/", cells, follow=True)
    assert answer.status_code == 200
    if answer.redirect_chain:
        assert Member.objects.count() == before + 1
        told = {"errors": [], "warnings": warned_of(answer)}
    else:
        assert Member.objects.count() == before
        errors = answer.context["form"].errors.as_data()
        told = {"errors": sorted(e.code for found in errors.values() for e in found), "warnings": []}
        told["warnings"] = sorted(set(told["errors"]) & set(line.warnings))
        told["errors"] = sorted(set(told["errors"]) - set(line.warnings))
    assert told == expected(line)


def warned_of(answer: Any) -> list[str]:
    """The codes of the warnings on the page after a success."""
    return sorted(m.extra_tags for m in answer.context["messages"] if m.level_tag == "warning")


@pytest.mark.parametrize(("number", "line"), SINGLY, ids=names([line for _, line in SINGLY]))
def test_the_api_says_the_same(school: Cast, number: int, line: Line) -> None:
    before = Member.objects.count()
    client = world.client(school.committee_admin)
    cells = cells_of(line, number)
    answer = client.post("/api/members/", json.dumps(cells), content_type="application/json")
    body = answer.json()
    if answer.status_code == 201:
        assert Member.objects.count() == before + 1
        told = {"errors": [], "warnings": sorted(p["code"] for p in body["warnings"])}
    else:
        assert (answer.status_code, Member.objects.count()) == (422, before)
        codes = sorted(p["code"] for p in body["problems"])
        told = {
            "errors": [code for code in codes if code not in line.warnings],
            "warnings": [code for code in codes if code in line.warnings],
        }
    assert told == expected(line)


def sheet() -> bytes:
    headers = {column.field: column.header for column in COLUMNS}
    rows = [[cells_of(line, number).get(name) for name in headers] for number, line in enumerate(LINES)]
    return workbooks.xlsx([list(headers.values()), *rows], name="团员")


def assert_rows_say_the_same(problems: list[dict[str, Any]]) -> None:
    """`problems` as the desk reports them; the first line of the table stands in row 2."""
    told: dict[int, Told] = {number: {"errors": [], "warnings": []} for number in range(len(LINES))}
    for problem in problems:
        told[problem["row"] - 2][f"{problem['severity']}s"].append(problem["code"])
    for said in told.values():
        said["errors"].sort()
    assert told == {number: expected(line) for number, line in enumerate(LINES)}


def test_the_workbook_says_the_same(school: Cast) -> None:
    batch = actions.upload(
        world.actor(school.committee_admin),
        kind="members",
        unit=school.committee,
        file_name="团员.xlsx",
        data=sheet(),
    )
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert (batch.row_count, batch.ok_count) == (len(LINES), len(GOOD))
    assert_rows_say_the_same(list(report.problems(batch)))


def test_the_command_says_the_same(school: Cast, tmp_path: Path) -> None:
    file = tmp_path / "团员.xlsx"
    file.write_bytes(sheet())
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command(
            "import_workbook",
            "members",
            str(file),
            "--unit",
            school.committee.code,
            "--actor",
            school.committee_admin.username,
            "--json",
            stdout=out,
        )
    assert left.value.code == 1
    answer = json.loads(out.getvalue())
    assert_rows_say_the_same(answer["problems"])
    assert not Member.objects.filter(batch_id=answer["batch"]).exists()


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 120 and len(GOOD) >= 60
