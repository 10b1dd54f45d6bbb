"""One entry against the rules: both sides of each edge (domain, sections 4-8). No database."""

import datetime as dt
from typing import Any

import pytest

from zhtj.lib.problems import Severity
from zhtj.lib.workbook import Outcome

from members.rules import (
    CODES,
    EVERY_CODE,
    Entry,
    EntryReader,
    HeldNumber,
    Known,
    KnownPerson,
    Policy,
    changes,
    check_entry,
    filled_from,
    find_clashes,
    hangs_on_blank_evidence,
    outcome_of,
)
from orgs.identity import check_character

TODAY = dt.date(2018, 11, 23)
POLICY = Policy()


def national_id(born: str = "20000501", serial: int = 123) -> str:
    first_17 = f"410102{born}{serial:03d}"
    return first_17 + check_character(first_17)


def row(**cells: Any) -> dict[str, Any]:
    """A good row of somebody who joined in May 2015; `cells` overwrite."""
    return {
        "full_name": "张三",
        "national_id": national_id(),
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "branch": "高一1班团支部",
        "is_cadre": "否",
        "application_form": "有",
    } | cells


def strict(**cells: Any) -> dict[str, Any]:
    """A good row of somebody who joined in 2017."""
    return row(joined_on="2017-05", development_number="201741000001") | cells


def read(cells: dict[str, Any]) -> Entry:
    return EntryReader(TODAY).read(cells, row=5)


def codes(cells: dict[str, Any], policy: Policy = POLICY) -> list[str]:
    return sorted(problem.code for problem in check_entry(read(cells), policy, TODAY))


@pytest.mark.parametrize("cells", [row(), strict(), strict(is_cadre="是", post="书记", engagement="兼职")])
def test_a_good_row_has_no_problem(cells: dict[str, Any]) -> None:
    assert codes(cells) == []


def test_an_empty_row_lacks_every_required_field_and_nothing_else() -> None:
    required = [
        "full_name",
        "national_id",
        "ethnicity",
        "political_status",
        "joined_on",
        "branch",
        "is_cadre",
    ]
    assert codes({}) == sorted(f"{name}.missing" for name in required)


FIELD_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"full_name": "张"}, "full_name.format"),
    ({"national_id": 410102200005011234}, "national_id.lost_digits"),
    ({"ethnicity": "汉人"}, "ethnicity.unknown"),
    ({"political_status": "民主人士"}, "political_status.unknown"),
    ({"political_status": "群众"}, "political_status.not_a_member"),
    ({"joined_on": 2015.1}, "joined_on.format"),
    ({"joined_on": "2018-12"}, "joined_on.future"),
    ({"joined_on": "2000-04"}, "joined_on.before_birth"),
    ({"is_cadre": "也许"}, "is_cadre.format"),
    ({"is_cadre": "是"}, "post.missing"),
    ({"is_cadre": "是", "post": "班长"}, "post.unknown"),
    ({"is_cadre": "是", "post": "常委"}, "post.not_at_this_kind"),
    ({"is_cadre": "是", "post": "书记", "engagement": "全职"}, "engagement.unknown"),
    ({"is_cadre": "是", "post": "书记", "appointed_on": "去年"}, "appointed_on.format"),
    ({"is_cadre": "是", "post": "书记", "appointed_on": "2018-12"}, "appointed_on.future"),
    ({"application_form": "丢失"}, "application_form.format"),
    ({"member_card": "丢失"}, "member_card.format"),
    ({"transfer_letter": "丢失"}, "transfer_letter.format"),
    ({"education": "一" * 11}, "education.format"),
    ({"mobile": "12345678901"}, "mobile.format"),
    ({"workplace": "一" * 61}, "workplace.format"),
    ({"workplace": "张三410102200305010017"}, "workplace.format"),
    ({"wechat": "410102200305010017"}, "wechat.format"),
    ({"email": "410102200305010017@example.com"}, "email.format"),
    ({"email": "a@b"}, "email.format"),
    ({"qq": "1234"}, "qq.format"),
    ({"wechat": "w" * 31}, "wechat.format"),
    ({"joined_party_on": "去年"}, "joined_party_on.format"),
    ({"is_volunteer": "也许"}, "is_volunteer.format"),
    ({"development_number": "2.015E+15"}, "development_number.format"),
]


@pytest.mark.parametrize(("cells", "code"), FIELD_FAULTS)
def test_a_faulty_field_has_its_one_code(cells: dict[str, Any], code: str) -> None:
    assert codes(row(**cells)) == [code]
    assert outcome_of(check_entry(read(row(**cells)), POLICY, TODAY)) is Outcome.MEND


