"""The members workbook through the importer: outcomes, acknowledgements, a world that moves."""

from collections.abc import Sequence
from typing import Any

import pytest

from zhtj.lib import days
from zhtj.lib.workbook import Context, Judged, Outcome, Row, WorldMoved

from cadres.models import Cadre
from members.imports import COLUMNS, KIND, MemberImporter
from members.models import AdmissionSettings, Member
from members.rules import FIELDS
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db
FIRST, SECOND = "高一1班团支部", "高一2班团支部"


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


@pytest.fixture
def committee(cast: Cast) -> Context:
    return Context(world.actor(cast.committee_admin, "import"), cast.committee, days.today(), batch_id=7)


def rows(*cells: dict[str, Any]) -> list[Row]:
    return [Row(number, line) for number, line in enumerate(cells, start=5)]


def judge(context: Context, *cells: dict[str, Any]) -> list[Judged]:
    return MemberImporter(context).judge(rows(*cells), lambda done: None)


def codes(judged: Sequence[Judged]) -> list[list[str]]:
    return [[problem.code for problem in line.problems] for line in judged]


def class_of(branch: str, count: int, **more: Any) -> list[dict[str, Any]]:
    return [good_cells(branch=branch, **more) for _ in range(count)]


def write(context: Context, judged: Sequence[Judged]) -> int:
    return MemberImporter(context).write(judged)


def test_the_columns_are_the_fields_of_an_entry() -> None:
    assert tuple(column.field for column in COLUMNS) == FIELDS
    spellings = [name for column in COLUMNS for name in (column.header, *column.aliases)]
    assert len(spellings) == len(set(spellings))


def test_only_a_branch_may_leave_the_branch_column_out(cast: Cast) -> None:
    assert KIND.left_out(cast.branch) == {"branch"}
    assert KIND.left_out(cast.committee) == frozenset()
    assert KIND.choices_for(cast.committee)["branch"] == [FIRST, SECOND, "高一3班团支部"]


def test_members_of_two_branches_are_entered_from_one_file(cast: Cast, committee: Context) -> None:
    judged = judge(
        committee,
        *class_of(FIRST, 3),
        *class_of(cast.second_branch.code, 3, is_cadre="是", post="组织委员"),
    )
    assert {line.outcome for line in judged} == {Outcome.OK}
    assert MemberImporter(committee).acknowledgements(judged) == []
    assert write(committee, judged) == 6
    members = Member.objects.order_by("batch_row").values_list("batch_id", "batch_row", "branch")
    assert list(members) == [(7, row, cast.branch.pk) for row in (5, 6, 7)] + [
        (7, row, cast.second_branch.pk) for row in (8, 9, 10)
    ]
    assert set(Cadre.objects.values_list("unit", "batch_row")) == {
        (cast.second_branch.pk, row) for row in (8, 9, 10)
    }
    trail = AuditEntry.objects.get(action="members.enter")
    assert (trail.unit, trail.batch_id, trail.after) == (cast.committee, 7, {"created": 6, "updated": 0})


def test_a_branch_is_found_by_code_full_name_and_short_name(cast: Cast, committee: Context) -> None:
    type(cast.branch).objects.filter(pk=cast.branch.pk).update(full_name="共青团第一中学高一(1)班支部委员会")
    judged = judge(
        committee,
        good_cells(branch=cast.branch.code),
        good_cells(branch="共青团第一中学高一（1）班支部委员会"),
        good_cells(branch=f" {FIRST} "),
    )
    assert [line.entry["branch_id"] for line in judged if line.entry] == [cast.branch.pk] * 3


def test_branches_that_cannot_be_entered_into_are_told_apart(cast: Cast, committee: Context) -> None:
    world.branch(cast.committee, "高一4班团支部")
    units = type(cast.branch).objects
    units.filter(pk=cast.third_branch.pk).update(closed_at=days.now())
    units.filter(pk__in=[cast.branch.pk, cast.second_branch.pk]).update(full_name="同名团支部")
    judged = judge(
        committee,
        good_cells(branch=""),
        good_cells(branch="不存在团支部"),
        good_cells(branch="同名团支部"),
        good_cells(branch="第一中学团委"),
        good_cells(branch=cast.other_branch.code),
        good_cells(branch="高一3班团支部"),
    )
    assert codes(judged) == [
        ["branch.missing"],
        ["branch.unknown"],
        ["branch.ambiguous"],
        ["branch.not_a_branch"],
        ["branch.out_of_scope"],
        ["branch.closed"],
    ]
    assert cast.branch.code in judged[2].problems[0].message


def test_the_gate_of_a_closed_domain_is_asked_once_for_all(
    cast: Cast, committee: Context, settings: Any
) -> None:
    settings.ZHTJ_ENTRY_GATE = "tests.members.test_actions.everything_closed"
    assert codes(judge(committee, *class_of(FIRST, 2))) == [["stage.not_open_yet"]] * 2


def test_doubles_inside_the_file_carry_the_code_on_every_row(cast: Cast, committee: Context) -> None:
    twice = good_cells(branch=FIRST)
    judged = judge(committee, twice, twice | {"branch": SECOND}, *class_of(FIRST, 1))
    assert codes(judged) == [["national_id.twice_in_file"], ["national_id.twice_in_file"], []]


