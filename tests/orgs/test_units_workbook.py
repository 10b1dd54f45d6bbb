"""The units workbook: what each row means, what is wrong with it, what is written."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from zhtj.lib import days
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Context, Judged, Outcome, Row, WorldMoved

from orgs import tree
from orgs.imports import COLUMNS, KIND
from orgs.models import AuditEntry, OrgUnit, UnitPlacement

from tests import workbooks, world

pytestmark = pytest.mark.django_db

FIELDS = ("short_name", "kind", "parent", "industry", "code")


def row(number: int, *cells: Any, **more: Any) -> Row:
    return Row(number, {**dict(zip(FIELDS, cells, strict=False)), **more})


def importer(user, unit: OrgUnit) -> Any:
    return KIND.importer(Context(world.actor(user, "import"), unit, days.today(), batch_id=7))


def judge(user, unit: OrgUnit, *rows: Row) -> list[Judged]:
    return importer(user, unit).judge(rows, lambda done: None)


def errors(judged: list[Judged]) -> list[str]:
    """For each row its error codes, joined; "" for none."""
    return [" ".join(sorted(p.code for p in row.problems if p.blocks)) for row in judged]


def write(user, unit: OrgUnit, judged: list[Judged]) -> int:
    written = (Outcome.OK, Outcome.UPDATED)
    return importer(user, unit).write([row for row in judged if row.outcome in written])


SEVERAL_LEVELS = [
    row(4, "高一1班团支部", "团支部", "第二中学团委"),
    row(5, "第二中学团委", "基层团委", None, "普通高中"),
    row(6, "教工团总支", "团总支", "第二中学团委"),
    row(7, "语文组团支部", "团支部", "教工团总支", "农村"),
    row(8, "须水村团支部", "团支部", "HN010102"),
    row(9, "机关团支部", "团支部", ""),
]


def test_several_levels_in_any_order_are_created_in_one_pass(cast):
    judged = judge(cast.county_admin, cast.county, *SEVERAL_LEVELS)
    assert [row.outcome for row in judged] == [Outcome.OK] * 6
    assert write(cast.county_admin, cast.county, judged) == 6
    school = OrgUnit.objects.get(short_name="第二中学团委")
    assert school.parent == cast.county
    assert [unit.short_name for unit in school.get_descendants()] == [
        "高一1班团支部",
        "教工团总支",
        "语文组团支部",
    ]
    assert OrgUnit.objects.get(short_name="须水村团支部").parent == cast.town
    assert OrgUnit.objects.get(short_name="语文组团支部").domain == "rural"
    assert tree.faults(cast.province.tree_id) == []
    entry = AuditEntry.objects.get(action="orgs.create_units")
    assert (entry.batch_id, entry.after["count"], entry.door) == (7, 6, "import")


def test_the_same_file_again_changes_nothing(cast):
    write(cast.county_admin, cast.county, judge(cast.county_admin, cast.county, *SEVERAL_LEVELS))
    again = judge(cast.county_admin, cast.county, *SEVERAL_LEVELS)
    assert [row.outcome for row in again] == [Outcome.UNCHANGED] * 6
    before = OrgUnit.objects.count()
    assert write(cast.county_admin, cast.county, again) == 0
    assert OrgUnit.objects.count() == before


def test_filled_cells_update_a_card_and_blank_ones_leave_it(cast):
    OrgUnit.objects.filter(pk=cast.committee.pk).update(phone="0371-1", email="old@example.com")
    rows = [
        row(4, "第一中学团委", "基层团委", None, None, phone="0371-65902921", secretary_name="王小明"),
        row(5, "小寨村团支部", "团支部", "须水镇团委", "城市社区"),
        row(6, "高一4班团支部", "团支部", "第一中学团委"),
    ]
    judged = judge(cast.county_admin, cast.county, *rows)
    assert [row.outcome for row in judged] == [Outcome.UPDATED, Outcome.UPDATED, Outcome.OK]
    assert judged[0].change == {"phone": ["0371-1", "0371-65902921"], "secretary_name": ["", "王小明"]}
    assert judged[1].change == {"industry": ["", "城市社区"]}
    assert write(cast.county_admin, cast.county, judged) == 1
    cast.committee.refresh_from_db()
    assert (cast.committee.phone, cast.committee.email) == ("0371-65902921", "old@example.com")
    cast.village.refresh_from_db()
    assert cast.village.domain == "community"
    assert UnitPlacement.objects.filter(unit=cast.village).count() == 2
    assert OrgUnit.objects.get(short_name="高一4班团支部").parent == cast.committee


def test_a_leading_organ_has_no_industry_whether_new_or_there(cast):
    rows = [row(4, "新密团县委", "县级团委", None, "农村"), row(5, "中原团区委", "县级团委", None, "农村")]
    assert errors(judge(cast.city_admin, cast.city, *rows)) == ["industry.not_at_this_kind"] * 2


# Rows of one file (importer: the county) → the error codes of each.
FAULTS = {
    "nothing filled in": (
        [row(4, None, None, None, None, phone="0371-1234567")],
        ["kind.missing short_name.missing"],
    ),
    "an unreadable kind": ([row(4, "甲团支部", "小队")], ["kind.unknown"]),
    "an unreadable industry says nothing of a missing one": (
        [row(4, "甲团委", "团委", "", "种地")],
        ["industry.unknown"],
    ),
    "an industry where the parent has none": (
        [row(4, "甲团委", "团委"), row(5, "乙团工委", "团工委"), row(6, "丙团总支", "团总支")],
        ["industry.missing"] * 3,
    ),
    "no industry needed by a branch, nor below a unit that has one": (
        [row(4, "甲团支部", "团支部"), row(5, "乙团总支", "团总支", "第一中学团委")],
        ["", ""],
    ),
    "a kind that may not stand there": (
        [
            row(4, "甲团工委", "团工委", "第一中学团委", "国有企业"),
            row(5, "乙团市委", "市级团委"),
            row(6, "丙团支部", "团支部", "高一1班团支部"),
        ],
        ["kind.not_under_this_parent"] * 3,
    ),
    "a parent nobody knows": ([row(4, "甲团支部", "团支部", "没有这个团委")], ["parent.unknown"]),
    "a parent outside, by its code": ([row(4, "甲团支部", "团支部", "HN0201")], ["parent.out_of_scope"]),
    "a parent outside, by its name, is unknown": (
        [row(4, "甲团支部", "团支部", "开封高中团委")],
        ["parent.unknown"],
    ),
    "a parent twice in the file": (
        [
            row(4, "甲团委", "团委", "第一中学团委"),
            row(5, "甲团委", "团委", "须水镇团委"),
            row(6, "乙团支部", "团支部", "甲团委"),
        ],
        ["", "", "parent.ambiguous"],
    ),
    "a parent in the file and another of that name in the tree": (
        [row(4, "第一中学团委", "团委", "须水镇团委"), row(5, "甲团支部", "团支部", "第一中学团委")],
        ["", "parent.ambiguous"],
    ),
    "a code settles which": (
        [row(4, "第一中学团委", "团委", "须水镇团委", None, "YZ"), row(5, "甲团支部", "团支部", "YZ")],
        ["", ""],
    ),
    "a ring, and what hangs from it": (
        [
            row(4, "甲团委", "团委", "乙团委", "农村"),
            row(5, "乙团委", "团委", "甲团委", "农村"),
            row(6, "丙团支部", "团支部", "乙团委"),
        ],
        ["parent.cycle", "parent.cycle", "parent.unknown"],
    ),
    "its own parent": ([row(4, "甲团委", "团委", "甲团委", "农村")], ["parent.cycle"]),
    "its own parent, by code": ([row(4, "甲团委", "团委", "A1", "农村", "A1")], ["parent.cycle"]),
    "a parent whose row is faulty": (
        [row(4, "甲团委", "团委"), row(5, "乙团支部", "团支部", "甲团委")],
        ["industry.missing", "parent.unknown"],
    ),
    "twice in the file": (
        [row(4, "甲团支部", "团支部", "第一中学团委"), row(5, "甲团支部", "团支部", "HN010101")],
        ["short_name.taken", "short_name.taken"],
    ),
    "a name taken by a unit of another kind": (
        [row(4, "高一1班团支部", "团总支", "第一中学团委")],
        ["short_name.taken"],
    ),
    "a name taken by a unit of another code": (
        [row(4, "高一1班团支部", "团支部", "第一中学团委", None, "NEU")],
        ["short_name.taken"],
    ),
    "a code taken here, elsewhere, and twice": (
        [
            row(4, "甲团支部", "团支部", "第一中学团委", None, "HN01010102"),
            row(5, "乙团支部", "团支部", "第一中学团委", None, "HN02"),
            row(6, "丙团支部", "团支部", "第一中学团委", None, "X"),
            row(7, "丁团支部", "团支部", "第一中学团委", None, "X"),
        ],
        ["code.taken"] * 4,
    ),
    "formats": (
        [
            row(4, "甲" * 61, "团支部"),
            row(5, "甲团支部", "团支部", None, None, "有空 格"),
            row(6, "乙团支部", "团支部", phone="没有", email="@", secretary_mobile="12"),
            row(7, "丙团支部", "团支部", secretary_name="王8", is_private_school="也许"),
            row(8, "丁\x00团支部", "团支部", full_name="甲" * 121),
        ],
        [
            "short_name.format",
            "code.format",
            "email.format phone.format secretary_mobile.format",
            "is_private_school.format secretary_name.format",
            "short_name.format unit.full_name",
        ],
    ),
    "any type of cell": (
        [
            row(4, 2018, 3.5, True, days.now(), False),
            row(5, days.today(), None, 10**400, float("nan"), "\ud800"),
        ],
        None,
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_is_named_in_its_row(cast, case):
    rows, expected = FAULTS[case]
    judged = judge(cast.county_admin, cast.county, *rows)
    assert [row.number for row in judged] == [row.number for row in rows]
    if expected is not None:
        assert errors(judged) == expected
        assert [row.outcome is Outcome.MEND for row in judged] == [bool(codes) for codes in expected]


def test_a_chain_too_deep_is_told_at_the_row_that_is_too_deep(cast):
    chain = [row(4, "第4级团委", "团委", None, "农村")]
    chain += [row(level, f"第{level}级团委", "团委", f"第{level - 1}级团委") for level in range(5, 13)]
    found = errors(judge(cast.county_admin, cast.county, *chain))
    assert found[:7] == [""] * 7
    assert found[7:] == ["unit.too_deep", "parent.unknown"]


def test_a_chain_of_ten_thousand_rows_and_a_ring_of_them_are_judged(cast):
    chain = [row(number, f"{number}团委", "团委", f"{number - 1}团委", "农村") for number in range(1, 10_001)]
    assert errors(judge(cast.county_admin, cast.county, *chain))[0] == "parent.unknown"
    ring = [row(1, "1团委", "团委", "10000团委", "农村"), *chain[1:]]
    assert set(errors(judge(cast.county_admin, cast.county, *ring))) == {"parent.cycle"}


def test_a_closed_unit_is_no_parent_and_leaves_its_name_free(cast):
    OrgUnit.objects.filter(pk__in=[cast.town.pk, cast.branch.pk]).update(closed_at=days.now())
    judged = judge(
        cast.county_admin,
        cast.county,
        row(4, "甲团支部", "团支部", "须水镇团委"),
        row(5, "高一1班团支部", "团支部", "第一中学团委"),
    )
    assert errors(judged) == ["parent.unknown", ""]


def test_a_name_that_looks_odd_is_a_hint_and_enters(cast):
    (judged,) = judge(cast.county_admin, cast.county, row(4, "青年之家", "团支部", full_name="青年之家"))
    assert judged.outcome is Outcome.OK
    assert [problem.code for problem in judged.problems] == ["short_name.ending", "unit.full_name_form"]


@pytest.mark.parametrize("change", ["name taken", "parent closed", "card changed", "moved away"])
def test_nothing_is_written_when_the_world_moved_since_the_check(cast, change):
    rows = [
        row(4, "甲团支部", "团支部", "须水镇团委"),
        row(5, "第一中学团委", "团委", phone="0371-65902921"),
    ]
    judged = judge(cast.county_admin, cast.county, *rows)
    match change:
        case "name taken":
            world.branch(cast.town, "甲团支部")
        case "parent closed":
            OrgUnit.objects.filter(pk=cast.town.pk).update(closed_at=days.now())
        case "card changed":
            OrgUnit.objects.filter(pk=cast.committee.pk).update(phone="1")
        case "moved away":
            tree.move(cast.town, cast.other_city, at=days.now())
    before = OrgUnit.objects.count()
    with pytest.raises((WorldMoved, Refused)):
        write(cast.county_admin, cast.county, judged)
    assert OrgUnit.objects.count() == before
    cast.committee.refresh_from_db()
    assert cast.committee.phone in ("", "1")


HEADER = ("组织简称", "组织类别", "上级组织", "行业类别", "组织编码", "联系电话")
EVERYTHING_WRONG = {
    2: (("甲团委", "团委", "乙团委", "农村"), ["parent.cycle"]),
    3: (("乙团委", "团委", "甲团委", "农村"), ["parent.cycle"]),
    4: (("丙团支部", "团支部", "没有这个团委"), ["parent.unknown"]),
    5: (("丁团工委", "团工委", "第一中学团委", "国有企业"), ["kind.not_under_this_parent"]),
    6: (("戊团支部", "团支部", "第一中学团委"), ["short_name.taken"]),
    7: (("戊团支部", "团支部", "HN010101"), ["short_name.taken"]),
    8: (("己团支部", "团支部", "HN0201"), ["parent.out_of_scope"]),
    9: (("庚团委", "团委"), ["industry.missing"]),
    10: ((None, "小队", None, None, None, "没有"), ["kind.unknown", "phone.format", "short_name.missing"]),
    11: (("辛团支部", "团支部", "第一中学团委", None, "HN01010102"), ["code.taken"]),
    12: (("壬团支部", "团支部", "高一1班团支部"), ["kind.not_under_this_parent"]),
    13: (("好团支部", "团支部", "第一中学团委"), []),
}


def check_file(cast, capsys, folder, rows) -> dict[str, Any]:
    """What the command says of a whole file; it must be refused or hold faults."""
    file = folder / "组织.xlsx"
    file.write_bytes(workbooks.xlsx([HEADER, *rows]))
    with pytest.raises(SystemExit) as end:
        call_command(
            "import_workbook", "units", str(file), "--unit", "HN0101", "--actor", "county_admin", "--json"
        )
    assert end.value.code == 1
    return json.loads(capsys.readouterr().out)


def test_a_file_with_every_fault_there_is_comes_back_with_all_of_them_at_once(cast, capsys, tmp_path):
    before = OrgUnit.objects.count()
    said = check_file(cast, capsys, tmp_path, [cells for cells, _ in EVERYTHING_WRONG.values()])
    assert (said["state"], said["rows"], said["ok"], said["mend"]) == ("checked", 12, 1, 11)
    found: dict[int, list[str]] = {number: [] for number in EVERYTHING_WRONG}
    for problem in said["problems"]:
        if problem["severity"] == "error":
            found[problem["row"]].append(problem["code"])
            assert problem["message"] and problem["column"] in HEADER
    assert {number: sorted(codes) for number, codes in found.items()} == {
        number: codes for number, (_, codes) in EVERYTHING_WRONG.items()
    }
    assert OrgUnit.objects.count() == before


def test_ten_thousand_and_one_rows_are_too_many(cast, capsys, tmp_path):
    rows = [(f"{number}团支部", "团支部", "第一中学团委") for number in range(10_001)]
    said = check_file(cast, capsys, tmp_path, rows)
    assert (said["state"], said["rows"]) == ("refused", 0)
    (problem,) = said["problems"]
    assert problem["code"] == "file.too_many_rows" and "10000" in problem["message"]


def test_the_columns_are_those_of_the_interface():
    assert [(column.header, column.required) for column in COLUMNS] == [
        ("组织简称", True),
        ("组织类别", True),
        ("组织编码", False),
        ("组织全称", False),
        ("行业类别", False),
        ("上级组织", False),
        ("是否民办学校", False),
        ("联系电话", False),
        ("电子邮箱", False),
        ("书记姓名", False),
        ("书记手机号码", False),
    ]


def test_the_drop_down_offers_only_kinds_that_may_stand_below(cast):
    assert KIND.choices_for(cast.committee)["kind"] == ["基层团委", "团总支", "团支部"]
    assert "市级团委" in KIND.choices_for(cast.province)["kind"]