@pytest.mark.parametrize(
    "cells",
    [
        {"political_status": "团员"},
        {"political_status": "预备党员"},
        {"joined_on": "2018-11", "development_number": "201841000001"},  # this month
        {"is_cadre": "否", "post": "无", "engagement": "无"},
        {"is_cadre": True, "post": "志愿委员", "appointed_on": "2018-11"},
        {"education": "一" * 10, "workplace": "一" * 60, "wechat": "w" * 30},
    ],
)
def test_the_good_side_of_the_edge(cells: dict[str, Any]) -> None:
    assert codes(row(**cells)) == []


AGES = [  # born, joined, what is said
    ("20040531", "2017-05", []),  # 13 on the last day of the month
    ("20040601", "2017-05", ["joined_on.under_age"]),  # a day later
    ("20041231", "2017-12", []),
    ("20050101", "2017-12", ["joined_on.under_age"]),
    ("20040229", "2017-02", []),  # the birthday is the last day of a short February
    ("20040229", "2017-01", ["joined_on.under_age"]),
    ("20041201", "2016-12", []),  # 12 before the cut-off
    ("20050101", "2016-12", ["joined_on.under_age_before"]),
    ("20040101", "2017-01", []),  # 13, on the cut-off
    ("20040201", "2017-01", ["joined_on.under_age"]),
]


@pytest.mark.parametrize(("born", "joined", "said"), AGES)
def test_the_age_at_joining_is_known_by_month(born: str, joined: str, said: list[str]) -> None:
    number = f"{joined[:4]}41000001"
    cells = row(national_id=national_id(born), joined_on=joined, development_number=number)
    assert codes(cells) == said


def test_the_strict_rule_begins_with_the_month_of_the_cut_off() -> None:
    assert codes(row(joined_on="2016-12")) == []
    assert codes(row(joined_on="2017-01")) == ["development_number.missing"]
    early = Policy(strict_admission_from=dt.date(2016, 1, 1))
    assert codes(row(joined_on="2016-01"), early) == ["development_number.missing"]
    assert codes(row(joined_on="2015-12"), early) == []


EVIDENCE = [  # joined, form, card, letter → codes, hangs on a blank
    ("2016-12", "有", "", "", [], False),
    ("2016-12", "无", "有", "", [], False),
    ("2016-12", "无", "无", "有", [], False),
    ("2016-12", "无", "无", "无", ["identity.no_evidence"], False),
    ("2016-12", "", "", "", [], True),
    ("2016-12", "无", "无", "", [], True),
    ("2017-01", "有", "无", "无", [], False),
    ("2017-01", "无", "有", "有", ["identity.no_application_form"], False),
    ("2017-01", "", "有", "有", [], True),
]


@pytest.mark.parametrize(("joined", "form", "card", "letter", "said", "hangs"), EVIDENCE)
def test_evidence(joined: str, form: str, card: str, letter: str, said: list[str], hangs: bool) -> None:
    number = f"{joined[:4]}41000001"
    cells = row(
        joined_on=joined,
        development_number=number,
        application_form=form,
        member_card=card,
        transfer_letter=letter,
    )
    assert codes(cells) == said
    assert hangs_on_blank_evidence(read(cells), POLICY) is hangs


OVERAGE = [("19901123", True), ("19901124", False)]


@pytest.mark.parametrize(("born", "is_over"), OVERAGE)
def test_28_today_without_a_post_is_remarked(born: str, is_over: bool) -> None:
    cells = row(national_id=national_id(born))
    problems = check_entry(read(cells), POLICY, TODAY)
    assert [(p.code, p.severity) for p in problems] == [("member.overage", Severity.WARNING)] * is_over
    assert outcome_of(problems) is Outcome.OK
    assert codes(row(national_id=national_id(born), is_cadre="是", post="书记")) == []


def test_what_hangs_on_identity_alone_is_to_rectify_anything_else_to_mend() -> None:
    young = {"national_id": national_id("20050601")}
    rectify = check_entry(read(strict(**young, development_number="", application_form="无")), POLICY, TODAY)
    assert sorted(p.code for p in rectify) == [
        "development_number.missing",
        "identity.no_application_form",
        "joined_on.under_age",
    ]
    assert outcome_of(rectify) is Outcome.RECTIFY
    mend = check_entry(read(strict(**young, mobile="1")), POLICY, TODAY)
    assert outcome_of(mend) is Outcome.MEND


def test_a_rule_over_several_fields_waits_until_each_is_in_order() -> None:
    assert codes(strict(national_id="1", development_number="")) == [
        "development_number.missing",
        "national_id.format",
    ]
    assert codes(strict(joined_on="x", development_number="", application_form="无")) == ["joined_on.format"]


def test_a_message_never_repeats_a_national_id() -> None:
    problems = check_entry(read(row(national_id="410102200005011239")), POLICY, TODAY)
    assert [p.code for p in problems] == ["national_id.checksum"]
    assert not any("410102" in p.message + p.mend for p in problems)