def test_rows_are_ok_rectify_or_mend(cast: Cast, committee: Context) -> None:
    late = {"branch": FIRST, "joined_on": "2017-05", "development_number": "201741000001"}
    judged = judge(
        committee,
        good_cells(**late),
        good_cells(**(late | {"development_number": ""})),
        good_cells(**(late | {"development_number": "1"})),
    )
    assert [line.outcome for line in judged] == [Outcome.OK, Outcome.RECTIFY, Outcome.MEND]
    assert [line.entry is None for line in judged] == [False, True, True]


def test_the_same_file_again_changes_nothing(cast: Cast, committee: Context) -> None:
    cells = class_of(FIRST, 3, is_cadre="是", post="书记", mobile="13812345678")
    write(committee, judge(committee, *cells))
    trail = AuditEntry.objects.count()
    again = judge(committee, *cells)
    assert [line.outcome for line in again] == [Outcome.UNCHANGED] * 3
    assert MemberImporter(committee).acknowledgements(again) == []
    assert write(committee, again) == 0
    assert AuditEntry.objects.count() == trail


def test_a_changed_cell_is_shown_and_written(cast: Cast, committee: Context) -> None:
    cells = good_cells(branch=FIRST, is_cadre="是", post="书记", mobile="13812345678")
    write(committee, judge(committee, cells))
    judged = judge(committee, cells | {"is_cadre": "否", "post": "", "mobile": "", "qq": "12345"})
    assert [(line.outcome, line.change) for line in judged] == [
        (Outcome.UPDATED, {"is_cadre": ["是", "否"], "post": ["书记", ""], "qq": ["", "12345"]})
    ]
    assert write(committee, judged) == 0
    assert Cadre.objects.get().until_at == days.now()
    person = Member.objects.get().person
    assert (person.qq, person.mobile) == ("12345", "13812345678")


def test_small_branches_and_blank_evidence_must_be_acknowledged(cast: Cast, committee: Context) -> None:
    world.members(cast.second_branch, 2)
    judged = judge(
        committee,
        *class_of(FIRST, 2),
        *class_of(SECOND, 1, application_form="", member_card="无"),
    )
    asked = [(a.code, a.unit) for a in MemberImporter(committee).acknowledgements(judged)]
    assert asked == [
        ("identity.evidence_unattested", ""),
        ("branch.under_three", f"{FIRST} {cast.branch.code}"),
    ]
    attesting = Context(committee.actor, committee.unit, committee.today, 7, attest_evidence=True)
    assert [a.code for a in MemberImporter(attesting).acknowledgements(judged)] == ["branch.under_three"]
    write(committee, judged)
    signed = Member.objects.filter(branch=cast.second_branch, attested_by=cast.committee_admin)
    assert signed.count() == 1


def test_a_setting_makes_small_branches_a_refusal(cast: Cast, committee: Context) -> None:
    AdmissionSettings.objects.create(under_three=AdmissionSettings.UnderThree.REFUSE)
    judged = judge(committee, *class_of(FIRST, 2), *class_of(SECOND, 3))
    assert codes(judged) == [["branch.under_three"]] * 2 + [[]] * 3
    assert [line.outcome for line in judged] == [Outcome.MEND] * 2 + [Outcome.OK] * 3
    assert MemberImporter(committee).acknowledgements(judged) == []
    assert write(committee, judged) == 3


def moved_by_entering(cast: Cast, judged: Sequence[Judged]) -> None:
    number = judged[0].entry["national_id"] if judged[0].entry else ""
    world.member(cast.other_branch, world.person("张三", id_text=number))


def moved_by_closing(cast: Cast, judged: Sequence[Judged]) -> None:
    type(cast.branch).objects.filter(pk=cast.branch.pk).update(closed_at=days.now())


def moved_by_a_setting(cast: Cast, judged: Sequence[Judged]) -> None:
    AdmissionSettings.objects.create(strict_admission_from="2015-01-01")


@pytest.mark.parametrize("move", [moved_by_entering, moved_by_closing, moved_by_a_setting])
def test_if_the_world_moved_nothing_is_written(cast: Cast, committee: Context, move: Any) -> None:
    judged = judge(committee, *class_of(FIRST, 3))
    move(cast, judged)
    before = Member.objects.count()
    with pytest.raises(WorldMoved):
        write(committee, judged)
    assert Member.objects.count() == before


def test_a_change_made_meanwhile_is_not_overwritten(cast: Cast, committee: Context) -> None:
    cells = good_cells(branch=FIRST, mobile="13812345678")
    write(committee, judge(committee, cells))
    judged = judge(committee, cells | {"qq": "12345", "mobile": ""})
    person = Member.objects.get().person
    type(person).objects.update(mobile="13987654321")
    with pytest.raises(WorldMoved):
        write(committee, judged)


def test_progress_is_reported_while_judging(cast: Cast, committee: Context) -> None:
    told: list[int] = []
    MemberImporter(committee).judge(rows(*class_of(FIRST, 3)), told.append)
    assert told


def test_the_number_of_queries_does_not_grow_with_the_rows(
    cast: Cast, committee: Context, django_assert_max_num_queries: Any
) -> None:
    lines = [*class_of(FIRST, 30), *class_of(SECOND, 30, is_cadre="是", post="其他")]
    with django_assert_max_num_queries(12):
        judged = judge(committee, *lines)
    with django_assert_max_num_queries(45):
        write(committee, judged)