def test_every_rule_can_be_told_with_its_mending_and_source() -> None:
    for rule in EVERY_CODE.values():
        assert rule.text.endswith("。") and rule.mend.endswith("。") and rule.source, rule.code
    assert set(CODES) <= set(EVERY_CODE)


# --- clashes --------------------------------------------------------------------------------------


def entry(number: int, **values: Any) -> Entry:
    given = {"full_name": "张三", "national_id": national_id(serial=number), "branch_id": 1, "row": number}
    return Entry(**(given | values))


def clash_codes(entries: list[Entry], known: Known = Known()) -> list[list[str]]:  # noqa: B008 - frozen
    return [[p.code for p in problems] for problems in find_clashes(entries, known)]


def test_every_row_of_a_double_id_carries_the_code_and_names_the_others() -> None:
    twins = [entry(1), entry(2, national_id=national_id(serial=1)), entry(3)]
    assert clash_codes(twins) == [["national_id.twice_in_file"], ["national_id.twice_in_file"], []]
    assert "第2行" in find_clashes(twins, Known())[0][0].message


def test_a_double_number_blocks_from_12_characters_on_and_warns_below() -> None:
    for number, severity in (("201512345678", Severity.ERROR), ("20151234567", Severity.WARNING)):
        found = find_clashes(
            [entry(1, development_number=number), entry(2, development_number=number)], Known()
        )
        told = [[(p.code, p.severity) for p in problems] for problems in found]
        assert told == [[("development_number.twice_in_file", severity)]] * 2


def test_somebody_known_here_is_no_clash_elsewhere_is() -> None:
    people = {national_id(serial=1): KnownPerson(7, "张三", 70, 1, "高一1班团支部")}
    assert clash_codes([entry(1)], Known(people)) == [[]]
    assert clash_codes([entry(1, branch_id=2)], Known(people)) == [["national_id.elsewhere"]]
    assert "高一1班团支部" in find_clashes([entry(1, branch_id=2)], Known(people))[0][0].message
    assert clash_codes([entry(1, branch_id=None)], Known(people)) == [[]]


def test_a_known_id_under_another_name_is_told_without_the_name() -> None:
    people = {national_id(serial=1): KnownPerson(7, "李四")}
    (problems,) = find_clashes([entry(1)], Known(people))
    assert [p.code for p in problems] == ["person.name_mismatch"]
    assert "李四" not in problems[0].message + problems[0].mend


def test_of_somebody_elsewhere_not_even_the_name_is_confirmed() -> None:
    people = {national_id(serial=1): KnownPerson(7, "李四", 70, 2, "乙团支部")}
    assert clash_codes([entry(1)], Known(people)) == [["national_id.elsewhere"]]


def test_a_number_held_by_another_is_taken_ones_own_is_not() -> None:
    people = {national_id(serial=1): KnownPerson(7, "张三", 70, 1, "甲")}
    held = {"201512345678": [HeldNumber(7, "甲")], "201587654321": [HeldNumber(8, "乙")]}
    own = entry(1, development_number="201512345678")
    others = entry(1, development_number="201587654321")
    assert clash_codes([own], Known(people, held)) == [[]]
    assert clash_codes([others], Known(people, held)) == [["development_number.taken"]]


# --- known members --------------------------------------------------------------------------------

STORED = Entry(
    full_name="张三",
    ethnicity="汉族",
    political_status="league_member",
    joined_on=dt.date(2015, 5, 1),
    is_cadre=True,
    post="书记",
    engagement="part_time",
    application_form=True,
    mobile="13812345678",
    is_volunteer=False,
)


def test_a_blank_never_changes_what_is_stored() -> None:
    typed = read(row(is_cadre="是", post="书记", application_form=""))
    filled = filled_from(typed, STORED)
    assert (filled.mobile, filled.application_form, filled.engagement) == ("13812345678", True, "part_time")
    assert changes(filled, STORED) == {}


def test_what_differs_is_shown_old_and_new() -> None:
    typed = read(
        row(is_cadre="是", post="副书记", mobile="13987654321", is_volunteer="是", joined_on="2015.9")
    )
    assert changes(filled_from(typed, STORED), STORED) == {
        "joined_on": ["2015-05", "2015-09"],
        "post": ["书记", "副书记"],
        "mobile": ["13812345678", "13987654321"],
        "is_volunteer": ["否", "是"],
    }


def test_a_cadre_no_longer_loses_the_post() -> None:
    filled = filled_from(read(row(is_cadre="否")), STORED)
    assert changes(filled, STORED) == {
        "is_cadre": ["是", "否"],
        "post": ["书记", ""],
        "engagement": ["兼职", ""],
    }


def test_an_entry_survives_the_way_through_plain_data() -> None:
    typed = read(strict(is_cadre="是", post="书记", appointed_on="2018-09", is_volunteer="否"))
    typed.branch_id = 12
    assert Entry.from_data(typed.as_data()) == typed
